// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// lostRerun loses the answer to a rerun of Run 100, with or without the effect. What is done meanwhile
// on the server is done between the request and the looking.
func lostRerun(t *testing.T, service service, effect bool, meanwhile func()) (Started, error) {
	t.Helper()
	service.Inject(mockapi.Fault{Path: rerunPath, Close: true, AfterEffect: effect, Hook: meanwhile})
	return service.client.Rerun(t.Context(), 100)
}

func TestWhichRunIsAdopted(t *testing.T) {
	now := time.Now().Add(time.Second) // later than what was there before
	other := func(change func(*mockapi.Run)) mockapi.Run {
		run := mockapi.Run{ID: 200, Result: "running", Created: now}
		change(&run)
		return run
	}
	for name, test := range map[string]struct {
		source mockapi.Run
		older  mockapi.Run // is there when the Run is asked for
		other  mockapi.Run // appears while the answer is lost
		effect bool
		want   int64 // 0: none
		found  []int64
	}{
		"nobody else's": {effect: true, want: 101},
		"somebody's of just before": {
			older: scan(200, "running"),
		},
		"somebody's of just before, beside ours": {
			older: scan(200, "running"), effect: true, want: 201,
		},
		"somebody's of the same microsecond, with a smaller id": {
			older: mockapi.Run{ID: 200, Created: now}, other: mockapi.Run{ID: 199, Created: now},
		},
		"ours of the same microsecond": {
			older: mockapi.Run{ID: 200, Created: now}, other: mockapi.Run{ID: 201, Created: now}, want: 201,
		},
		"of another type": {
			other: other(func(run *mockapi.Run) { run.Type = "profile" }),
		},
		"of another datastore": {
			other: other(func(run *mockapi.Run) { run.Datastore = mockapi.Datastore{ID: 102, Name: "Other"} }),
		},
		"on other containers": {
			other: other(func(run *mockapi.Run) { run.Containers = []mockapi.Container{{ID: 234}, {ID: 999}} }),
		},
		"on fewer containers": {
			other: other(func(run *mockapi.Run) { run.Containers = []mockapi.Container{{ID: 234}} }),
		},
		"on the same containers in another order": {
			other: other(func(run *mockapi.Run) { run.Containers = []mockapi.Container{{ID: 235}, {ID: 234}} }), want: 200,
		},
		"of which the containers are not known": {
			other: other(func(run *mockapi.Run) { run.Containers = []mockapi.Container{} }), want: 200,
		},
		"it looks just like ours": {
			other: other(func(*mockapi.Run) {}), effect: true, found: []int64{200, 201},
		},
		"a sync": {
			source: mockapi.Run{Type: "sync"}, effect: true, want: 101,
		},
		"a catalog, which is a sync since": {
			source: mockapi.Run{Type: "catalog"}, other: other(func(run *mockapi.Run) { run.Type = "sync" }), want: 200,
		},
		"a promote": {
			source: mockapi.Run{Type: "promote_quality_check"}, effect: true, want: 101,
		},
		"a promote of something else": {
			source: mockapi.Run{Type: "promote_quality_check"},
			other:  other(func(run *mockapi.Run) { run.Type = "promote_datastore" }),
		},
		"of a type that the API page does not know": {
			source: mockapi.Run{Type: "anomaly_export"}, effect: true, want: 101,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := test.source
			source.ID = 100
			service := serve(t, mockapi.Options{}, []mockapi.Run{source})
			if test.older.ID != 0 {
				if test.older.Created.IsZero() {
					test.older.Created = time.Now()
				}
				service.Seed(test.older)
			}
			started, err := lostRerun(t, service, test.effect, func() {
				if test.other.ID != 0 {
					service.Seed(test.other)
				}
			})
			if test.want != 0 {
				if err != nil {
					t.Fatal(err)
				}
				equal(t, "adopted", started.ID, test.want)
				equal(t, "lost answer", failure(t, started.LostAnswer).Kind, KindDisconnected)
				return
			}
			var lost *LostStartError
			if !errors.As(err, &lost) {
				t.Fatalf("adopted %d, got %v, want a LostStartError", started.ID, err)
			}
			equal(t, "looking", lost.Looking, error(nil))
			found := idsOf(lost.Candidates)
			slices.Sort(found)
			equal(t, "candidates", found, append([]int64{}, test.found...))
		})
	}
}

func TestClaimedRunIsNotAdopted(t *testing.T) {
	service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
	if _, err := service.client.Rerun(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	if started, err := lostRerun(t, service, false, nil); err == nil {
		t.Errorf("adopted %d, which another call had started", started.ID)
	}
	started, err := lostRerun(t, service, true, nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "adopted", started.ID, int64(102))
	if started, err := lostRerun(t, service, false, nil); err == nil {
		t.Errorf("adopted %d, which another call had adopted", started.ID)
	}
}

func TestResumedRunIsClaimed(t *testing.T) {
	service := serve(t, mockapi.Options{ResumeAsNew: true}, []mockapi.Run{scan(100, "failure")})
	service.Inject(mockapi.Fault{Path: resumePath, Close: true, AfterEffect: true})
	resumed, err := service.client.Resume(t.Context(), 100, false)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "adopted", resumed.ID, int64(101))
	if started, err := lostRerun(t, service, false, nil); err == nil {
		t.Errorf("a rerun adopted %d, which a resume had", started.ID)
	}
}

