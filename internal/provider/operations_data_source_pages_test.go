// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const listPath = "/api/operations"

// newLongHistory serves the Runs 1 to count, created one second apart.
func newLongHistory(t *testing.T, count int64) *api {
	t.Helper()
	api := newAPI(t, mockapi.Options{})
	api.Remove(100)
	runs := make([]mockapi.Run, 0, count)
	for id := range count {
		run := scan(id+1, "success")
		run.Created = time.Date(2026, time.May, 1, 0, 0, int(id), 0, time.UTC)
		runs = append(runs, run)
	}
	api.Seed(runs...)
	return api
}

// down returns the numbers from first down to last.
func down(first, last int64) []any {
	var numbers []any
	for number := first; number >= last; number-- {
		numbers = append(numbers, number)
	}
	return numbers
}

// All pages are read once. With a limit, only the necessary pages are read. Pages overlap slightly.
func TestOperations_pages(t *testing.T) {
	t.Parallel()
	api := newLongHistory(t, 250)
	p := api.protocol(t)
	for _, test := range []struct {
		limit    string
		ids      []any
		requests []string
	}{
		{`null`, down(250, 1), []string{"page=1&size=100", "page=2&size=98", "page=3&size=97"}},
		{`1`, down(250, 250), []string{"page=1&size=1"}},
		{`101`, down(250, 150), []string{"page=1&size=100", "page=2&size=98"}},
	} {
		api.ResetRequests()
		state, diagnostics := p.read(t, "qualytics_operations", fmt.Sprintf(`{"limit": %s}`, test.limit))
		expectDiagnostics(t, diagnostics)
		expectListed(t, "limit "+test.limit, state, 250, test.ids)
		var requests []string
		for _, request := range api.Requests() {
			requests = append(requests, request.Query.Encode())
		}
		slices.Sort(requests) // pages are requested concurrently
		if !slices.Equal(requests, test.requests) {
			t.Errorf("limit %s: got the requests %q, want %q", test.limit, requests, test.requests)
		}
	}
}

// newChangingHistory serves a history whose newest Runs are deleted with every request.
func newChangingHistory(t *testing.T) *api {
	t.Helper()
	api := newLongHistory(t, 250)
	var gone atomic.Int64
	api.Inject(mockapi.Fault{Path: listPath, Times: mockapi.Always, Hook: func() {
		for range 5 {
			api.Remove(251 - gone.Add(1))
		}
	}})
	return api
}

// A list that keeps changing is returned with a warning, by the data source and by the list resource.
func TestOperations_unsteady(t *testing.T) {
	t.Parallel()
	const config, want = `{"sort_created": "desc"}`, "warning: The list changed while it was read: "
	state, diagnostics := newChangingHistory(t).protocol(t).read(t, "qualytics_operations", config)
	expectDiagnostics(t, diagnostics, want)
	results, diagnostics := newChangingHistory(t).protocol(t).list(t, config, 0, false)
	expectDiagnostics(t, diagnostics, want)
	if ids, _ := state["ids"].([]any); len(ids) < 150 || len(results) < 150 {
		t.Errorf("got only %d and %d Runs", len(ids), len(results))
	}
}

// A window selects Runs by creation time, together with filters, sorts and limit. total ignores the
// window.
func TestOperations_window(t *testing.T) {
	t.Parallel()
	api := newHistory(t)
	p := api.protocol(t)
	at := func(day int) string { return fmt.Sprintf("2026-05-%02dT23:30:00Z", day) } // the creation time of the Run of that day
	for _, test := range []struct {
		config string
		total  int64
		ids    []any
	}{
		{`"created_after": "` + at(3) + `"`, 7, int64s(7, 6, 5, 4, 3)},
		{`"created_before": "` + at(3) + `"`, 7, int64s(2, 1)},
		{`"created_after": "` + at(3) + `", "created_before": "` + at(6) + `"`, 7, int64s(5, 4, 3)},
		{`"created_after": "` + at(2) + `", "limit": 2, "sort_created": "asc"`, 7, int64s(2, 3)},
		{`"created_after": "` + at(2) + `", "finished": true, "sort_duration": "asc", "limit": 1`, 5, int64s(2)},
		{`"created_after": "` + at(2) + `", "result": ["success"], "datastore": [101, 102]`, 3, int64s(3, 2)},
	} {
		config := "{" + test.config + "}"
		expectDiagnostics(t, p.validateDataSource(t, "qualytics_operations", config))
		state, diagnostics := p.read(t, "qualytics_operations", config)
		expectDiagnostics(t, diagnostics)
		expectListed(t, config, state, test.total, test.ids)
	}

	expectDiagnostics(t, p.validateList(t, `{"created_after": "`+at(3)+`", "created_before": "`+at(6)+`"}`))
	results, diagnostics := p.list(t,
		`{"created_after": "`+at(3)+`", "created_before": "`+at(6)+`", "finished": true, "sort_created": "asc"}`, 2, false)
	expectDiagnostics(t, diagnostics)
	if ids := fmt.Sprint(idsOf(results)); ids != "[3 4]" {
		t.Errorf("the list resource returned the Runs %s", ids)
	}
}

// A deployment that ignores the sort cannot list a window.
func TestOperations_windowUnsorted(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Inject(mockapi.Fault{
		Status: 200,
		Times:  mockapi.Always,
		Body: `{"items": [
			{"id": 1, "result": "success", "created": "2026-05-01T00:00:00Z"},
			{"id": 2, "result": "success", "created": "2026-05-02T00:00:00Z"}
		], "total": 2}`,
	})
	_, diagnostics := api.protocol(t).read(t, "qualytics_operations", `{"created_after": "2026-05-01T00:00:00Z"}`)
	expectDiagnostics(t, diagnostics,
		"error: Cannot list Runs: .*not sorted by created.*The deployment ignores `sort_created`.* Use `created_date` instead.")
}
