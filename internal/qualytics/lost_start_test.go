// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// notAdopted is the error of a start that adopted nothing, with what speaks against each candidate.
func notAdopted(t *testing.T, started Started, err error) (lost *LostStartError, against map[int64]string) {
	t.Helper()
	if !errors.As(err, &lost) {
		t.Fatalf("adopted %d, got %v, want a LostStartError", started.ID, err)
	}
	against = map[int64]string{}
	for _, candidate := range lost.Candidates {
		against[candidate.ID] = candidate.Against
	}
	return lost, against
}

func adopted(t *testing.T, started Started, err error) int64 {
	t.Helper()
	if err != nil {
		t.Fatalf("got %v, want a Run that is adopted", err)
	}
	if started.LostResponse == nil {
		t.Errorf("Run %d was not adopted, but named by the response", started.ID)
	}
	return started.ID
}

const readPath = "/api/operations/100"

const user = "terraform@service.example.com" // the mock server's, of what the client starts

// What becomes of a lost response: which Run is adopted, or what is said of each Run that it may be.
func TestWhichRunIsAdopted(t *testing.T) {
	setting := func(name string, value any) func(*mockapi.Run) {
		return func(run *mockapi.Run) { run.Settings = map[string]any{name: value} }
	}
	for name, test := range map[string]struct {
		source    mockapi.Run
		known     bool // a rerun has shown the user before, as Run 101
		effect    bool
		meanwhile []func(*mockapi.Run) // start, from the next id on
		adopted   int64
		against   map[int64]string
	}{
		"nothing happened": {against: map[int64]string{}},
		"ours":             {effect: true, adopted: 101},
		"ours, with a container that was added since": {
			meanwhile: []func(*mockapi.Run){func(run *mockapi.Run) { run.Containers = append(run.Containers, mockapi.Container{ID: 999}) }}, adopted: 101,
		},
		"ours, with containers that are not known": {
			meanwhile: []func(*mockapi.Run){func(run *mockapi.Run) { run.Containers = nil }}, adopted: 101,
		},
		"a schedule's": {
			meanwhile: []func(*mockapi.Run){scheduled},
			against:   map[int64]string{101: "triggered by schedule 12"},
		},
		"a schedule's of an odd shape": {
			meanwhile: []func(*mockapi.Run){setting("schedule", "nightly")},
			against:   map[int64]string{101: "triggered by a schedule"},
		},
		"a flow's": {
			meanwhile: []func(*mockapi.Run){setting("action_execution", map[string]any{"id": 1})},
			against:   map[int64]string{101: "triggered by a flow"},
		},
		"a schedule's beside ours": {
			effect: true, meanwhile: []func(*mockapi.Run){scheduled}, adopted: 102,
		},
		"a colleague's": {
			known: true, meanwhile: []func(*mockapi.Run){by("ann@example.com")},
			against: map[int64]string{102: "triggered by ann@example.com, not by " + user},
		},
		"of a user that is not known": {
			known: true, meanwhile: []func(*mockapi.Run){by("")},
			against: map[int64]string{102: "triggered by unknown, not by " + user},
		},
		"a colleague's beside ours": {
			known: true, effect: true, meanwhile: []func(*mockapi.Run){by("ann@example.com")}, adopted: 103,
		},
		"on other settings": {
			meanwhile: []func(*mockapi.Run){func(run *mockapi.Run) {
				run.Settings = map[string]any{"incremental": false, "remediation": "append", "greater_than_batch": 4}
			}},
			against: map[int64]string{101: "its settings differ from the source's: greater_than_batch, incremental, remediation"},
		},
		"with a setting that the source lacks": {
			meanwhile: []func(*mockapi.Run){setting("new_setting", 1)},
			against:   map[int64]string{101: "its settings differ from the source's: new_setting"},
		},
		"ours, with a setting that is null where the source lacks it": {
			meanwhile: []func(*mockapi.Run){setting("new_setting", nil)}, adopted: 101,
		},
		"ours, with a number that is written otherwise": {
			meanwhile: []func(*mockapi.Run){setting("high_count_rollup_threshold", 10.0)}, adopted: 101,
		},
		"of another type": {
			meanwhile: []func(*mockapi.Run){func(run *mockapi.Run) { run.Type = "profile" }},
			against:   map[int64]string{101: "its type is profile, not scan"},
		},
		"ours, of a type that goes by another name": {
			source: mockapi.Run{Type: "catalog"}, meanwhile: []func(*mockapi.Run){func(run *mockapi.Run) { run.Type = "sync" }}, adopted: 101,
		},
		"ours, a promote": {
			source: mockapi.Run{Type: "promote_quality_check"}, effect: true, adopted: 101,
		},
		"a promote of something else": {
			source: mockapi.Run{Type: "promote_quality_check"}, meanwhile: []func(*mockapi.Run){func(run *mockapi.Run) { run.Type = "promote_datastore" }},
			against: map[int64]string{101: "its type is promote_datastore, not promote_quality_check"},
		},
		"ours, of a type that the API page does not know": {
			source: mockapi.Run{Type: "anomaly_export"}, effect: true, adopted: 101,
		},
		"another one just like ours": {
			effect: true, meanwhile: []func(*mockapi.Run){by(user)},
			against: map[int64]string{
				101: "on the same settings, so it cannot be told from Run 102",
				102: "on the same settings, so it cannot be told from Run 101",
			},
		},
		"another one like ours on other containers": {
			effect: true, meanwhile: []func(*mockapi.Run){func(run *mockapi.Run) { run.Containers = run.Containers[:1] }}, adopted: 102,
		},
		"of another datastore": {
			effect: true, meanwhile: []func(*mockapi.Run){func(run *mockapi.Run) { run.Datastore.ID = 102 }}, adopted: 102,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				test.source.ID = 100
				service := simulate(t, mockapi.Options{}, []mockapi.Run{test.source})
				if test.known {
					if _, err := service.rerun(t); err != nil {
						t.Fatal(err)
					}
				}
				service.ResetRequests()
				service.Inject(mockapi.Fault{Path: rerunPath, Close: true, AfterEffect: test.effect, Hook: func() {
					for _, change := range test.meanwhile {
						service.ours(change)
					}
				}})
				started, err := service.rerun(t)
				equal(t, "changing requests", service.writes(), []string{"PUT " + rerunPath})
				for _, request := range service.Requests() {
					if request.Query.Has("operation_type") {
						t.Errorf("%s filters by a type, whose name may be rejected", request)
					}
					if request.Path == "/api/operations" {
						equal(t, "list", request.String(), listNewest)
					}
				}
				if test.adopted != 0 {
					equal(t, "adopted", adopted(t, started, err), test.adopted)
					equal(t, "why", failure(t, started.LostResponse).Kind, KindDisconnected)
					return
				}
				lost, against := notAdopted(t, started, err)
				equal(t, "candidates", against, test.against)
				equal(t, "looking", lost.Looking, error(nil))
				equal(t, "interrupted", lost.Interrupted, false)
			})
		})
	}
}

