// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

const activeWarning = "warning at run_id: Run 90 must end before the apply: Run 90 is `running`. " +
	"The apply fails unless the Run has ended by then. " +
	"Only a Run with result `aborted` or `failure` can be resumed"

// expectRun checks which Run a resource holds, and its result.
func (m *managed) expectRun(t *testing.T, id int64, result string) {
	t.Helper()
	values := m.values(t)
	if values["id"] != id || values["result"] != result {
		t.Errorf("got Run %v with the result %v, want %d, %s", values["id"], values["result"], id, result)
	}
}

// An active Run is resumed only with force_abort, which is sent to the API. Otherwise the plan
// warns and the apply fails.
func TestRunResume_forceAbort(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Seed(scan(90, "running"), scan(91, "queued"))
	p := api.protocol(t)
	resource := p.manage(t, "qualytics_run_resume")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`), activeWarning,
		"error at run_id: Cannot resume Run 90: PUT http.*/api/operations/run/90 returned HTTP status 409: "+
			"Run 90 cannot be resumed: its result is running.\n\n"+
			"Only a Run with result `aborted` or `failure` can be resumed, and only of type `profile`, `scan` or `promote`.")
	if resource.values(t) != nil {
		t.Error("the resource is in the state although nothing was resumed")
	}
	expectDiagnostics(t, resource.apply(t, `{"run_id": 90, "force_abort": true}`))
	resource.expectRun(t, 90, "success")
	resource.expectNoChange(t, `{"run_id": 90, "force_abort": true}`)
	resource = p.manage(t, "qualytics_run_resume")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 91, "force_abort": true, "timeouts": {"create": "20s"}}`)) // never started before
	resource.expectRun(t, 91, "success")
	api.expectWrites(resume90, resume90+"?force_abort=true", "PUT /api/operations/run/91?force_abort=true")(t)
}

// What the next apply does with an active Run. That of a tainted resource depends on force_abort.
func TestRunResume_nextApply(t *testing.T) {
	t.Parallel()
	const (
		tainted = "Terraform marks the new resource as tainted: the next apply "
		untaint = " To continue waiting for it instead, run `terraform untaint`"
	)
	for _, test := range []struct {
		creates, forced bool
		want            string
	}{
		{true, false, tainted + "would resume the Run again, which the API refuses while it is active." + untaint},
		{true, true, tainted + "aborts the Run and resumes it again." + untaint},
		{false, true, "The next apply continues waiting for it."},
	} {
		model := runResumeModel{ForceAbort: types.BoolValue(test.forced)}
		if _, got := model.next(&qualytics.Operation{Result: qualytics.ResultRunning}, test.creates); !strings.Contains(got, test.want) {
			t.Errorf("created: %t, force_abort = %t: got %q, want %q", test.creates, test.forced, got, test.want)
		}
	}
}

// A Run that fails after the wait timed out fails the next apply, which continues waiting.
func TestRunResume_failedAfterTimeout(t *testing.T) {
	t.Parallel()
	api := newFailed(t, mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}})
	resource := api.protocol(t).manage(t, "qualytics_run_resume")
	const config = `{"run_id": 90, "timeouts": {"create": "2s"}}`
	expectDiagnostics(t, resource.apply(t, config), "error: Timed out")
	resource.expectRun(t, 90, "running") // as last polled
	api.Finish(90, "failure", "lost")
	expectDiagnostics(t, resource.refresh(t))
	expectDiagnostics(t, resource.apply(t, config), "error: Run 90 failed: .*lost.")
	api.expectWrites(resume90)(t)
	api.Plan(mockapi.Outcome{})
	expectDiagnostics(t, resource.refresh(t))
	expectDiagnostics(t, resource.apply(t, config),
		"warning: Run 90 does not pass: Its result is .failure., and .fail_on. includes .failure.. "+
			".*resumes it again. .*so that it passes.")
	resource.expectRun(t, 90, "success")
	api.expectWrites(resume90, resume90)(t)
}

