// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// Terraform drops the private state of a tainted object, and keeps the object if the first half of
// its replacement fails. After an untaint, the Run is judged by what the state shows: an active one is
// waited for, one that failed or was aborted is replaced, and the gate stays shut.
func TestTaint_replacementFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		outcome mockapi.Outcome
		fault   mockapi.Fault
		finish  func(*api) // between the failed replacement and the next apply
		next    string
		want    string
		holds   int64
	}{
		"failed": {
			failing,
			mockapi.Fault{Method: "DELETE", Status: 403},
			func(*api) {},
			"update", "warning: Run 101 does not pass: Its result is `failure`", 102,
		},
		"too many anomalies": {
			identifying(1),
			mockapi.Fault{Method: "DELETE", Status: 403},
			func(*api) {},
			"update", "warning: Run 101 does not pass: The Run identified 1 anomaly", 102,
		},
		"active": {
			endless,
			mockapi.Fault{Method: "PUT", Path: "/api/operations/abort/*", Status: 403},
			func(a *api) {
				a.Inject(mockapi.Fault{Method: "GET", Path: poll101, Skip: 2, Hook: func() { a.Finish(101, "success", "") }})
			},
			"update", "", 101,
		},
		"aborted": {
			endless,
			mockapi.Fault{Method: "DELETE", Status: 403},
			func(*api) {},
			"update", "warning: Run 101 does not pass: Its result is `aborted`", 102,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, resourceName := range []string{"qualytics_run_rerun", "qualytics_run"} {
				config := func(arguments string) string {
					if resourceName == "qualytics_run" {
						return `{"operation_type": "scan", "datastore": 101` + arguments + `}`
					}
					return `{"run_id": 100` + arguments + `}`
				}
				api := newAPI(t, mockapi.Options{})
				api.Plan(test.outcome)
				resource := api.protocol(t).trackResource(t, resourceName)
				resource.refreshAndApply(t, config(`, "timeouts": {"create": "2s"}`+wholeGate))
				if !resource.tainted {
					t.Fatal("the failed create has not tainted the resource")
				}
				api.Inject(test.fault)
				if diagnostics := resource.refreshAndApply(t, config(wholeGate)); !failed(diagnostics) {
					t.Fatal("the replacement has not failed")
				}
				api.Plan(identifying(0))
				resource.tainted = false // terraform untaint
				test.finish(api)
				if next := resource.nextPlan(t, config(wholeGate)); next != test.next {
					t.Errorf("%s: the next plan is %s, want %s", resourceName, next, test.next)
				}
				if name == "active" {
					api.Finish(101, "success", "")
					api.Change(101, func(run *mockapi.Run) { run.Status["anomalies_identified"] = 0 })
				}
				expectDiagnostics(t, resource.applyAfter(t.Context(), t, config(wholeGate), func() {}), ifAny(test.want)...)
				resource.expectRun(t, test.holds, "success")
				resource.expectNoChange(t, config(wholeGate))
			}
		})
	}
}

// The superseded records of a tainted resource are deleted with it, although Terraform has dropped
// its private state.
func TestTaint_supersededRecords(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).track(t)
	expectDiagnostics(t, resource.refreshAndApply(t, triggered("", "1")))
	api.Plan(failing)
	expectDiagnostics(t, resource.refreshAndApply(t, triggered("", "2")), "error: Run 102 failed")
	api.expectRuns(t, 100, 101, 102)
	resource.tainted = true // terraform taint
	expectDiagnostics(t, resource.refreshAndApply(t, triggered("", "2")))
	resource.expectRun(t, 103, "success")
	api.expectRuns(t, 100, 103)
}