func scheduled(run *mockapi.Run) {
	run.Schedule, run.TriggeredBy = &mockapi.Schedule{ID: 12, Name: "Nightly"}, ""
}

func by(user string) func(*mockapi.Run) {
	return func(run *mockapi.Run) { run.TriggeredBy = user }
}

// A list of a replica that lags behind shows a Run as new that this client started before.
func TestOwnRunIsNotAdoptedTwice(t *testing.T) {
	for name, fault := range map[string]mockapi.Fault{
		"started": {Times: 1, Skip: 1000}, // none
		"adopted": {Path: rerunPath, Close: true, AfterEffect: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
				service.Inject(fault)
				if _, err := service.rerun(t); err != nil {
					t.Fatal(err)
				}
				service.Inject(mockapi.Fault{Path: "/api/operations", Body: `{"items": [{"id": 100}], "total": 1}`})
				service.lost(nil)
				started, err := service.rerun(t)
				_, against := notAdopted(t, started, err)
				equal(t, "candidates", against, map[int64]string{101: "started by another request of this provider"})
			})
		})
	}
}

// A backend works on behind a proxy that has given up, and creates the Run a while later.
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
				time.Sleep(time.Minute) // until the server has done what it still does
				return
			}
			equal(t, name, adopted(t, started, err), int64(101))
			if took := time.Since(began); took < test.after || took > test.after+longestLookPause {
				t.Errorf("%s: found after %v", name, took)
			}
		})
	}
}

