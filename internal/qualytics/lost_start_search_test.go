// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The backend may create the Run after the proxy in front of it timed out.
func TestRunThatIsCreatedLate(t *testing.T) {
	for name, test := range map[string]struct {
		changes []func(*Config)
		after   time.Duration
		found   bool
	}{
		"25 s, with a request timeout of 2 s":  {[]func(*Config){timeout(2 * time.Second)}, 25 * time.Second, true},
		"33 s":                                 {nil, 33 * time.Second, true},
		"59 s":                                 {nil, 59 * time.Second, true},
		"61 s":                                 {nil, 61 * time.Second, false},
		"119 s, with a request timeout of 2 m": {[]func(*Config){timeout(2 * time.Minute)}, 119 * time.Second, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")}, test.changes...)
			service.Inject(mockapi.Fault{Path: rerunPath, Status: 504, Body: "<html>", EffectAfter: test.after})
			began := time.Now()
			started, err := service.rerun(t)
			if !test.found {
				lost, _ := notAdopted(t, started, err)
				equal(t, name, len(lost.Candidates), 0)
				equal(t, name+", took", time.Since(began), time.Minute)
				time.Sleep(time.Minute) // the server still creates the Run
				return
			}
			equal(t, name, adopted(t, started, err), int64(101))
			if took := time.Since(began); took < test.after || took > test.after+maxSearchInterval {
				t.Errorf("%s: found after %v", name, took)
			}
		})
	}
}

// Runs of others do not end the search.
func TestSearchContinuesDespiteOtherRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		service.Inject(mockapi.Fault{
			Path: rerunPath, Close: true, EffectAfter: 20 * time.Second,
			Hook: func() { service.startRun(scheduled) },
		})
		started, err := service.rerun(t)
		equal(t, "adopted", adopted(t, started, err), int64(102))
	})
}

// The search takes a minimum time, even after a long request timeout.
func TestSearchAfterLongTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")}, timeout(2*time.Minute))
		service.Inject(mockapi.Fault{Path: rerunPath, Close: true, Delay: time.Hour, EffectAfter: 4 * time.Second})
		started, err := service.rerun(t)
		equal(t, "adopted", adopted(t, started, err), int64(101))
	})
}

// The search ends a minute after the request was sent. After a response of the application itself,
// it is short.
func TestLengthOfSearch(t *testing.T) {
	for name, test := range map[string]struct {
		fault mockapi.Fault
		took  time.Duration
	}{
		"500":                 {mockapi.Fault{Status: 500}, minSearchTime},
		"200 of an older Run": {mockapi.Fault{Status: 200, Body: `{"id": 100}`}, minSearchTime},
		"500 of a proxy":      {mockapi.Fault{Status: 500, Body: "<html>"}, time.Minute},
		"504":                 {mockapi.Fault{Status: 504}, time.Minute},
		"no response in time": {mockapi.Fault{Delay: time.Hour}, time.Minute},
		"200 of a login page": {mockapi.Fault{Status: 200, Body: "<html>"}, time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
			test.fault.Path = rerunPath
			service.Inject(test.fault)
			began := time.Now()
			started, err := service.rerun(t)
			_, _ = notAdopted(t, started, err)
			equal(t, name, time.Since(began), test.took)
		})
	}
}

// The search goes on while something cannot be read. If that lasts, no Run is adopted, and the new
// ones are listed.
func TestSearchIsRetried(t *testing.T) {
	const list, source, candidate = "/api/operations", "/api/operations/100", "/api/operations/101"
	for name, test := range map[string]struct {
		fault  mockapi.Fault
		kind   Kind    // of the search error; 0: the Run is adopted
		listed []int64 // candidates
	}{
		"an empty list":                {fault: mockapi.Fault{Path: list, Skip: 1, Times: 2, Status: 200, Body: `{"items": [], "total": 0}`}},
		"failed list":                  {fault: mockapi.Fault{Path: list, Skip: 1, Times: 8, Status: 500}}, // several polls with retries
		"failed source":                {fault: mockapi.Fault{Path: source, Times: 5, Status: 500}},
		"HTML for the source":          {fault: mockapi.Fault{Path: source, Times: 1, Status: 404, Body: "<html>"}},
		"failed candidate":             {fault: mockapi.Fault{Path: candidate, Times: 5, Status: 500}},
		"missing candidate":            {fault: mockapi.Fault{Path: candidate, Times: 1, Status: 404}},
		"the list cannot be read":      {mockapi.Fault{Path: list, Skip: 1, Times: mockapi.Always, Status: 500}, KindUnavailable, nil},
		"the source is deleted":        {mockapi.Fault{Path: source, Times: mockapi.Always, Status: 404}, KindNotFound, []int64{101}},
		"the candidate cannot be read": {mockapi.Fault{Path: candidate, Times: mockapi.Always, Status: 500}, KindUnavailable, []int64{101}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
				listing, err := service.client.Operations(t.Context(), Filter{}, 1)
				if err != nil {
					t.Fatal(err)
				}
				service.Inject(test.fault, mockapi.Fault{Path: rerunPath, Close: true, AfterEffect: true})
				began := time.Now()
				started, err := service.client.Rerun(t.Context(), new(first(t, listing.Items)), "")
				if test.kind == 0 {
					equal(t, "adopted", adopted(t, started, err), int64(101))
					return
				}
				lost, reasons := notAdopted(t, started, err)
				equal(t, "search error", KindOf(lost.SearchErr), test.kind)
				equal(t, "kind", KindOf(err), KindDisconnected)
				equal(t, "candidates", slices.Collect(maps.Keys(reasons)), test.listed)
				if took := time.Since(began); took < time.Minute || took > 2*time.Minute {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

// A server that hangs prolongs the search by at most one request timeout.
func TestSearchIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		service.Inject(mockapi.Fault{Path: "/api/operations", Skip: 1, Times: mockapi.Always, Delay: time.Hour})
		service.loseResponse(nil)
		began := time.Now()
		started, err := service.rerun(t)
		_, _ = notAdopted(t, started, err)
		if took := time.Since(began); took > time.Minute+DefaultRequestTimeout {
			t.Errorf("took %v", took)
		}
	})
}
