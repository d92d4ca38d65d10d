// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

const (
	rerun90 = "PUT /api/operations/rerun/90"
	read90  = "GET /api/operations/90"
	// listNewest precedes every request that starts a Run, and follows it.
	listNewest = "GET /api/operations?datastore=101&page=1&size=20&sort_created=desc"
)

var elapsed = regexp.MustCompile(`, \d+s$`)

// expectProgress checks the progress lines, except for the elapsed time and the link in the first.
func expectProgress(t *testing.T, got []string, want ...string) {
	t.Helper()
	for i := range got {
		line, link, linked := strings.Cut(got[i], ". Open it: ")
		if linked && (i != 0 || !strings.HasPrefix(link, "http")) {
			t.Errorf("a link in line %d: %q", i, got[i])
		}
		got[i] = elapsed.ReplaceAllString(line, "")
	}
	if !slices.Equal(got, want) {
		t.Errorf("progress:\n got %q\nwant %q", got, want)
	}
}

// newPaced serves the failed Run 90. The clock advances by a second with every second poll.
func newPaced(t *testing.T, outcome mockapi.Outcome) *api {
	t.Helper()
	clock := mockapi.NewClock(time.Date(2026, time.May, 1, 9, 30, 0, 0, time.UTC))
	api := newFailed(t, mockapi.Options{Now: clock.Now, Outcome: outcome})
	var polls atomic.Int64
	api.Inject(mockapi.Fault{Method: "GET", Times: mockapi.Always, Hook: func() {
		if polls.Add(1)%2 == 0 {
			clock.Advance(time.Second)
		}
	}})
	return api
}

// A progress line is sent only when the Run has progressed.
func TestRunAction_progress(t *testing.T) {
	t.Parallel()
	api := newPaced(t, mockapi.Outcome{Queued: time.Second, Running: 4 * time.Second})
	progress, diagnostics := api.protocol(t).invoke(t.Context(), t, "qualytics_run_rerun", `{"run_id": 90}`)
	expectDiagnostics(t, diagnostics)
	expectProgress(t, progress,
		"Run 101: queued",
		"Run 101: running, 0/2 containers, 0 records",
		"Run 101: success, 2/2 containers, 100,000 records",
	)
	api.expectWrites(rerun90)(t)
}

// A new result is shown at once, new counters at intervals, and the elapsed time at least every
// minute.
func TestActionProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var lines []string
		progress := newActionProgress(&action.InvokeResponse{
			SendProgress: func(event action.InvokeProgressEvent) { lines = append(lines, event.Message) },
		})
		report := func(after time.Duration, result qualytics.Result, records float64) {
			time.Sleep(after)
			progress.report(&qualytics.Operation{ID: 90, Result: result, Status: qualytics.Counters{"records_processed": big.NewFloat(records)}})
		}
		report(0, "queued", 0)
		report(59*time.Second, "queued", 0) // silent
		report(time.Second, "queued", 0)
		report(500*time.Millisecond, "running", 0)
		report(29*time.Second, "running", 1000) // silent
		report(time.Second, "running", 2000)
		report(59*time.Second, "running", 2000) // silent
		report(time.Second, "running", 2000)
		report(time.Second, "success", 3000)
		want := []string{
			"Run 90: queued, 0 records",
			"Run 90: queued, 0 records, 1m0s",
			"Run 90: running, 0 records, 1m0s",
			"Run 90: running, 2,000 records, 1m30s",
			"Run 90: running, 2,000 records, 2m30s",
			"Run 90: success, 3,000 records, 2m31s",
		}
		if !slices.Equal(lines, want) {
			t.Errorf("got %q\nwant %q", lines, want)
		}
	})
}

// Without waiting, an action ends once the API has accepted the request. A deletion reports that
// the record is deleted.
func TestRunAction_withoutWaiting(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		line     string
		requests []string
	}{
		"rerun":  {"Run 101: queued", []string{read90, listNewest, rerun90, listNewest}},
		"resume": {"Run 90: queued", []string{read90, listNewest, resume90, listNewest}},
		"abort":  {"Run 90: running, 1/2 containers, 100,000 records", []string{abort90}},
		"delete": {"Run 90: record deleted", []string{"DELETE /api/operations/90"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newFailed(t, mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}, AbortDelay: time.Hour})
			config := `{"run_id": 90, "wait_for_completion": false}`
			switch name {
			case "abort":
				run := scan(90, "running")
				run.Status = map[string]int64{"total_containers": 2, "containers_analyzed": 1, "records_processed": 100_000}
				api.Seed(run)
			case "delete":
				config = `{"run_id": 90}`
			}
			progress, diagnostics := api.protocol(t).invoke(t.Context(), t, "qualytics_run_"+name, config)
			expectDiagnostics(t, diagnostics)
			expectProgress(t, progress, want.line)
			api.expectRequests(t, want.requests...)
		})
	}
}

// fail_on decides how the result of the Run is reported. The texts mention no next apply.
func TestRunAction_outcome(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		action, arguments string
		outcome           mockapi.Outcome
		want              []string
	}{
		"failure": {
			"rerun",
			``,
			mockapi.Outcome{Result: "failure", Message: "lost"},
			[]string{
				`error: Run 101 failed: Run 101 \(scan on [\w-]+\) ended with the result .failure.: lost. ` +
					`The action failed because .fail_on. includes .failure..\n\nContainers, worst first:\n  - orders: .failure., lost\n\n` +
					`The data source qualytics_operation_containers with operation_id = 101 lists all containers.$`,
			},
		},
		"aborted": {"resume", ``, mockapi.Outcome{Result: "aborted"}, []string{"error: Run 90 was aborted: "}},
		"failure allowed": {
			"rerun", `, "fail_on": []`, mockapi.Outcome{Result: "failure", Message: "lost"}, []string{`warning: Run 101 failed: .*: lost.$`},
		},
		"aborted allowed": {"resume", `, "fail_on": ["failure"]`, mockapi.Outcome{Result: "aborted"}, []string{"warning: Run 90 was aborted: "}},
		"message": {
			"rerun", ``, mockapi.Outcome{Message: "read in full"}, []string{"warning: Run 101 succeeded with a message: .*: read in full.$"},
		},
		"not waited for": {"rerun", `, "wait_for_completion": false`, mockapi.Outcome{Result: "failure"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newFailed(t, mockapi.Options{})
			api.Plan(test.outcome)
			_, diagnostics := api.protocol(t).invoke(t.Context(), t, "qualytics_run_"+test.action, `{"run_id": 90`+test.arguments+`}`)
			expectDiagnostics(t, diagnostics, test.want...)
		})
	}
}

