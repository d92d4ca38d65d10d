// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The gateway accepts a burst, then as many requests as the rate allows. Rejected requests do not
// count.
func TestGatewayRate(t *testing.T) {
	api := start(t, mockapi.Options{Gateway: &mockapi.Gateway{Rate: 2, Burst: 3}}, mockapi.Run{ID: 1})
	for _, step := range []struct {
		pause    time.Duration
		accepted int
	}{
		{0, 4}, {0, 0}, {400 * time.Millisecond, 0}, {100 * time.Millisecond, 1}, {2 * time.Second, 4}, {time.Hour, 4},
	} {
		api.clock.Advance(step.pause)
		accepted := 0
		for range 10 {
			response := api.call(t, http.MethodGet, "/api/operations/1")
			if response.status == http.StatusOK {
				accepted++
				continue
			}
			response.expect(t, http.StatusTooManyRequests, mockapi.GatewayPage(429))
			equal(t, "type", response.header.Get("Content-Type"), "text/html")
			equal(t, "Retry-After", response.header.Get("Retry-After"), "")
		}
		equal(t, "accepted after "+step.pause.String(), accepted, step.accepted)
	}
	equal(t, "journal", api.Requests()[4].Status, http.StatusTooManyRequests)
}

func TestGatewayURI(t *testing.T) {
	api := start(t, mockapi.Options{Gateway: &mockapi.Gateway{Rate: 50, Burst: 250}})
	const path = "/api/operations?has_logs=true"
	longest := path + strings.Repeat("&", mockapi.LongestURI-len(path))
	equal(t, "longest", api.call(t, http.MethodGet, longest).status, http.StatusOK)
	api.call(t, http.MethodGet, longest+"&").expect(t, http.StatusRequestURITooLong, mockapi.GatewayPage(414))
}
