// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
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

func TestSearchIsRetried(t *testing.T) {
	const list = "/api/operations"
	for name, fault := range map[string]mockapi.Fault{
		"an empty list":       {Path: list, Skip: 1, Times: 2, Status: 200, Body: `{"items": [], "total": 0}`},
		"failed list":         {Path: list, Skip: 1, Times: 8, Status: 500}, // more than one poll with its retries
		"failed source":       {Path: "/api/operations/100", Times: 5, Status: 500},
		"HTML for the source": {Path: "/api/operations/100", Times: 1, Status: 404, Body: "<html>"},
		"failed candidate":    {Path: "/api/operations/101", Times: 5, Status: 500},
		"missing candidate":   {Path: "/api/operations/101", Times: 1, Status: 404},
	} {
		synctest.Test(t, func(t *testing.T) {
			service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
			listing, err := service.client.Operations(t.Context(), Filter{}, 1)
			if err != nil {
				t.Fatal(err)
			}
			service.Inject(fault)
			service.Inject(mockapi.Fault{Path: rerunPath, Close: true, AfterEffect: true})
			started, err := service.client.Rerun(t.Context(), new(first(t, listing.Items)), "")
			equal(t, name, adopted(t, started, err), int64(101))
		})
	}
}

// If the search fails, no Run is adopted, and the new ones are listed.
func TestFailedSearch(t *testing.T) {
	for name, test := range map[string]struct {
		fault  mockapi.Fault
		listed int64
		kind   Kind
	}{
		"the source is deleted":         {mockapi.Fault{Method: "GET", Path: "/api/operations/100", Status: 404}, 101, KindNotFound},
		"the candidate cannot be read":  {mockapi.Fault{Method: "GET", Path: "/api/operations/101", Status: 500}, 101, KindUnavailable},
		"the list cannot be read again": {mockapi.Fault{Path: "/api/operations", Skip: 1, Status: 500}, 0, KindUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
				listing, err := service.client.Operations(t.Context(), Filter{}, 1)
				if err != nil {
					t.Fatal(err)
				}
				test.fault.Times = mockapi.Always
				service.Inject(test.fault)
				service.Inject(mockapi.Fault{Path: rerunPath, Close: true, AfterEffect: true})
				began := time.Now()
				started, err := service.client.Rerun(t.Context(), new(first(t, listing.Items)), "")
				lost, reasons := notAdopted(t, started, err)
				equal(t, "search error", KindOf(lost.SearchErr), test.kind)
				equal(t, "kind", KindOf(err), KindDisconnected)
				if _, listed := reasons[test.listed]; listed != (test.listed != 0) {
					t.Errorf("candidates %v, want %d", reasons, test.listed)
				}
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
