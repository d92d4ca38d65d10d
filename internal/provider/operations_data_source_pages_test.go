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

// A list that keeps changing is returned with a warning.
func TestOperations_unsteady(t *testing.T) {
	t.Parallel()
	state, diagnostics := newChangingHistory(t).protocol(t).read(t, "qualytics_operations", `{"sort_created": "desc"}`)
	expectDiagnostics(t, diagnostics, "warning: The list changed while it was read: ")
	if ids, _ := state["ids"].([]any); len(ids) < 150 {
		t.Errorf("got only %d Runs", len(ids))
	}
}
