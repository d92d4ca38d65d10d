// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// notAdopted returns the error of a start that adopted no Run, with the reason for each candidate.
func notAdopted(t *testing.T, started Started, err error) (lost *LostStartError, reasons map[int64]string) {
	t.Helper()
	if !errors.As(err, &lost) {
		t.Fatalf("adopted %d, got %v, want a LostStartError", started.ID, err)
	}
	reasons = map[int64]string{}
	for _, candidate := range lost.Candidates {
		reasons[candidate.ID] = candidate.Reason
	}
	return lost, reasons
}

// adopted returns the id of the Run that a start adopted.
func adopted(t *testing.T, started Started, err error) int64 {
	t.Helper()
	if err != nil {
		t.Fatalf("got %v, want an adopted Run", err)
	}
	if started.LostResponse == nil {
		t.Errorf("Run %d was named by the response, not adopted", started.ID)
	}
	return started.ID
}

const readPath = "/api/operations/100"

const user = "terraform@service.example.com" // who triggers the client's Runs on the mock server

// After a lost response, the matching Run is adopted, or each new Run is listed with a reason.
func TestWhichRunIsAdopted(t *testing.T) {
	twins := map[int64]string{
		101: "same settings, indistinguishable from Run 102", 102: "same settings, indistinguishable from Run 101",
	}
	for name, test := range map[string]struct {
		expected  string // who triggers the client's Runs; empty if unknown
		effect    bool
		meanwhile func(*mockapi.Run) // changes the Run that starts on the server, with the next id
		adopted   int64
		reasons   map[int64]string
	}{
		"a schedule's":                   {meanwhile: scheduled, reasons: map[int64]string{101: "triggered by schedule 12"}},
		"a schedule's and the client's":  {effect: true, meanwhile: scheduled, adopted: 102},
		"a colleague's and the client's": {expected: user, effect: true, meanwhile: by("ann@example.com"), adopted: 102},
		"a colleague's": {
			expected: user, meanwhile: by("ann@example.com"),
			reasons: map[int64]string{101: "triggered by ann@example.com, not by " + user},
		},
		"an unknown user's": {
			expected: user, meanwhile: by(""), reasons: map[int64]string{101: "triggered by unknown, not by " + user},
		},
		"a colleague's, taken for the client's": {meanwhile: by("ann@example.com"), adopted: 101},
		"one that equals the client's":          {effect: true, meanwhile: by(user), reasons: twins},
		"one that equals the client's, on other containers": {
			effect: true, meanwhile: func(run *mockapi.Run) { run.Containers = run.Containers[:1] }, adopted: 102,
		},
		"one on another datastore": {effect: true, meanwhile: func(run *mockapi.Run) { run.Datastore.ID = 102 }, adopted: 102},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
				source, err := service.client.Operation(t.Context(), 100)
				if err != nil {
					t.Fatal(err)
				}
				service.Inject(mockapi.Fault{
					Path: rerunPath, Close: true, AfterEffect: test.effect, Hook: func() { service.startRun(test.meanwhile) },
				})
				started, err := service.client.Rerun(t.Context(), source, test.expected)
				equal(t, "changing requests", service.writes(), []string{"PUT " + rerunPath})
				for _, request := range service.Requests() {
					if request.Path == "/api/operations" && request.String() != listNewest && request.String() != listPage {
						t.Errorf("%s has another filter than the datastore, such as a type whose name the API may reject", request)
					}
				}
				if test.adopted != 0 {
					equal(t, "adopted", adopted(t, started, err), test.adopted)
					equal(t, "lost response", failure(t, started.LostResponse).Kind, KindDisconnected)
					return
				}
				lost, reasons := notAdopted(t, started, err)
				equal(t, "candidates", reasons, test.reasons)
				equal(t, "search error", lost.SearchErr, error(nil))
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

// A lagging replica may list a Run as new that this client started before.
func TestOwnRunIsNotAdoptedTwice(t *testing.T) {
	for name, fault := range map[string]mockapi.Fault{
		"started": {Times: 1, Skip: 1000}, // hits no request
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
				service.loseResponse(nil)
				started, err := service.rerun(t)
				_, reasons := notAdopted(t, started, err)
				equal(t, "candidates", reasons, map[int64]string{101: "started by another request of this provider"})
			})
		})
	}
}

// Another user resumes the source while the response to its rerun is lost.
func TestRerunDoesNotAdoptItsSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}}, []mockapi.Run{scan(100, "failure")})
		service.loseResponse(func() { service.Seed(scan(100, "running")) })
		started, err := service.rerun(t)
		_, _ = notAdopted(t, started, err)
	})
}

// If the resumed Run cannot be read, no new Run is adopted either.
func TestUnreadableResumedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "failure")})
		service.Inject(
			mockapi.Fault{Path: readPath, Skip: 1, Times: mockapi.Always, Status: 500},
			mockapi.Fault{Path: resumePath, Close: true, AfterEffect: true, Hook: func() { service.startRun(nil) }},
		)
		started, err := resume(t.Context(), service.client, 100, false)
		lost, reasons := notAdopted(t, started, err)
		equal(t, "search error", KindOf(lost.SearchErr), KindUnavailable)
		equal(t, "candidates", reasons, map[int64]string{101: ""})
	})
}

func TestLostStartErrorText(t *testing.T) {
	lost := &Error{Call: "PUT /api/operations/rerun/100", Kind: KindDisconnected, Detail: "EOF"}
	for want, err := range map[string]*LostStartError{
		"PUT /api/operations/rerun/100: EOF; found 2 Runs that it may have started": {Lost: lost, Candidates: make([]Candidate, 2)},
		"the search for the Run failed: unreachable":                                {Lost: lost, SearchErr: errors.New("unreachable")},
		"the search for the Run was interrupted":                                    {Lost: lost, Interrupted: true},
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, want %q", err, want)
		}
		equal(t, "kind", KindOf(err), KindDisconnected)
	}
}

func TestContinuedSince(t *testing.T) {
	const early, late = Timestamp("2026-05-01T09:00:00Z"), Timestamp("2026-05-01T10:00:00Z")
	aborted := Operation{Result: ResultAborted, StartTime: early, EndTime: early}
	running := Operation{Result: ResultRunning, StartTime: early}
	for name, test := range map[string]struct {
		before, now Operation
		want        bool
	}{
		"still aborted":                  {aborted, aborted, false},
		"queued":                         {aborted, Operation{Result: ResultQueued}, true},
		"running again":                  {aborted, running, true},
		"dispatched again":               {aborted, Operation{Result: ResultRunning, StartTime: late}, true},
		"ended again":                    {aborted, Operation{Result: ResultFailure, StartTime: early, EndTime: late}, true},
		"still running":                  {running, running, false},
		"dispatched":                     {Operation{Result: ResultQueued}, running, false},
		"aborted":                        {running, Operation{Result: ResultAborted, StartTime: early, EndTime: late}, false},
		"aborted, then dispatched again": {running, Operation{Result: ResultRunning, StartTime: late}, true},
		"aborted, then queued again":     {running, Operation{Result: ResultQueued}, true},
	} {
		equal(t, name, test.now.ContinuedSince(&test.before), test.want)
	}
}
