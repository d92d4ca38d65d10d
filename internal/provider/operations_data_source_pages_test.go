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
		{`99`, down(250, 152), []string{"page=1&size=99"}},
		{`100`, down(250, 151), []string{"page=1&size=100"}},
		{`101`, down(250, 150), []string{"page=1&size=100", "page=2&size=98"}},
		{`249`, down(250, 2), []string{"page=1&size=100", "page=2&size=98", "page=3&size=97"}},
		{`250`, down(250, 1), []string{"page=1&size=100", "page=2&size=98", "page=3&size=97"}},
		{`1000000`, down(250, 1), []string{"page=1&size=100", "page=2&size=98", "page=3&size=97"}},
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

// Runs that start or are deleted while the pages are read cause neither duplicates nor gaps.
func TestOperations_changingHistory(t *testing.T) {
	t.Parallel()
	removed := func(ids ...int64) func(*api) {
		return func(api *api) {
			for _, id := range ids {
				api.Remove(id)
			}
		}
	}
	for name, test := range map[string]struct {
		change   func(*api)
		required []any // the Runs that must be listed, in this order
		optional []any // the Runs that may be listed
	}{
		"new Runs":      {func(api *api) { api.Seed(mockapi.Run{ID: 251}, mockapi.Run{ID: 252}) }, down(250, 1), down(252, 251)},
		"newest gone":   {removed(250), down(249, 1), down(250, 250)},
		"two gone":      {removed(250, 249), down(248, 1), down(250, 249)},
		"many gone":     {removed(250, 249, 248, 247, 246, 245, 244, 243), down(242, 1), down(250, 243)},
		"old ones gone": {removed(1, 2, 3), down(250, 4), down(3, 1)},
		"gone and new": {
			func(api *api) { api.Remove(240); api.Seed(mockapi.Run{ID: 251}) },
			append(down(250, 241), down(239, 1)...),
			append(down(251, 251), int64(240)),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newLongHistory(t, 250)
			api.Inject(mockapi.Fault{Path: listPath, Skip: 1, Hook: func() { test.change(api) }})
			state, diagnostics := api.protocol(t).read(t, "qualytics_operations", `{"sort_created": "desc"}`)
			expectDiagnostics(t, diagnostics)
			ids, _ := state["ids"].([]any)
			got := slices.DeleteFunc(slices.Clone(ids), func(id any) bool { return slices.Contains(test.optional, id) })
			if !slices.Equal(got, test.required) {
				t.Errorf("got %v\nwant %v", got, test.required)
			}
			seen := make(map[any]bool)
			for _, id := range ids {
				if seen[id] {
					t.Errorf("Run %v is listed twice", id)
				}
				seen[id] = true
			}
		})
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
