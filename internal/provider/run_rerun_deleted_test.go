// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// With rerun_if_deleted = false, the last known state of a Run that passed is kept.
func TestRunRerun_deletedKept(t *testing.T) {
	t.Parallel()
	const config = `{"run_id": 100, "rerun_if_deleted": false}`
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
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
			api := newAPI(t, mockapi.Options{})
			resource := api.protocol(t).manage(t, "qualytics_run_rerun")
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
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
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
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	resource.passAndKeepSuperseded(t, api)
	api.Remove(102)
	expectDiagnostics(t, resource.refresh(t))
	config := triggered("", "2")
	planned := resource.planUnknown(t, config, "rerun_if_deleted")
	expectDiagnostics(t, planned.Diagnostics, "warning: The record of Run 102 was deleted")
	expectDiagnostics(t, resource.applyPlan(t, config, planned, "rerun_if_deleted"))
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
			api := newAPI(t, mockapi.Options{})
			resource := api.protocol(t).manage(t, "qualytics_run_rerun")
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
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
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
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
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
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
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

// A destroy deletes each record on its own, and keeps the resource while one is left.
func TestRunRerun_destroyRefused(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, triggered("", "1")))
	api.Plan(failing)
	expectDiagnostics(t, resource.apply(t, triggered("", "2")), "error: Run 102 failed")
	api.ResetRequests()
	api.Inject(mockapi.Fault{Method: "DELETE", Status: 403})
	expectDiagnostics(t, resource.destroy(t), "error: Cannot delete Run 102: .*Editor team permission")
	api.expectWrites(deleteOf(102), deleteOf(101))(t)
	expectDiagnostics(t, resource.destroy(t))
	api.expectWrites(deleteOf(102), deleteOf(101), deleteOf(102))(t)
	api.expectRuns(t, 100)
}

// A destroy after the Run was changed outside Terraform, and a destroy that the API refuses.
func TestRunRerun_destroyAfterOutsideChange(t *testing.T) {
	t.Parallel()
	const abort101 = "PUT /api/operations/abort/101"
	abort := mockapi.Fault{Method: "PUT", Path: "/api/operations/abort/101"}
	with := func(fault mockapi.Fault, change func(*mockapi.Fault)) func(*api) {
		return func(a *api) {
			change(&fault)
			if hook := fault.Hook; hook == nil && fault.Status == 0 {
				fault.Hook = func() { a.Remove(101) }
			}
			a.Inject(fault)
		}
	}
	for name, test := range map[string]struct {
		arguments string
		prepare   func(*api)
		writes    []string
		want      []string
	}{
		"gone": {"", func(a *api) { a.Remove(101) }, []string{}, nil},
		"gone, ended": {
			`, "delete_on_destroy": true`, func(a *api) { a.Finish(101, "success", "") }, []string{deleteOf(101)}, nil,
		},
		"abort refused": {
			"",
			with(abort, func(f *mockapi.Fault) { f.Status = 403 }),
			[]string{abort101},
			[]string{"error: Cannot abort Run 101: .*Editor team permission"},
		},
		"abort broken": { // the polls decide
			`, "timeouts": {"delete": "2s"}`,
			with(abort, func(f *mockapi.Fault) { f.Status = 501 }),
			[]string{abort101},
			[]string{"error: Cannot abort Run 101: .*HTTP status 501"},
		},
		"deleted meantime": {
			"", with(mockapi.Fault{Method: "GET", Path: poll101, Skip: 1}, func(*mockapi.Fault) {}), []string{abort101, deleteOf(101)}, nil,
		},
		"unreadable": {
			"",
			with(mockapi.Fault{Method: "GET", Path: poll101, Times: mockapi.Always}, func(f *mockapi.Fault) { f.Status = 401 }),
			[]string{},
			[]string{"error: Cannot read Run 101: .*HTTP status 401"},
		},
		"never deletable": {
			`, "timeouts": {"delete": "2s"}`,
			func(a *api) { a.Inject(mockapi.Fault{Method: "DELETE", Status: 409, Times: mockapi.Always}) },
			nil,
			[]string{"error: Cannot delete Run 101: .*HTTP status 409"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{Outcome: endless})
			provider := testProvider()
			provider.notFoundGrace = time.Hour // the destroy must ignore the grace period
			p := serveProtocol(t, provider)
			expectDiagnostics(t, p.configure(t, api.json(`"poll_interval": "10ms", "max_retries": 0`)))
			resource := p.manage(t, "qualytics_run_rerun")
			expectDiagnostics(t, resource.apply(t, `{"run_id": 100, "wait_for_completion": false`+test.arguments+`}`))
			api.ResetRequests()
			test.prepare(api)
			expectDiagnostics(t, resource.destroy(t), test.want...)
			if test.writes != nil {
				api.expectWrites(test.writes...)(t)
			}
			if kept := resource.values(t) != nil; kept != (test.want != nil) {
				t.Errorf("the resource is in the state: %t", kept)
			}
		})
	}
}

// A Run that was resumed after it had ended is aborted.
func TestRunRerun_destroyResumed(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	api.Change(101, func(run *mockapi.Run) { run.Result, run.EndTime = "running", time.Time{} })
	expectDiagnostics(t, resource.destroy(t))
	api.expectWrites(rerunOf(100), "PUT /api/operations/abort/101", deleteOf(101))(t)
	api.expectRuns(t, 100)
}

// With delete_on_destroy = false, a Run that has ended is not aborted.
func TestRunRerun_destroyKeepsEnded(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100, "delete_on_destroy": false}`))
	expectDiagnostics(t, resource.destroy(t))
	api.expectWrites(rerunOf(100))(t)
	api.expectRuns(t, 100, 101)
}

// A refresh that cannot read the Run is an error and keeps the state.
func TestRefreshUnreadable(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]string{
		"qualytics_run_rerun": `{"run_id": 100}`, "qualytics_run_resume": `{"run_id": 90}`, "qualytics_run_abort": `{"run_id": 90}`,
	} {
		api := newAPI(t, mockapi.Options{})
		api.Seed(scan(90, "aborted"))
		resource := api.protocol(t).manage(t, name)
		resource.apply(t, config)
		before := resource.unpack(t, resource.state)
		api.Inject(mockapi.Fault{Times: mockapi.Always, Status: 501})
		expectDiagnostics(t, resource.refresh(t), "error: Cannot read Run .*HTTP status 501")
		if !resource.unpack(t, resource.state).Equal(before) {
			t.Errorf("%s: the state has changed to %v", name, resource.values(t))
		}
	}
}

// An invalid private state is an error.
func TestPrivateStateUnreadable(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	resource.private = []byte(`{"ledger": "WzFd"}`) // [1]
	expectDiagnostics(t, resource.refresh(t), "error: Unreadable private state: .*This is a bug in the provider")
	expectDiagnostics(t, resource.plan(t, `{"run_id": 100}`).Diagnostics, "error: Unreadable private state")
	expectDiagnostics(t, resource.destroy(t), "error: Unreadable private state")
	api.expectWrites(rerunOf(100))(t)
}