// While only others' Runs are there, ours may still come.
func TestLookingGoesOnBesideOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		service.Inject(mockapi.Fault{
			Path: rerunPath, Close: true, EffectAfter: 20 * time.Second,
			Hook: func() { service.ours(scheduled) },
		})
		started, err := service.rerun(t)
		equal(t, "adopted", adopted(t, started, err), int64(102))
	})
}

// The time counts from when the request was sent.
func TestLookingAfterATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		service.Inject(mockapi.Fault{Path: rerunPath, Delay: time.Hour})
		began := time.Now()
		started, err := service.rerun(t)
		lost, _ := notAdopted(t, started, err)
		equal(t, "lost", failure(t, lost.Lost).Detail, "no complete response within 30s")
		equal(t, "took", time.Since(began), time.Minute)
	})
}

// A long request timeout leaves some time to look, too.
func TestLookingAfterALongTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")}, timeout(2*time.Minute))
		service.Inject(mockapi.Fault{Path: rerunPath, Close: true, Delay: time.Hour, EffectAfter: 4 * time.Second})
		started, err := service.rerun(t)
		equal(t, "adopted", adopted(t, started, err), int64(101))
	})
}

// Somebody resumes the source while the response to a rerun of it is lost.
func TestRerunDoesNotAdoptItsSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}}, []mockapi.Run{scan(100, "failure")})
		service.lost(func() { service.Seed(scan(100, "running")) })
		started, err := service.rerun(t)
		_, _ = notAdopted(t, started, err)
	})
}

// A resumed Run of which nothing can be read is in doubt, as are the new ones beside it.
func TestDoubtAboutTheResumedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "failure")})
		service.Inject(
			mockapi.Fault{Path: readPath, Skip: 1, Times: mockapi.Always, Status: 500},
			mockapi.Fault{Path: resumePath, Close: true, AfterEffect: true, Hook: func() { service.ours(nil) }},
		)
		started, err := resume(t.Context(), service.client, 100, false)
		lost, against := notAdopted(t, started, err)
		equal(t, "looking", KindOf(lost.Looking), KindUnavailable)
		equal(t, "candidates", against, map[int64]string{101: ""})
	})
}

