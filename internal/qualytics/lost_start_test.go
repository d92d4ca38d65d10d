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
	now := time.Now().Add(time.Second) // after whatever is asked for below
	other := func(change func(*mockapi.Run)) mockapi.Run {
		run := mockapi.Run{ID: 200, Result: "running", Created: now}
		change(&run)
		return run
	}
	for name, test := range map[string]struct {
		source mockapi.Run
		other  mockapi.Run // appears while the answer is lost
		effect bool
		want   int64 // 0: none
		found  []int64
	}{
		"nobody else's": {effect: true, want: 101},
		"somebody's of a minute ago": {
			other: other(func(run *mockapi.Run) { run.Created = now.Add(-time.Minute) }),
		},
		"somebody's of a minute ago, beside ours": {
			other: other(func(run *mockapi.Run) { run.Created = now.Add(-time.Minute) }), effect: true, want: 201,
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
		"an empty list": {Path: list, Times: 2, Status: 200, Body: `{"items": [], "total": 0}`},
		"no list":       {Path: list, Times: 8, Status: 500}, // two looks, four attempts each
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
		"the list is out of order": {mockapi.Fault{Path: "/api/operations", Times: mockapi.Always, Status: 500}, KindUnavailable},
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
				client := simulated(t, func(request *http.Request) (*http.Response, error) {
					if request.Method == http.MethodPut {
						return nil, errors.New("connection reset by peer")
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

// The time that counts is when the request that was lost was made, not when the first was that was
// turned away.
func TestRunStartedInAPauseIsNotAdopted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests int
		somebodys := `{"id": 101, "type": "scan", "created": "` + time.Now().Add(5*time.Second).Format(time.RFC3339) + `"}`
		client := simulated(t, func(request *http.Request) (*http.Response, error) {
			header := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}
			if request.Method == http.MethodPut {
				if requests++; requests == 1 {
					header.Set("Retry-After", "30")
					return answer(429, header, ""), nil
				}
				return nil, errors.New("connection reset by peer")
			}
			if request.URL.Path == "/api/operations" {
				return answer(200, header, `{"items": [`+somebodys+`], "total": 1}`), nil
			}
			return answer(200, header, `{"id": 100, "type": "scan"}`), nil
		})
		started, err := client.Rerun(t.Context(), 100)
		if lost := new(LostStartError); !errors.As(err, &lost) {
			t.Errorf("adopted %d (%v), want a LostStartError", started.ID, err)
		}
	})
}
