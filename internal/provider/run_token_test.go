// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/base64"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// tokenUntil returns a JWT that expires at a time.
func tokenUntil(expiry time.Time) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode(fmt.Appendf(nil, `{"exp": %d}`, expiry.Unix())) + ".signature"
}

// expiringIn serves Run 100 and the failed Run 90 to a provider whose token expires soon.
func expiringIn(t *testing.T, lifetime time.Duration) (*mockapi.Server, *protocol) {
	t.Helper()
	token := tokenUntil(time.Now().Add(lifetime))
	server := mockapi.New(mockapi.Options{Token: token})
	server.Seed(scan(100, "success"), scan(90, "failure"))
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	p := newProtocol(t)
	expectDiagnostics(t, p.configure(t, fmt.Sprintf(`{"url": %q, "token": %q}`, listener.URL, token)))
	return server, p
}

// A token that expires before the end of the timeout is a warning of the plan.
func TestTokenExpiry(t *testing.T) {
	t.Parallel()
	const warning = "warning: The API token may expire during the wait: The token expires at 20.*Z. The wait for the Run may take"
	for name, test := range map[string]struct {
		lifetime         time.Duration
		resource, action string // arguments
		want             []string
	}{
		"before the default":   {59 * time.Minute, "", "", []string{warning + " 1h0m0s"}},
		"after the default":    {61 * time.Minute, "", "", nil},
		"before a longer wait": {61 * time.Minute, `, "timeouts": {"create": "2h"}`, `, "timeout": "2h"`, []string{warning + " 2h0m0s"}},
		"after a shorter wait": {10 * time.Minute, `, "timeouts": {"create": "5m"}`, `, "timeout": "5m"`, nil},
		"without waiting":      {10 * time.Minute, `, "wait_for_completion": false`, `, "wait_for_completion": false`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, p := expiringIn(t, test.lifetime)
			for name, id := range map[string]int{"qualytics_run_rerun": 100, "qualytics_run_resume": 90} {
				expectDiagnostics(t, p.manage(t, name).plan(t, fmt.Sprintf(`{"run_id": %d%s}`, id, test.resource)).Diagnostics, test.want...)
				expectDiagnostics(t, p.planAction(t, name, fmt.Sprintf(`{"run_id": %d%s}`, id, test.action)), test.want...)
			}
		})
	}
}

// An update that reruns or waits warns of the same, and one that does neither does not.
func TestTokenExpiry_update(t *testing.T) {
	t.Parallel()
	server, p := expiringIn(t, 10*time.Minute)
	const warning = "warning: The API token may expire during the wait: "
	for name, id := range map[string]int{"qualytics_run_rerun": 100, "qualytics_run_resume": 90} {
		config := func(arguments string) string { return fmt.Sprintf(`{"run_id": %d%s}`, id, arguments) }
		resource := p.manage(t, name)
		server.Plan(mockapi.Outcome{Running: mockapi.Never})
		expectDiagnostics(t, resource.apply(t, config(unawaited)))
		expectDiagnostics(t, resource.plan(t, config(unawaited+`, "fail_on": []`)).Diagnostics)
		expectDiagnostics(t, resource.plan(t, config("")).Diagnostics, warning) // waits
		server.Finish(typed[int64](resource.values(t)["id"]), "success", "")
		expectDiagnostics(t, resource.refresh(t))
		expectDiagnostics(t, resource.plan(t, config("")).Diagnostics)
		if name == "qualytics_run_rerun" { // a Run that succeeded cannot be resumed
			expectDiagnostics(t, resource.plan(t, config(release("2"))).Diagnostics, warning)
		}
	}
}