func TestLookingIsRepeated(t *testing.T) {
	const list = "/api/operations"
	for name, fault := range map[string]mockapi.Fault{
		"an empty list": {Path: list, Skip: 1, Times: 2, Status: 200, Body: `{"items": [], "total": 0}`},
		"no list":       {Path: list, Skip: 1, Times: 8, Status: 500}, // two looks, four attempts each
	} {
		service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		service.Inject(fault)
		started, err := lostRerun(t, service, true, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		equal(t, name, started.ID, int64(101))
		service.Inject(fault)
	}
}

func TestLookingFails(t *testing.T) {
	for name, test := range map[string]struct {
		fault mockapi.Fault
		kind  Kind
	}{
		"the source is gone":       {mockapi.Fault{Method: http.MethodGet, Path: "/api/operations/100", Times: mockapi.Always, Status: 404}, KindNotFound},
		"the list is out of order": {mockapi.Fault{Path: "/api/operations", Skip: 1, Times: mockapi.Always, Status: 500}, KindUnavailable},
	} {
		service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		service.Inject(test.fault)
		_, err := lostRerun(t, service, true, nil)
		var lost *LostStartError
		if !errors.As(err, &lost) {
			t.Fatalf("%s: got %v, want a LostStartError", name, err)
		}
		equal(t, name, KindOf(lost.Looking), test.kind)
		equal(t, name, KindOf(err), KindDisconnected)
	}
}

func TestLookingTakesItsTime(t *testing.T) {
	for name, test := range map[string]struct {
		look          func() (*http.Response, error)
		least, utmost time.Duration
	}{
		"nothing found": {func() (*http.Response, error) {
			return answer(200, nil, `{"id": 100, "type": "scan", "items": [], "total": 0}`), nil
		}, 15 * time.Second, 15 * time.Second},
		"a server that hangs": {nil, longestLook, longestLook},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked bool
				client := simulated(t, func(request *http.Request) (*http.Response, error) {
					if request.Method == http.MethodPut {
						asked = true
						return nil, errors.New("connection reset by peer")
					}
					if !asked {
						return answer(200, nil, `{"items": [], "total": 0}`), nil
					}
					if test.look != nil {
						return test.look()
					}
					<-request.Context().Done()
					return nil, request.Context().Err()
				}, timeout(time.Hour))
				began := time.Now()
				_, err := client.Rerun(t.Context(), 100)
				if lost := new(LostStartError); !errors.As(err, &lost) {
					t.Errorf("got %v, want a LostStartError", err)
				}
				if took := time.Since(began); took < test.least || took > test.utmost {
					t.Errorf("took %v, want between %v and %v", took, test.least, test.utmost)
				}
			})
		})
	}
}

func TestSkewedClocks(t *testing.T) {
	for _, skew := range []time.Duration{-5 * time.Hour, -time.Minute, time.Minute, 5 * time.Hour} {
		now := func() time.Time { return time.Now().Add(skew) }
		old := mockapi.Run{ID: 99, Created: now().Add(-10 * time.Second)}
		service := serve(t, mockapi.Options{Now: now}, []mockapi.Run{scan(100, "success"), old})
		started, err := lostRerun(t, service, true, nil)
		if err != nil {
			t.Errorf("skewed by %v: %v", skew, err)
		}
		equal(t, skew.String(), started.ID, int64(101))
		if started, err := lostRerun(t, service, false, nil); err == nil {
			t.Errorf("skewed by %v: adopted %d", skew, started.ID)
		}
	}
}

// What counts is what there was when the request was made whose answer was lost, not when the first one
// was turned away.
func TestRunStartedInAPauseIsNotAdopted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests int
		somebodys := ""
		client := simulated(t, func(request *http.Request) (*http.Response, error) {
			if request.Method == http.MethodPut {
				if requests++; requests == 1 {
					somebodys = `{"id": 101, "type": "scan", "created": "` + time.Now().Add(5*time.Second).Format(time.RFC3339) + `"}`
					return answer(429, http.Header{"Retry-After": {"30"}}, ""), nil
				}
				return nil, errors.New("connection reset by peer")
			}
			if request.URL.Path == "/api/operations" {
				return answer(200, nil, `{"items": [`+somebodys+`], "total": 1}`), nil
			}
			return answer(200, nil, `{"id": 100, "type": "scan"}`), nil
		})
		started, err := client.Rerun(t.Context(), 100)
		if lost := new(LostStartError); !errors.As(err, &lost) {
			t.Errorf("adopted %d (%v), want a LostStartError", started.ID, err)
		}
		equal(t, "requests to start a Run", requests, 2)
	})
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
		"running on":                       {aborted, running, true},
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
