// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// Each type with each result. The plan has no diagnostics, because a Run that has ended is not an
// error. The apply reports its result.
func TestRunAbort_support(t *testing.T) {
	t.Parallel()
	for _, runType := range allTypes {
		for result, want := range map[string][]string{
			"queued":  nil,
			"running": nil,
			"aborted": {
				`warning: Run 90 was aborted: Run 90 \(` + runType + ` on Datastore-Sample\) ended with the result .aborted.. ` +
					`It ended before it could be aborted.$`,
			},
			"success": {
				`warning: Run 90 succeeded: Run 90 \(` + runType + ` on Datastore-Sample\) ended with the result .success.. ` +
					`It ended before it could be aborted.$`,
			},
			"failure": {
				`warning: Run 90 failed: Run 90 \(` + runType + ` on Datastore-Sample\) ended with the result .failure.: lost. ` +
					`It ended before it could be aborted.$`,
			},
		} {
			t.Run(runType+" "+result, func(t *testing.T) {
				t.Parallel()
				api := newAPI(t, mockapi.Options{})
				run := mockapi.Run{ID: 90, Type: runType, Result: result}
				if result == "failure" {
					run.Message = "lost"
				}
				api.Seed(run)
				resource := api.protocol(t).manage(t, "qualytics_run_abort")
				expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`), want...)
				if result == "queued" || result == "running" {
					result = "aborted"
				}
				resource.expectRun(t, 90, result)
				resource.expectNoChange(t, `{"run_id": 90}`)
				api.expectWrites(abort90)(t)
			})
		}
	}
}

// A Run that ends before it could be aborted is not an error either.
func TestRunAbort_endsByItself(t *testing.T) {
	t.Parallel()
	api := newRunning(t, mockapi.Options{AbortDelay: 24 * time.Hour})
	api.Inject(mockapi.Fault{Method: "GET", Path: "/api/operations/90", Skip: 2, Hook: func() { api.Finish(90, "success", "") }})
	resource := api.protocol(t).manage(t, "qualytics_run_abort")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`), "warning: Run 90 succeeded: .* It ended before it could be aborted.")
	resource.expectNoChange(t, `{"run_id": 90}`)
	api.expectRequests(t, "GET /api/operations/90", abort90, "GET /api/operations/90", "GET /api/operations/90", "GET /api/operations/90")
}

// An interrupt is a warning. The next apply continues waiting without another request to abort.
func TestRunAbort_interrupted(t *testing.T) {
	t.Parallel()
	api := newRunning(t, mockapi.Options{AbortDelay: 24 * time.Hour})
	resource := api.protocol(t).manage(t, "qualytics_run_abort")
	ctx, interrupt := context.WithCancel(t.Context())
	api.Inject(mockapi.Fault{Method: "GET", Skip: 1, Hook: interrupt})
	expectDiagnostics(t, resource.applyAfter(ctx, t, `{"run_id": 90}`, func() {}),
		"warning: Interrupted while waiting for Run 90: .*The next apply continues waiting for it.")
	expectDiagnostics(t, resource.refresh(t))
	api.Inject(mockapi.Fault{Method: "GET", Skip: 1, Hook: func() { api.Finish(90, "aborted", "") }})
	expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`))
	resource.expectRun(t, 90, "aborted")
	api.expectWrites(abort90)(t)
}

func TestRunAbort_refused(t *testing.T) {
	t.Parallel()
	api := newRunning(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_abort")
	expectDiagnostics(t, resource.plan(t, `{"run_id": 99}`).Diagnostics,
		"error at run_id: Cannot read Run 99: .*HTTP status 404: Run 99 does not exist.")
	api.Forbid(101)
	expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`),
		"error at run_id: Cannot abort Run 90: PUT http.*/api/operations/abort/90 returned HTTP status 403: .*\n\n"+
			"The token's user needs the Editor team permission .*to abort a Run.")
	expectDiagnostics(t, resource.applyAfter(t.Context(), t, `{"run_id": 90}`, func() { api.Remove(90) }),
		"error at run_id: Cannot abort Run 90: .*HTTP status 404: Run 90 does not exist.")
	if resource.values(t) != nil {
		t.Error("the resource is in the state although nothing was aborted")
	}

	api.Seed(mockapi.Run{ID: 91, Result: "success"})
	api.Inject(mockapi.Fault{Method: "PUT", Status: 409, Body: `{"detail": "locked"}`})
	const briefly = `{"run_id": 91, "timeouts": {"create": "1s"}}`
	expectDiagnostics(t, resource.applyAfter(t.Context(), t, briefly, func() { api.Seed(mockapi.Run{ID: 91, Result: "running"}) }),
		"warning: The abort of Run 91 was not confirmed: .*HTTP status 409: locked",
		"error: Timed out while waiting for Run 91: .*still `running` after 1s .timeouts.create.*the next apply requests the abort again")
}

// An abort is retried after a lost response, because that is harmless.
func TestRunAbort_lostResponse(t *testing.T) {
	t.Parallel()
	api := newRunning(t, mockapi.Options{})
	api.Inject(mockapi.Fault{Method: "PUT", AfterEffect: true, Close: true})
	resource := api.protocol(t).manage(t, "qualytics_run_abort")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`))
	resource.expectRun(t, 90, "aborted")
	api.expectWrites(abort90, abort90)(t)
}

// An invalid argument is an error on its attribute during validation.
func TestRunResources_invalid(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	for _, test := range []struct{ name, config, want string }{
		{"qualytics_run_abort", `{"run_id": -1}`, "error at run_id: .*whole number of 1 or more, not -1\\."},
		{"qualytics_run_abort", `{"run_id": 90, "timeouts": {"create": "soon"}}`, `error at timeouts.*: .*"soon"`},
		{"qualytics_run_rerun", `{"run_id": -1}`, "error at run_id: Invalid run_id: .*whole number of 1 or more, not -1\\."},
		{"qualytics_run_rerun", `{"run_id": 100, "fail_on": ["failed"]}`, `error at fail_on.*: .*one of: \["failure" "aborted"\]`},
		{"qualytics_run_rerun", `{"run_id": 100, "fail_on": ["failure", "failure"]}`, `error at fail_on: .*duplicate`},
		{"qualytics_run_rerun", `{"run_id": 100, "timeouts": {"create": "-5m"}}`, `error at timeouts.*: Invalid duration: .*than zero.*"-5m"`},
		{"qualytics_run_rerun", `{"run_id": 100, "timeouts": {"update": "an hour"}}`, `error at timeouts.*: Invalid duration: .*"an hour"`},
		{"qualytics_run_resume", `{"run_id": -1}`, "error at run_id: .*whole number of 1 or more, not -1\\."},
		{
			"qualytics_run_resume",
			`{"run_id": 90, "fail_on": ["success"]}`,
			`error at fail_on.*: .*one of: \["failure" "aborted"\], got: "success"`,
		},
		{"qualytics_run_resume", `{"run_id": 90, "fail_on": ["failure", "failure"]}`, `error at fail_on: .*duplicate`},
		{"qualytics_run_resume", `{"run_id": 90, "fail_on": [null]}`, `error at fail_on.*: `},
		{"qualytics_run_resume", `{"run_id": 90, "timeouts": {"update": "-5m"}}`, `error at timeouts.*: .*`},
		{"qualytics_run_resume", `{"run_id": 90, "timeouts": {"create": "0s"}}`, `error at timeouts.*: .*`},
	} {
		t.Run(test.name+" "+test.config, func(t *testing.T) {
			t.Parallel()
			expectDiagnostics(t, p.validateResource(t, test.name, test.config), test.want)
		})
	}
}
