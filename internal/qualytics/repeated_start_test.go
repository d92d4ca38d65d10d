// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A gateway sends a PUT twice. The Run that the response does not name is reported, but no Run that
// somebody else has started.
func TestOthers(t *testing.T) {
	for name, test := range map[string]struct {
		fault     mockapi.Fault
		meanwhile []func(*mockapi.Run)
		started   int64
		others    []int64
	}{
		"sent once":               {started: 101},
		"sent twice":              {fault: mockapi.Fault{Twice: true}, started: 102, others: []int64{101}},
		"sent once, among others": {meanwhile: []func(*mockapi.Run){scheduled, by("ann@example.com")}, started: 103},
		"sent twice, among others": {
			fault: mockapi.Fault{Twice: true}, meanwhile: []func(*mockapi.Run){scheduled, by("ann@example.com")}, started: 104, others: []int64{103},
		},
		"sent twice, with a response that repeats the source": {
			fault:     mockapi.Fault{Twice: true, Rewrite: func(run map[string]any) { run["triggered_by"] = "ann@example.com" }},
			meanwhile: []func(*mockapi.Run){by("ann@example.com")}, started: 103, others: []int64{102},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
				test.fault.Path, test.fault.Hook = rerunPath, func() {
					for _, change := range test.meanwhile {
						service.startRun(change)
					}
				}
				service.Inject(test.fault)
				started, err := service.rerun(t)
				if err != nil {
					t.Fatal(err)
				}
				equal(t, "started", started.ID, test.started)
				equal(t, "others", idsOf(started.Others(t.Context())), append([]int64{}, test.others...))
			})
		})
	}
}

// The look at the list fails no start, and does not take longer than a few seconds.
func TestFailedLook(t *testing.T) {
	for name, fault := range map[string]mockapi.Fault{
		"fails": {Status: 500}, "hangs": {Delay: 1 << 50}, "is unsorted": {Body: `{"items": [{"id": 1}], "total": 7}`},
	} {
		synctest.Test(t, func(t *testing.T) {
			service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
			fault.Path, fault.Skip, fault.Times = "/api/operations", 1, mockapi.Always
			service.Inject(fault)
			service.Inject(mockapi.Fault{Path: rerunPath, Twice: true})
			started, err := service.rerun(t)
			equal(t, name, err, error(nil))
			equal(t, name, started.ID, int64(102))
			equal(t, name, len(started.Others(t.Context())), 0)
		})
	}
}

// A conflict may be with the Run that the same request has started, because a gateway sent it twice.
func TestConflict(t *testing.T) {
	twice := mockapi.Fault{Path: rerunPath, Twice: true}
	for name, test := range map[string]struct {
		faults    []mockapi.Fault
		meanwhile []func(*mockapi.Run)
		active    bool // another Run of the datastore
		adopted   int64
		lost      map[int64]string // nil: the conflict is returned
	}{
		"with another Run":             {active: true},
		"with its own Run":             {faults: []mockapi.Fault{twice}, adopted: 101},
		"with a new Run of a schedule": {meanwhile: []func(*mockapi.Run){scheduled}},
		"with two Runs that may be its own": {
			meanwhile: []func(*mockapi.Run){by(user), by(user)}, lost: map[int64]string{
				101: "same settings, indistinguishable from Run 102", 102: "same settings, indistinguishable from Run 101",
			},
		},
		"the list cannot be read": {
			faults: []mockapi.Fault{{Path: "/api/operations", Skip: 1, Status: 500, Times: mockapi.Always}, twice}, lost: map[int64]string{},
		},
		"the new Run cannot be read": {
			faults: []mockapi.Fault{{Path: "/api/operations/101", Status: 500, Times: mockapi.Always}, twice}, lost: map[int64]string{101: ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				options := mockapi.Options{OneAtATime: true, Outcome: mockapi.Outcome{Running: mockapi.Never}}
				service := simulate(t, options, []mockapi.Run{scan(100, "success")})
				if test.active {
					service.startRun(nil)
				}
				service.Inject(test.faults...)
				service.Inject(mockapi.Fault{Path: rerunPath, Hook: func() {
					for _, change := range test.meanwhile {
						service.startRun(change)
					}
				}})
				started, err := service.rerun(t)
				switch {
				case test.adopted != 0:
					equal(t, "adopted", adopted(t, started, err), test.adopted)
					equal(t, "lost response", KindOf(started.LostResponse), KindConflict)
				case test.lost != nil:
					_, reasons := notAdopted(t, started, err)
					equal(t, "candidates", reasons, test.lost)
					equal(t, "a mere conflict", IsConflict(err), false)
				default:
					equal(t, "a mere conflict", IsConflict(err), true)
					equal(t, "lost", errors.As(err, new(*LostStartError)), false)
				}
				equal(t, "requests that start a Run", len(service.writes()), 1)
			})
		})
	}
}