// An application that has responded has done what it does.
func TestSettledRequestIsNotLookedForLong(t *testing.T) {
	for name, test := range map[string]struct {
		fault mockapi.Fault
		took  time.Duration
	}{
		"500":                    {mockapi.Fault{Status: 500}, lookForSettled},
		"200 of a Run of before": {mockapi.Fault{Status: 200, Body: `{"id": 100}`}, lookForSettled},
		"500 of a proxy":         {mockapi.Fault{Status: 500, Body: "<html>"}, time.Minute},
		"504":                    {mockapi.Fault{Status: 504}, time.Minute},
		"200 of a login page":    {mockapi.Fault{Status: 200, Body: "<html>"}, time.Minute},
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

func TestLookingIsRetried(t *testing.T) {
	const list = "/api/operations"
	for name, fault := range map[string]mockapi.Fault{
		"an empty list":       {Path: list, Skip: 1, Times: 2, Status: 200, Body: `{"items": [], "total": 0}`},
		"no list":             {Path: list, Skip: 1, Times: 8, Status: 500}, // two looks, five attempts each
		"no source":           {Path: "/api/operations/100", Times: 5, Status: 500},
		"no source in HTML":   {Path: "/api/operations/100", Times: 1, Status: 404, Body: "<html>"},
		"no candidate":        {Path: "/api/operations/101", Times: 5, Status: 500},
		"no candidate so far": {Path: "/api/operations/101", Times: 1, Status: 404},
	} {
		synctest.Test(t, func(t *testing.T) {
			service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
			listing, err := service.client.Operations(t.Context(), Filter{}, 1)
			if err != nil {
				t.Fatal(err)
			}
			service.Inject(fault)
			service.Inject(mockapi.Fault{Path: rerunPath, Close: true, AfterEffect: true})
			started, err := service.client.Rerun(t.Context(), new(first(t, listing.Items)))
			equal(t, name, adopted(t, started, err), int64(101))
		})
	}
}

// In doubt, nothing is adopted, and each Run that it may be is named.
func TestDoubts(t *testing.T) {
	for name, test := range map[string]struct {
		fault mockapi.Fault
		named int64
		kind  Kind
	}{
		"the source is gone":            {mockapi.Fault{Method: http.MethodGet, Path: "/api/operations/100", Times: mockapi.Always, Status: 404}, 101, KindNotFound},
		"the candidate cannot be read":  {mockapi.Fault{Method: http.MethodGet, Path: "/api/operations/101", Times: mockapi.Always, Status: 500}, 101, KindUnavailable},
		"the list cannot be read again": {mockapi.Fault{Path: "/api/operations", Skip: 1, Times: mockapi.Always, Status: 500}, 0, KindUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
				listing, err := service.client.Operations(t.Context(), Filter{}, 1)
				if err != nil {
					t.Fatal(err)
				}
				service.Inject(test.fault)
				service.Inject(mockapi.Fault{Path: rerunPath, Close: true, AfterEffect: true})
				began := time.Now()
				started, err := service.client.Rerun(t.Context(), new(first(t, listing.Items)))
				lost, against := notAdopted(t, started, err)
				equal(t, "looking", KindOf(lost.Looking), test.kind)
				equal(t, "kind", KindOf(err), KindDisconnected)
				if _, named := against[test.named]; named != (test.named != 0) {
					t.Errorf("candidates %v, want %d", against, test.named)
				}
				if took := time.Since(began); took < time.Minute || took > 2*time.Minute {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

// A server that hangs while a Run is looked for costs one more request timeout.
func TestLookingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		service.Inject(mockapi.Fault{Path: "/api/operations", Skip: 1, Times: mockapi.Always, Delay: time.Hour})
		service.lost(nil)
		began := time.Now()
		started, err := service.rerun(t)
		_, _ = notAdopted(t, started, err)
		if took := time.Since(began); took > time.Minute+DefaultRequestTimeout {
			t.Errorf("took %v", took)
		}
	})
}

func TestLostStartErrorSaysWhat(t *testing.T) {
	lost := &Error{Call: "PUT /api/operations/rerun/100", Kind: KindDisconnected, Detail: "EOF"}
	for want, err := range map[string]*LostStartError{
		"PUT /api/operations/rerun/100: EOF; 2 Runs may have been started by this": {Lost: lost, Candidates: make([]Candidate, 2)},
		"looking for the Run failed: unreachable":                                  {Lost: lost, Looking: errors.New("unreachable")},
		"looking for the Run was interrupted":                                      {Lost: lost, Interrupted: true},
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, want %q", err, want)
		}
		equal(t, "kind", KindOf(err), KindDisconnected)
	}
}

func TestRevived(t *testing.T) {
	const early, late = Timestamp("2026-05-01T09:00:00Z"), Timestamp("2026-05-01T10:00:00Z")
	aborted := Operation{Result: ResultAborted, StartTime: early, EndTime: early}
	running := Operation{Result: ResultRunning, StartTime: early}
	for name, test := range map[string]struct {
		before, now Operation
		want        bool
	}{
		"still aborted":                    {aborted, aborted, false},
		"queued":                           {aborted, Operation{Result: ResultQueued}, true},
		"running again":                    {aborted, running, true},
		"dispatched anew":                  {aborted, Operation{Result: ResultRunning, StartTime: late}, true},
		"ended again":                      {aborted, Operation{Result: ResultFailure, StartTime: early, EndTime: late}, true},
		"still running":                    {running, running, false},
		"aborted, and no more":             {running, Operation{Result: ResultAborted, StartTime: early, EndTime: late}, false},
		"aborted, then dispatched anew":    {running, Operation{Result: ResultRunning, StartTime: late}, true},
		"aborted, then queued to be again": {running, Operation{Result: ResultQueued}, true},
	} {
		equal(t, name, revived(&test.before, &test.now), test.want)
	}
}