// If the response is lost, the resumed Run is found and not resumed again.
func TestRunResume_lostResponse(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]mockapi.Options{"same Run": {}, "new Run": {ResumeAsNew: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newFailed(t, options)
			api.Inject(mockapi.Fault{Method: "PUT", AfterEffect: true, Close: true})
			resource := api.protocol(t).manage(t, "qualytics_run_resume")
			id := int64(90)
			if options.ResumeAsNew {
				id = 101
			}
			expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`),
				"warning: The response to the resume was lost: PUT http.*/api/operations/run/90: .* The Run that it started was found")
			resource.expectRun(t, id, "success")
			api.expectWrites(resume90)(t)
		})
	}
}

// If resuming starts a new Run, the resource holds the new one, whose id as run_id does not resume
// again.
func TestRunResume_asNewRun(t *testing.T) {
	t.Parallel()
	api := newFailed(t, mockapi.Options{ResumeAsNew: true})
	resource := api.protocol(t).manage(t, "qualytics_run_resume")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 90`+release("1")+`}`))
	resource.expectRun(t, 101, "success")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 90`+release("2")+`}`))
	resource.expectRun(t, 102, "success")
	resource.expectNoChange(t, `{"run_id": 102`+release("2")+`}`)
	expectDiagnostics(t, resource.destroy(t))
	api.expectWrites(resume90, resume90)(t)
}

// A Run that fails again is resumed by the next apply, although Terraform has tainted the resource.
func TestRunResume_tainted(t *testing.T) {
	t.Parallel()
	api := newFailed(t, mockapi.Options{})
	api.Plan(failing)
	resource := api.protocol(t).trackResource(t, "qualytics_run_resume")
	expectDiagnostics(t, resource.refreshAndApply(t, `{"run_id": 90}`), "error: Run 90 failed: .*The next apply resumes it.")
	if next := resource.nextPlan(t, `{"run_id": 90}`); next != "replace" {
		t.Errorf("the next plan is %s", next)
	}
	expectDiagnostics(t, resource.refreshAndApply(t, `{"run_id": 90}`))
	resource.expectRun(t, 90, "success")
	api.expectWrites(resume90, resume90)(t)
}

// A resumed Run that succeeds with too many anomalies cannot be resumed again. The gate stays shut,
// with an error that says so, and plans and destroys work.
func TestRunResume_gateStaysShut(t *testing.T) {
	t.Parallel()
	api := newFailed(t, mockapi.Options{})
	api.Plan(identifying(6))
	resource := api.protocol(t).trackResource(t, "qualytics_run_resume")
	const config = `{"run_id": 90, "max_anomalies": 0}`
	const shut = "error: Run 90 did not pass max_anomalies: .*identified 6 anomalies.*cannot be resumed"
	expectDiagnostics(t, resource.refreshAndApply(t, config), shut)
	resource.tainted = false // terraform untaint
	expectDiagnostics(t, resource.refresh(t))
	for range 2 {
		if next := resource.nextPlan(t, config); next != "update" {
			t.Errorf("the next plan is %s", next)
		}
		expectDiagnostics(t, resource.applyAfter(t.Context(), t, config, func() {}), shut)
	}
	expectDiagnostics(t, resource.applyAfter(t.Context(), t, `{"run_id": 90, "max_anomalies": 6}`, func() {}))
	resource.expectNoChange(t, `{"run_id": 90, "max_anomalies": 6}`)
	expectDiagnostics(t, resource.destroy(t))
	api.expectWrites(resume90)(t)
}

// A wait that was interrupted, for each resource that acts on a Run. If the Run is active, the next apply
// continues waiting. If it has ended as expected, the next plan is empty. If its record is deleted while the
// next apply waits for it, a resume fails once and says what to do, and an abort is done.
func TestRunResume_afterInterrupt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		state    string
		lookups  int
		expected string
		deleted  string // the diagnostic
	}{
		"qualytics_run_resume": {
			"failure", 1, "success", "error: Run 90 was deleted while it was waited .*result is unknown.*set run_id to another Run",
		},
		"qualytics_run_abort": {"running", 0, "aborted", "warning: The record of Run 90 was deleted: .*nothing left to abort"},
	} {
		interrupted := func(t *testing.T) (*api, *managed) {
			t.Helper()
			t.Parallel()
			api := newAPI(t, mockapi.Options{Outcome: endless, AbortDelay: 1 << 40})
			api.Seed(scan(90, test.state))
			resource := api.protocol(t).manage(t, name)
			ctx, interrupt := context.WithCancel(t.Context())
			resource.applyAfter(ctx, t, `{"run_id": 90}`, func() {
				api.Inject(mockapi.Fault{Method: "GET", Path: poll90, Skip: test.lookups, Hook: interrupt})
			})
			if !resource.exists(t) {
				t.Fatal("the Run is not in the state")
			}
			return api, resource
		}
		t.Run(name+"/active", func(t *testing.T) {
			api, resource := interrupted(t)
			expectDiagnostics(t, resource.refresh(t))
			api.Inject(mockapi.Fault{Method: "GET", Path: poll90, Skip: 1, Hook: func() { api.Finish(90, test.expected, "") }})
			expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`))
			resource.expectRun(t, 90, test.expected)
		})
		t.Run(name+"/ended", func(t *testing.T) {
			api, resource := interrupted(t)
			api.Finish(90, test.expected, "")
			resource.expectNoChange(t, `{"run_id": 90}`)
			resource.expectRun(t, 90, test.expected)
		})
		t.Run(name+"/deleted", func(t *testing.T) {
			api, resource := interrupted(t)
			api.Remove(90)
			expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`), test.deleted)
			resource.expectNoChange(t, `{"run_id": 90}`)
			expectDiagnostics(t, resource.apply(t, `{"run_id": 90, "timeouts": {"create": "5m"}}`))
			expectDiagnostics(t, resource.destroy(t))
		})
	}
}