// A gateway resumes a Run twice; the second time is a conflict with the first one.
func TestConflictOfResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		options := mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}}
		service := simulate(t, options, []mockapi.Run{scan(100, "failure"), scan(200, "success")})
		service.Inject(mockapi.Fault{Path: resumePath, Twice: true})
		started, err := resume(t.Context(), service.client, 100, false)
		equal(t, "adopted", adopted(t, started, err), int64(100))
		_, err = resume(t.Context(), service.client, 200, false)
		equal(t, "a conflict", IsConflict(err), true)
	})
}

// Whatever the response repeats of the source, the Run counts as active.
func TestStaleResponse(t *testing.T) {
	for action, start := range starts {
		for _, asNew := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				service := simulate(t, mockapi.Options{StaleStarts: true, ResumeAsNew: asNew}, []mockapi.Run{scan(100, start.result)})
				started, err := start.call(t.Context(), service.client)
				equal(t, action, err, error(nil))
				equal(t, action+", finished", started.Finished(), false)
				equal(t, action+", counters", len(started.Status), 0)
				if started.Message != nil || started.EndTime != "" || started.Result != ResultRunning && started.Result != ResultQueued {
					t.Errorf("%s: got %+v", action, started.Operation)
				}
			})
		}
	}
}

// Who triggered a Run that was resumed is not who resumed it, and a response may repeat the source's
// user. The list shows who triggered a new Run.
func TestUserIsLearntFromOwnRuns(t *testing.T) {
	const ann = "ann@example.com"
	for name, first := range map[string]func(*testing.T, service) error{
		"a colleague's Run is resumed": func(t *testing.T, service service) error {
			t.Helper()
			_, err := resume(t.Context(), service.client, 100, false)
			return err
		},
		"the response repeats the source's user": func(t *testing.T, service service) error {
			t.Helper()
			service.Inject(mockapi.Fault{Path: rerunPath, Rewrite: func(run map[string]any) { run["triggered_by"] = ann }})
			_, err := rerun(t.Context(), service.client, 100)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := scan(100, "failure")
				source.TriggeredBy = ann
				service := simulate(t, mockapi.Options{Outcome: mockapi.Outcome{Result: "failure"}}, []mockapi.Run{source})
				if err := first(t, service); err != nil {
					t.Fatal(err)
				}
				service.Inject(mockapi.Fault{Path: rerunPath, Close: true, AfterEffect: true})
				started, err := service.rerun(t)
				_ = adopted(t, started, err)
			})
		})
	}
}

// On a deployment that does not show the datastores of its Runs, none is adopted.
func TestUnknownDatastore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		options := mockapi.Options{Rewrite: func(run map[string]any) { delete(run, "datastore") }}
		service := simulate(t, options, []mockapi.Run{scan(100, "success")})
		service.Inject(mockapi.Fault{Path: rerunPath, Close: true, Hook: func() {
			service.startRun(func(run *mockapi.Run) { run.Datastore.ID = 102 })
		}})
		started, err := service.rerun(t)
		_, reasons := notAdopted(t, started, err)
		equal(t, "candidates", reasons, map[int64]string{101: "it is not known to be on the same datastore"})
		started, err = service.rerun(t)
		equal(t, "without a loss", err, error(nil))
		equal(t, "without a loss", started.ID, int64(102))
	})
}

// The Run that a response names is listed if the request may have started it after all.
func TestNamedRunIsListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		service.Inject(mockapi.Fault{Path: rerunPath, Status: 200, Body: `{"id": 999, "type": "profile"}`})
		started, err := service.rerun(t)
		_, reasons := notAdopted(t, started, err)
		equal(t, "candidates", reasons, map[int64]string{999: "the response names Run 999, which is of type profile, not scan"})
	})
}
