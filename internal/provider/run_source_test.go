// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const poll90 = "/api/operations/90"

// The error about a run_id that does not exist depends on the held Run. No other Run is read.
func TestSource_missing(t *testing.T) {
	t.Parallel()
	const (
		gone   = "error at run_id: Cannot read Run 90: .*No such Run exists: .*lists the Runs."
		advice = "\n\nSet run_id to a Run that exists, or use latest.$"
	)
	api := newAPI(t, mockapi.Options{})
	p := api.protocol(t)
	expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").plan(t, `{"run_id": 90}`).Diagnostics, gone+advice)
	expectDiagnostics(t, p.planAction(t, "qualytics_run_rerun", `{"run_id": 90}`), gone+advice)
	expectDiagnostics(t, p.manage(t, "qualytics_run_resume").plan(t, `{"run_id": 90}`).Diagnostics, gone+"$")
	expectDiagnostics(t, p.manage(t, "qualytics_run_abort").plan(t, `{"run_id": 90}`).Diagnostics, gone+"$")
	api.expectRequests(t, slices.Repeat([]string{read90}, 4)...)

	resource := p.manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	api.Remove(101)
	api.ResetRequests()
	expectDiagnostics(t, resource.plan(t, `{"run_id": 101`+release("2")+`}`).Diagnostics,
		"error at run_id: Cannot read Run 101: .*\n\nThis resource also holds that Run. Set run_id to a Run that exists, or use latest.$")
	api.expectRequests(t, "GET /api/operations/101")
}

// A failed lookup of the latest Run is an error. Only a sync is looked up under another name.
func TestSource_latestFails(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	p := api.protocol(t)
	api.Inject(mockapi.Fault{
		Path: listPath, Times: mockapi.Always, Status: 422, Body: `{"detail": [{"loc": ["query", "datastore"], "msg": "too large"}]}`,
	})
	const want = "error at latest.*datastore: Invalid latest.datastore: The Qualytics API rejected this value: too large."
	expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").plan(t, latestConfig(101, "")).Diagnostics, want)
	expectDiagnostics(t, p.planAction(t, "qualytics_run_rerun", latestConfig(101, "")), want)
	if requests := api.requestLines(); len(requests) != 2 {
		t.Errorf("requests: %q", requests)
	}
}

// An unsupported Run is a single error, even if other arguments are invalid, too.
func TestSource_unsupported(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	external, profile, unknown := scan(91, "success"), scan(92, "success"), scan(93, "partially_successful")
	external.Type, profile.Type, unknown.EndTime = "external_scan", "profile", time.Now()
	api.Seed(external, profile, unknown)
	p := api.protocol(t)
	expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").plan(t, `{"run_id": 91, "max_anomalies": 0}`).Diagnostics,
		"error at run_id: Cannot rerun Run 91: Run 91 is of type `external_scan`")
	expectDiagnostics(t, p.manage(t, "qualytics_run_resume").plan(t, `{"run_id": 92, "max_anomalies": 0}`).Diagnostics,
		"error at run_id: Cannot resume Run 92: The result of Run 92 is `success`")
	// For an unknown result, the API decides whether it can be rerun.
	expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").plan(t, `{"run_id": 93}`).Diagnostics)
	expectDiagnostics(t, p.manage(t, "qualytics_run_resume").plan(t, `{"run_id": 93}`).Diagnostics,
		"error at run_id: Cannot resume Run 93: The result of Run 93 is `partially_successful`")
}

