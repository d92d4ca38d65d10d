// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// With rerun_if_deleted = false, the last known state of a Run that passed is kept.
func TestRunRerun_deletedKept(t *testing.T) {
	t.Parallel()
	const config = `{"run_id": 100, "rerun_if_deleted": false}`
	api, resource := newRerun(t)
	expectDiagnostics(t, resource.apply(t, config))
	api.Remove(101)
	resource.expectNoChange(t, config)
	resource.expectRerun(t, 101, 100)
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100, "rerun_if_deleted": false, "fail_on": []}`))
	api.expectWrites(rerunOf(100))(t)
	expectDiagnostics(t, resource.destroy(t))
	api.expectRuns(t, 100)
}

// A deleted record does not open the gate, even with rerun_if_deleted = false: a Run that failed the
// apply, or whose result was not known yet, is rerun.
func TestRunRerun_deletedBeforeItPassed(t *testing.T) {
	t.Parallel()
	const config = `{"run_id": 100, "rerun_if_deleted": false}`
	for name, test := range map[string]struct {
		create  func(*testing.T, *api, *managed)
		warning string
	}{
		"failed": {func(t *testing.T, a *api, m *managed) {
			a.Plan(failing)
			expectDiagnostics(t, m.apply(t, config), "error: Run 101 failed")
		}, "warning: Run 101 does not pass: Its result is .failure."},
		"active": {func(t *testing.T, a *api, m *managed) {
			a.Plan(endless)
			expectDiagnostics(t, m.interrupted(t, a, poll101, config), "warning: Interrupted while waiting for Run 101")
		}, "warning: The record of Run 101 was deleted: It was deleted outside Terraform before its result was known."},
		"not waited for": {func(t *testing.T, a *api, m *managed) {
			a.Plan(endless)
			expectDiagnostics(t, m.apply(t, `{"run_id": 100, "rerun_if_deleted": false, "wait_for_completion": false}`))
		}, "warning: The record of Run 101 was deleted: It was deleted outside Terraform before its result was known."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, resource := newRerun(t)
			test.create(t, api, resource)
			api.Remove(101)
			expectDiagnostics(t, resource.refresh(t))
			expectDiagnostics(t, resource.apply(t, config), test.warning)
			resource.expectRerun(t, 102, 100)
			resource.expectNoChange(t, config)
			api.expectWrites(rerunOf(100), rerunOf(100))(t)
		})
	}
}

// A Run that passed is kept even if superseded records are left, which only a wait would delete.
func TestRunRerun_deletedAfterInterrupt(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	const kept = `, "rerun_if_deleted": false`
	resource.interruptUpdate(t, api, kept)
	api.Finish(102, "success", "")
	expectDiagnostics(t, resource.refresh(t))
	api.Remove(102)
	resource.expectNoChange(t, triggered(kept, "2"))
	expectDiagnostics(t, resource.destroy(t))
	api.expectRuns(t, 100)
}

// interruptUpdate reruns twice, and is interrupted while it waits for Run 102.
func (m *managed) interruptUpdate(t *testing.T, api *api, arguments string) {
	t.Helper()
	expectDiagnostics(t, m.apply(t, triggered(arguments, "1")))
	api.Plan(endless)
	expectDiagnostics(t, m.interrupted(t, api, poll102, triggered(arguments, "2")), "warning: Interrupted while waiting for Run 102")
}

// While rerun_if_deleted is unknown, the plan allows for a rerun.
func TestRunRerun_deletedUnknown(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	resource.passAndKeepSuperseded(t, api)
	api.Remove(102)
	expectDiagnostics(t, resource.refresh(t))
	config := triggered("", "2")
	planned := resource.planUnknown(t, config, "rerun_if_deleted")
	expectDiagnostics(t, planned.Diagnostics, "warning: The record of Run 102 was deleted")
	expectDiagnostics(t, resource.applyPlanned(t, config, planned))
	resource.expectRerun(t, 103, 100)
}

// passAndKeepSuperseded reruns twice. The record of the superseded Run 101 cannot be deleted.
func (m *managed) passAndKeepSuperseded(t *testing.T, api *api) {
	t.Helper()
	expectDiagnostics(t, m.apply(t, triggered("", "1")))
	api.Inject(mockapi.Fault{Method: "DELETE", Status: 403})
	expectDiagnostics(t, m.apply(t, triggered("", "2")), "warning: The record of the superseded Run 101 was not deleted")
}

// After its record was deleted, a resource stays in the state while superseded records are left.
// The next apply reruns it and deletes them. If the record exists again, the apply waits for that
// Run.
func TestRunRerun_deletedWithSuperseded(t *testing.T) {
	t.Parallel()
	for name, back := range map[string]bool{"gone": false, "back": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, resource := newRerun(t)
			resource.interruptUpdate(t, api, "")
			api.expectWrites(rerunOf(100), rerunOf(100))(t)
			before, _ := api.Run(102)
			api.Remove(102)
			expectDiagnostics(t, resource.refresh(t))
			if back {
				again := scan(102, "running")
				again.Created = before.Created
				api.Seed(again)
				expectDiagnostics(t, resource.refresh(t))
				api.Finish(102, "success", "")
				expectDiagnostics(t, resource.apply(t, triggered("", "2")))
				api.expectWrites(rerunOf(100), rerunOf(100), deleteOf(101))(t)
				resource.expectRerun(t, 102, 100)
				return
			}
			expectDiagnostics(t, resource.apply(t, triggered("", "2")),
				"warning: The record of Run 102 was deleted: .*starts another Run. .* set rerun_if_deleted to false.$")
			api.expectWrites(rerunOf(100), rerunOf(100), rerunOf(100), deleteOf(101))(t)
			resource.expectRerun(t, 103, 100)
			planned := resource.plannedValues(t, resource.plan(t, triggered("", "2"))) // without a refresh
			if planned["id"] != int64(103) {
				t.Errorf("id is planned as %v, want 103", planned["id"])
			}
		})
	}
}

// Setting rerun_if_deleted to false keeps the last known state at once. The superseded records are
// deleted with the resource.
func TestRunRerun_keptWithSuperseded(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	resource.passAndKeepSuperseded(t, api)
	api.Remove(102)
	expectDiagnostics(t, resource.refresh(t))
	api.ResetRequests()
	config := triggered(`, "rerun_if_deleted": false`, "2")
	expectDiagnostics(t, resource.apply(t, config))
	resource.expectNoChange(t, config)
	api.expectWrites()(t)
	expectDiagnostics(t, resource.destroy(t))
	api.expectRuns(t, 100)
}

// The next apply after an interrupted update deletes the superseded record, even if the Run has
// succeeded in the meantime. Without such records, there are no changes.
func TestRunRerun_succeededAfterInterrupt(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	api.Plan(endless, endless)
	expectDiagnostics(t, resource.interrupted(t, api, poll101, triggered("", "1")), "warning: Interrupted while waiting for Run 101")
	api.Finish(101, "success", "")
	resource.expectNoChange(t, triggered("", "1"))
	expectDiagnostics(t, resource.interrupted(t, api, poll102, triggered("", "2")), "warning: Interrupted while waiting for Run 102")
	api.Finish(102, "success", "")
	expectDiagnostics(t, resource.refresh(t))
	expectDiagnostics(t, resource.apply(t, triggered("", "2")))
	api.expectWrites(rerunOf(100), rerunOf(100), deleteOf(101))(t)
	resource.expectNoChange(t, triggered("", "2"))
}

// A failure that fail_on tolerates supersedes no record. The last good record is kept.
func TestRunRerun_toleratedFailure(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	const tolerant = `, "fail_on": []`
	expectDiagnostics(t, resource.apply(t, triggered(tolerant, "1")))
	api.Plan(failing)
	expectDiagnostics(t, resource.apply(t, triggered(tolerant, "2")), "warning: Run 102 failed")
	api.expectWrites(rerunOf(100), rerunOf(100))(t)
	expectDiagnostics(t, resource.apply(t, triggered(tolerant, "3")))
	api.expectWrites(rerunOf(100), rerunOf(100), rerunOf(100), deleteOf(101), deleteOf(102))(t)
}

// Without waiting, the superseded Run is aborted and deleted once the new one is accepted.
func TestRunRerun_supersededUnawaited(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{Outcome: endless})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	const unawaited = `, "wait_for_completion": false`
	expectDiagnostics(t, resource.apply(t, triggered(unawaited, "1")))
	expectDiagnostics(t, resource.apply(t, triggered(unawaited, "2")))
	api.expectWrites(rerunOf(100), rerunOf(100), "PUT /api/operations/abort/101", deleteOf(101))(t)
}

// An invalid private state is an error.
func TestPrivateStateUnreadable(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	resource.private = []byte(`{"ledger": "WzFd"}`) // [1]
	expectDiagnostics(t, resource.refresh(t), "error: Unreadable private state: .*This is a bug in the provider")
	expectDiagnostics(t, resource.plan(t, `{"run_id": 100}`).Diagnostics, "error: Unreadable private state")
	expectDiagnostics(t, resource.destroy(t), "error: Unreadable private state")
	api.expectWrites(rerunOf(100))(t)
}
