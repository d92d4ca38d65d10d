// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

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

// If the record of a Run is deleted while the next apply waits for it, a resume fails once and says
// what to do, and an abort is done.
func TestRunResume_deletedAfterInterrupt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		state, want string
		lookups     int
	}{
		"qualytics_run_resume": {"failure", "error: Run 90 was deleted while it was waited .*result is unknown.*set run_id to another Run", 1},
		"qualytics_run_abort":  {"running", "warning: The record of Run 90 was deleted: .*nothing left to abort", 0},
	} {
		t.Run(name, func(t *testing.T) {
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
			api.Remove(90)
			expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`), test.want)
			resource.expectNoChange(t, `{"run_id": 90}`)
			expectDiagnostics(t, resource.apply(t, `{"run_id": 90, "timeouts": {"create": "5m"}}`))
			expectDiagnostics(t, resource.destroy(t))
		})
	}
}