// No rerun is started if the wait for an active source is interrupted, or if the source cannot be
// read.
func TestSource_waitEnds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault mockapi.Fault // affects the polls
		want  string
	}{
		"interrupted": {
			mockapi.Fault{},
			"error: Interrupted while waiting for Run 90: Run 90 is still active and cannot be rerun until it has ended. No Run was started.$",
		},
		"deleted": {
			mockapi.Fault{Times: mockapi.Always, Status: 404, Body: `{"detail": "gone"}`},
			"error: Run 90 was deleted while it was waited for: Its record was deleted before it could be rerun. " +
				"No Run was started. Select another Run.$",
		},
		"refused": {
			mockapi.Fault{Times: mockapi.Always, Status: 403}, "error: Cannot follow Run 90: GET .*HTTP status 403.*\n\nNo Run was started.$",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Seed(scan(90, "running"))
			ctx, interrupt := context.WithCancel(t.Context())
			t.Cleanup(interrupt)
			test.fault.Method, test.fault.Path, test.fault.Skip = "GET", poll90, 1 // the lookup
			if test.fault.Status == 0 {
				test.fault.Hook = interrupt
			}
			resource := api.protocol(t).manage(t, "qualytics_run_rerun")
			expectDiagnostics(t, resource.applyAfter(ctx, t, `{"run_id": 90}`, func() { api.Inject(test.fault) }),
				"warning at run_id: Run 90 is still active", test.want)
			api.expectWrites()(t)
		})
	}
}

// The response to an abort may say that the Run has ended while its worker still runs. Only polls count.
func TestAbort_reportedTooEarly(t *testing.T) {
	t.Parallel()
	api := newRunning(t, mockapi.Options{AbortDelay: time.Hour})
	api.Inject(mockapi.Fault{
		Method: "PUT", AfterEffect: true, Status: 200, Body: `{"id": 90, "result": "aborted", "end_time": "2026-05-01T09:31:30Z"}`,
	})
	polled := false
	resource := api.protocol(t).manage(t, "qualytics_run_abort")
	expectDiagnostics(t, resource.applyAfter(t.Context(), t, `{"run_id": 90}`, func() {
		api.Inject(mockapi.Fault{
			Method: "GET", Path: poll90, Skip: 1, Hook: func() { polled = true; api.Finish(90, "aborted", "stopped by hand") },
		})
	})) // the message of an aborted Run is not reported
	resource.expectRun(t, 90, "aborted")
	if !polled {
		t.Error("the resource did not poll")
	}
}

// An abort that the API refuses for the moment is a warning, and the polls decide.
func TestAbort_refused(t *testing.T) {
	t.Parallel()
	for name, unreadable := range map[string]bool{"still active": false, "unreadable": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Seed(scan(90, "running"))
			resource := api.protocol(t).manage(t, "qualytics_run_abort")
			expectDiagnostics(t, resource.applyAfter(t.Context(), t, `{"run_id": 90, "timeouts": {"create": "2s"}}`, func() {
				api.Inject(mockapi.Fault{Method: "PUT", Status: 409, Body: `{"detail": "not now"}`})
				if unreadable {
					api.Inject(mockapi.Fault{Method: "GET", Times: mockapi.Always, Status: 501})
				}
			}), "warning: The abort of Run 90 was not confirmed: .*HTTP status 409: not now",
				"error: (Timed out while waiting for|Cannot follow) Run 90: .*the next apply requests the abort again")
		})
	}
}

// A Run without type and datastore is named by its id.
func TestRunRerun_minimalResponse(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(mockapi.Outcome{Result: "failure"})
	api.Inject(
		mockapi.Fault{Method: "PUT", AfterEffect: true, Status: 200, Body: `{"id": 101, "result": "running"}`},
		mockapi.Fault{Method: "GET", Path: poll101, Status: 200, Body: `{"id": 101, "result": "failure", "message": ""}`},
	)
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`),
		"error: Run 101 failed: Run 101 ended with the result .failure.. The apply failed because")
	if name := resource.values(t)["name"]; name != "Run 101" {
		t.Errorf("name is %v", name)
	}
	expectDiagnostics(t, resource.refresh(t))
	api.Inject(mockapi.Fault{Method: "GET", Path: poll102, Status: 200, Body: `{"id": 102, "result": "success", "message": ""}`})
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`), "warning: Run 101 does not pass: Its result is .failure.")
	if name := resource.values(t)["name"]; name != "Run 102" {
		t.Errorf("name is %v", name)
	}
}
