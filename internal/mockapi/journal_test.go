// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

func TestJournal(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	api.call(t, http.MethodPut, "/api/operations/rerun/1")
	api.clock.Advance(time.Second)
	api.call(t, http.MethodGet, "/api/operations?size=5&result=success&result=failure&id=")
	api.call(t, http.MethodDelete, "/api/operations/77")

	requests := api.Requests()
	var lines []string
	for _, request := range requests {
		lines = append(lines, request.String())
	}
	equal(t, "lines", lines, []string{
		"PUT /api/operations/rerun/1",
		"GET /api/operations?id=&result=success&result=failure&size=5",
		"DELETE /api/operations/77",
	})
	equal(t, "statuses", api.statuses(), []int{200, 422, 404})
	if t.Failed() {
		return
	}
	equal(t, "header", requests[0].Header.Get("Authorization"), "Bearer "+token)
	equal(t, "first", requests[0].Time, noon)
	equal(t, "second", requests[1].Time, noon.Add(time.Second))
	equal(t, "address", requests[0].RemoteAddr != "", true)

	api.ResetRequests()
	equal(t, "after the reset", len(api.Requests()), 0)
}

// A request is in the journal before its response is sent.
func TestJournalBeforeResponse(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	var then []int
	api.Inject(mockapi.Fault{Hook: func() { then = api.statuses() }})
	api.call(t, http.MethodGet, "/api/operations/1")
	equal(t, "status then", then, []int{0})
	equal(t, "status now", api.statuses(), []int{200})
}

// The journal has the body of every request, also of one that has no effect.
func TestJournalBody(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	api.Inject(mockapi.Fault{Status: 503})
	for range 2 {
		api.send(t, api.requestWith(t, http.MethodPut, "/api/operations/rerun/1", `{"a": 1}`))
	}
	api.call(t, http.MethodGet, "/api/operations/1")
	var bodies []string
	for _, request := range api.Requests() {
		bodies = append(bodies, request.Body)
	}
	equal(t, "bodies", bodies, []string{`{"a": 1}`, `{"a": 1}`, ""})
}

// A request that a test passes directly to the Server may have no body.
func TestNoBody(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	recorder := httptest.NewRecorder()
	request := api.request(t, http.MethodPut, "/api/operations/rerun/1")
	request.Body = nil
	api.ServeHTTP(recorder, request)
	equal(t, "status", recorder.Code, http.StatusOK)
}
