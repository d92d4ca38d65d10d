// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// While a Run is waited for, the API may rename its datastore and its type and forget its user.
// Terraform rejects an apply that changes what the plan has shown as known.
func TestPlan_renamedWhileWaiting(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]string{
		"qualytics_run_rerun": `{"run_id": 90}`, "qualytics_run_resume": `{"run_id": 91}`, "qualytics_run_abort": `{"run_id": 92}`,
		"qualytics_run": `{"operation_type": "catalog", "datastore": 101}`,
	} {
		skipped := map[string]int{"qualytics_run_resume": 1} // the lookup
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{Outcome: endless, AbortDelay: 1 << 40})
			for id, result := range map[int64]string{90: "success", 91: "failure", 92: "running"} {
				run := scan(id, result)
				if id == 90 {
					run.Type = "catalog"
				}
				api.Seed(run)
			}
			resource := api.protocol(t).manage(t, name)
			ctx, interrupt := context.WithCancel(t.Context())
			resource.applyAfter(ctx, t, config, func() {
				path := map[string]string{"qualytics_run_resume": "/api/operations/91", "qualytics_run_abort": "/api/operations/92"}[name]
				api.Inject(mockapi.Fault{Method: "GET", Path: cmp.Or(path, poll101), Skip: skipped[name], Hook: interrupt})
			})
			if !resource.exists(t) { // interrupted at the lookup
				t.Fatal("the Run is not in the state")
			}
			planned := resource.plan(t, config)
			expectDiagnostics(t, planned.Diagnostics)
			id, _ := resource.values(t)["id"].(int64)
			api.Change(id, func(run *mockapi.Run) {
				run.Type, run.Datastore.Name, run.TriggeredBy = "sync", "Renamed", ""
			})
			result := "success"
			if name == "qualytics_run_abort" {
				result = "aborted"
			}
			api.Finish(id, result, "")
			expectDiagnostics(t, resource.applyPlanned(t, config, planned))
			resource.expectRun(t, id, result)
		})
	}
}

// A known run_id stays in the plan while it is not known whether latest is null.
func TestPlan_latestUnknown(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	const config = `{"run_id": 100}`
	planned := resource.planUnknown(t, config, "latest")
	if values := resource.plannedValues(t, planned); values["run_id"] != int64(100) {
		t.Errorf("run_id is planned as %v", values["run_id"])
	}
	expectDiagnostics(t, resource.applyPlanned(t, config, planned))
	resource.expectRerun(t, 101, 100)
	planned = resource.planUnknown(t, config, "latest")
	if values := resource.plannedValues(t, planned); values["run_id"] != int64(100) {
		t.Errorf("run_id is planned as %v", values["run_id"])
	}
	expectDiagnostics(t, resource.applyPlanned(t, config, planned))
	resource.expectRerun(t, 101, 100)
	api.expectWrites(rerunOf(100))(t)
}

// After an import, lifecycle.ignore_changes = [run_id] makes the run_id of the state that of the
// configuration. The first apply adopts it, and the next trigger reruns. The same holds for a state
// that version 0.2 has imported, which has no run_id.
func TestPlan_importedIgnoringRunID(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"today", "0.2"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			api, resource := newRerun(t)
			resource.importRun(t, "100")
			expectDiagnostics(t, resource.refresh(t))
			ignored := `{"run_id": 100`
			if version == "0.2" {
				resource.state = resource.pack(t, resource.with(t, resource.unpack(t, resource.state), "run_id", nil))
				resource.private = nil
				ignored = `{"run_id": null`
			}
			expectDiagnostics(t, resource.apply(t, ignored+release("1")+`}`))
			resource.expectRun(t, 100, "success")
			if values := resource.values(t); values["run_id"] != int64(100) {
				t.Errorf("run_id is %v", values["run_id"])
			}
			expectDiagnostics(t, resource.apply(t, `{"run_id": 100`+release("2")+`}`))
			resource.expectRerun(t, 101, 100)
			api.expectRuns(t, 100, 101) // the record that run_id names stays
			api.expectWrites(rerunOf(100))(t)
		})
	}
}

// The Run that an import brings in is accepted as it is. The next trigger is judged.
func TestPlan_importedFailure(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{Outcome: failing})
	api.Seed(scan(90, "failure"))
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	resource.importRun(t, "90")
	expectDiagnostics(t, resource.refresh(t))
	expectDiagnostics(t, resource.apply(t, triggered("", "1")))
	resource.expectNoChange(t, triggered("", "1"))
	api.expectWrites()(t)
	expectDiagnostics(t, resource.apply(t, triggered("", "2")), "error: Run 101 failed")
	expectDiagnostics(t, resource.plan(t, triggered("", "2")).Diagnostics, "warning: Run 101 does not pass")
}

// In the plan of an update, run_id is the resource's own Run. If its record is gone, nothing is started
// until a refresh has noticed it, and the latest is looked up.
func TestPlan_ownRunGone(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	expectDiagnostics(t, resource.apply(t, latestConfig(101, release("1"))))
	second := latestConfig(101, release("2"))
	expectDiagnostics(t, resource.applyAfter(t.Context(), t, second, func() { api.Remove(101) }),
		"error at latest: Cannot read Run 101: .*Nothing was started. Plan again with a refresh")
	resource.expectRerun(t, 101, 100)
	expectDiagnostics(t, resource.plan(t, second).Diagnostics, "error at latest: Cannot read Run 101: .*Plan again with a refresh")
	resource.refresh(t)
	planned := resource.plan(t, second)
	if values := resource.plannedValues(t, planned); values["run_id"] != tftypes.UnknownValue {
		t.Errorf("run_id is planned as %v", values["run_id"])
	}
	expectDiagnostics(t, resource.applyPlanned(t, second, planned))
	resource.expectRerun(t, 102, 100)
}

// exists reports whether there is a state.
func (m *managed) exists(t *testing.T) bool {
	t.Helper()
	return !m.unpack(t, m.state).IsNull()
}

// The first apply after an import adopts a run_id that is known only by then.
func TestPlan_importedUnknownRunID(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Seed(scan(90, "success"))
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	resource.importRun(t, "100")
	expectDiagnostics(t, resource.refresh(t))
	const config = `{"run_id": 90}`
	expectDiagnostics(t, resource.applyPlanned(t, config, resource.planUnknown(t, config, "run_id")))
	resource.expectRerun(t, 100, 90)
	resource.expectNoChange(t, config)
	api.expectWrites()(t)
}