// An action that ends before its Run reports that. The texts mention no state.
func TestRunAction_unfinished(t *testing.T) {
	t.Parallel()
	const still, shows = "Run 101 is still .(queued|running).", "The data source qualytics_operation shows its progress.$"
	for name, test := range map[string]struct {
		arguments string
		poll      mockapi.Fault
		want      string
	}{
		"timeout": {
			`, "timeout": "300ms"`,
			mockapi.Fault{},
			"error: Timed out while waiting for Run 101: " + still + ` after 300ms \(timeout\). ` + shows,
		},
		"timeout, unreadable": {
			`, "timeout": "1s"`,
			mockapi.Fault{Status: 502, Times: mockapi.Always},
			`error: Timed out while waiting for Run 101: ` + still + ` after 1s \(timeout\). ` +
				"The last poll failed: GET http.*/api/operations/101.* " + shows,
		},
		"token revoked": {
			``,
			mockapi.Fault{Status: 401, Times: mockapi.Always},
			"error: Cannot follow Run 101: GET http.*/api/operations/101 returned HTTP status 401: .*\n\n" +
				"The Run may still be running. The data source",
		},
		"record deleted": {
			``,
			mockapi.Fault{Status: 404, Times: mockapi.Always, Body: `{"detail": "gone"}`},
			"error: Run 101 was deleted while it was waited for: ",
		},
		"cancelled": {
			``,
			mockapi.Fault{},
			"error: Interrupted while waiting for Run 101: " + still + ". " + shows,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{Outcome: endless})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			test.poll.Method, test.poll.Path = "GET", poll101
			if name == "cancelled" {
				test.poll.Hook = cancel
			}
			api.Inject(test.poll)
			_, diagnostics := api.protocol(t).invoke(ctx, t, "qualytics_run_rerun", `{"run_id": 100`+test.arguments+`}`)
			expectDiagnostics(t, diagnostics, test.want)
			api.expectWrites(rerun100)(t)
		})
	}
}

// An action that is cancelled before its first request sends none.
func TestRunAction_cancelledBefore(t *testing.T) {
	t.Parallel()
	api := newFailed(t, mockapi.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, cannot := range map[string]string{
		"qualytics_run_rerun": "read Run 90", "qualytics_run_resume": "read Run 90", // the source, before anything is requested
		"qualytics_run_abort": "abort Run 90", "qualytics_run_delete": "delete Run 90", "qualytics_run": "start the scan of datastore 101",
	} {
		config := `{"run_id": 90}`
		if name == "qualytics_run" {
			config = startConfig(t, wholeScan, "")
		}
		progress, diagnostics := api.protocol(t).invoke(ctx, t, name, config)
		expectDiagnostics(t, diagnostics, "error: Cannot "+cannot+": .*The operation was interrupted, and no more requests were sent.")
		expectProgress(t, progress)
	}
	api.expectRequests(t)
}

// Deleting a record that does not exist is a warning. The plan does not report it.
func TestRunDelete_alreadyDeleted(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	p := api.protocol(t)
	expectDiagnostics(t, p.planAction(t, "qualytics_run_delete", `{"run_id": 90}`))
	progress, diagnostics := p.invoke(t.Context(), t, "qualytics_run_delete", `{"run_id": 90}`)
	expectDiagnostics(t, diagnostics, "warning at run_id: Run 90 was already deleted: No Run with this id exists")
	expectProgress(t, progress)
	expectDiagnostics(t, p.planAction(t, "qualytics_run_delete", `{"run_id": 0}`), "error at run_id: Invalid run_id")
	_, diagnostics = p.invoke(t.Context(), t, "qualytics_run_abort", `{"run_id": 90}`)
	expectDiagnostics(t, diagnostics, "error at run_id: Cannot abort Run 90: ")
}

// A gateway sends the request twice. A warning names the Run that the action does not follow.
func TestRunAction_sentTwice(t *testing.T) {
	t.Parallel()
	api := newFailed(t, mockapi.Options{})
	api.Inject(mockapi.Fault{Method: "PUT", Twice: true})
	_, diagnostics := api.protocol(t).invoke(t.Context(), t, "qualytics_run_rerun", `{"run_id": 90, "wait_for_completion": false}`)
	expectDiagnostics(t, diagnostics, `warning: More than one Run was started: .*as well as Run 102.*Run 101: `)
}

// The advice after a lost response is that for actions.
func TestRunAction_lostStart(t *testing.T) {
	t.Parallel()
	api := newFailed(t, mockapi.Options{})
	api.Inject(mockapi.Fault{Method: "PUT", Close: true})
	_, diagnostics := api.protocol(t).invoke(t.Context(), t, "qualytics_run_rerun", `{"run_id": 90}`)
	expectDiagnostics(t, diagnostics, "error.*: Cannot rerun Run 90: .*\n\nNo matching Run was found.*Before you invoke the action again, ")
}
