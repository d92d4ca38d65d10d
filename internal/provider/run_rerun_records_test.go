// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

func triggered(arguments, version string) string {
	return `{"run_id": 100` + arguments + release(version) + `}`
}

// A superseded record that cannot be deleted is a warning and does not keep the others. The next Run
// that passes deletes it.
func TestRunRerun_supersededRefused(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, triggered("", "1")))
	api.Inject(mockapi.Fault{Method: "DELETE", Status: 403, Times: 2})
	expectDiagnostics(t, resource.apply(t, triggered("", "2")),
		"warning: The record of the superseded Run 101 was not deleted: Cannot delete Run 101. "+
			".*HTTP status 403.*The record is deleted after the next Run that passes")
	expectDiagnostics(t, resource.apply(t, triggered("", "3")), "warning: The record of the superseded Run 101 was not deleted")
	api.expectRuns(t, 100, 101, 103)
	expectDiagnostics(t, resource.apply(t, triggered("", "4")))
	api.expectRuns(t, 100, 104)
	api.expectWrites(
		rerunOf(100), rerunOf(100), deleteOf(101), rerunOf(100), deleteOf(101), deleteOf(102), rerunOf(100), deleteOf(101), deleteOf(103),
	)(t)
}

// With delete_on_destroy = false, superseded records are kept permanently, even if the argument is
// set to true later.
func TestRunRerun_supersededKept(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	const keep = `, "delete_on_destroy": false`
	expectDiagnostics(t, resource.apply(t, triggered(keep, "1")))
	expectDiagnostics(t, resource.apply(t, triggered(keep, "2")))
	expectDiagnostics(t, resource.apply(t, triggered("", "2")))
	expectDiagnostics(t, resource.apply(t, triggered("", "3")))
	expectDiagnostics(t, resource.destroy(t))
	api.expectRuns(t, 100, 101)
	api.expectWrites(rerunOf(100), rerunOf(100), rerunOf(100), deleteOf(102), deleteOf(103))(t)
}

// After failed reruns, a destroy deletes every record of the resource.
func TestRunRerun_destroySuperseded(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, triggered("", "1")))
	api.Plan(mockapi.Outcome{Result: "failure"}, mockapi.Outcome{Result: "aborted"})
	expectDiagnostics(t, resource.apply(t, triggered("", "2")), "error: Run 102 failed")
	expectDiagnostics(t, resource.apply(t, triggered("", "3")), "error: Run 103 was aborted")
	expectDiagnostics(t, resource.destroy(t))
	api.expectRuns(t, 100)
	api.expectWrites(rerunOf(100), rerunOf(100), rerunOf(100), deleteOf(103), deleteOf(101), deleteOf(102))(t)
}

// The response to an abort may say that the Run is aborted while the worker still runs. The destroy
// polls, and retries the deletion while the API refuses it.
func TestRunRerun_destroyActive(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments string
		prepare   func(*api)
		writes    []string
	}{
		"aborted at once": {"", func(*api) {}, []string{rerunOf(100), "PUT /api/operations/abort/101", deleteOf(101)}},
		"still deleting": {
			"",
			func(a *api) { a.Inject(mockapi.Fault{Method: "DELETE", Status: 409, Times: 2}) },
			[]string{rerunOf(100), "PUT /api/operations/abort/101", deleteOf(101), deleteOf(101), deleteOf(101)},
		},
		"says aborted early": {"", reportsAbortedEarly, []string{rerunOf(100), "PUT /api/operations/abort/101", deleteOf(101)}},
		"kept":               {`, "delete_on_destroy": false`, func(*api) {}, []string{rerunOf(100), "PUT /api/operations/abort/101"}},
		"left alone":         {`, "delete_on_destroy": false, "abort_on_destroy": false`, func(*api) {}, []string{rerunOf(100)}},
		"waited for":         {`, "abort_on_destroy": false`, finishLater, []string{rerunOf(100), deleteOf(101)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}})
			resource := api.protocol(t).manage(t, "qualytics_run_rerun")
			expectDiagnostics(t, resource.apply(t, `{"run_id": 100, "wait_for_completion": false`+test.arguments+`}`))
			test.prepare(api)
			expectDiagnostics(t, resource.destroy(t))
			api.expectWrites(test.writes...)(t)
		})
	}
}

// reportsAbortedEarly makes the response to an abort say aborted before polls do.
func reportsAbortedEarly(a *api) {
	a.Inject(mockapi.Fault{
		Method: "PUT", Path: "/api/operations/abort/*", Status: 200, Body: `{"id": 101, "result": "aborted", "end_time": "2026-05-01T09:31:30Z"}`,
	})
	a.Inject(mockapi.Fault{Method: "GET", Path: "/api/operations/101", Skip: 2, Hook: func() { a.Finish(101, "aborted", "") }})
}

func finishLater(a *api) {
	a.Inject(mockapi.Fault{Method: "GET", Path: "/api/operations/101", Skip: 2, Hook: func() { a.Finish(101, "success", "") }})
}

// A destroy that times out is an error and keeps the resource.
func TestRunRerun_destroyTimeout(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}, AbortDelay: time.Hour})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100, "wait_for_completion": false, "timeouts": {"delete": "2s"}}`))
	expectDiagnostics(t, resource.destroy(t), "error: Cannot wait for the end of Run 101: The operation timed out")
	if resource.values(t)["id"] != int64(101) {
		t.Errorf("the Run is not in the state: %v", resource.values(t))
	}
}

// Unknown values are decided during the apply. Triggers that turn out to be unchanged do not rerun.
func TestRunRerun_unknownTriggers(t *testing.T) {
	t.Parallel()
	for version, writes := range map[string][]string{"1": {rerunOf(100)}, "2": {rerunOf(100), rerunOf(101), deleteOf(101)}} {
		api := newAPI(t, mockapi.Options{})
		resource := api.protocol(t).manage(t, "qualytics_run_rerun")
		expectDiagnostics(t, resource.apply(t, latestConfig(101, release("1"))))
		planned := resource.planUnknown(t, latestConfig(101, release(version)), "triggers")
		expectDiagnostics(t, planned.Diagnostics)
		expectDiagnostics(t, resource.applyPlan(t, latestConfig(101, release(version)), planned, "triggers"))
		api.expectWrites(writes...)(t)
		resource.expectNoChange(t, latestConfig(101, release(version)))
	}
}

// planUnknown plans a configuration with one unknown attribute.
func (m *managed) planUnknown(t *testing.T, config, unknown string) *tfprotov6.PlanResourceChangeResponse {
	t.Helper()
	return m.planWith(t, config, unknown, tftypes.UnknownValue)
}

// planWith plans a configuration with one attribute replaced.
func (m *managed) planWith(t *testing.T, config, name string, other any) *tfprotov6.PlanResourceChangeResponse {
	t.Helper()
	configured := m.with(t, m.unpack(t, jsonConfig(config)), name, other)
	proposed := m.with(t, m.unpack(t, m.proposed(t, config)), name, other)
	planned, err := m.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: m.name, PriorState: m.state, PriorPrivate: m.private, Config: m.pack(t, configured), ProposedNewState: m.pack(t, proposed),
	})
	if err != nil {
		t.Fatal(err)
	}
	return planned
}

// applyPlan applies a plan whose unknown attribute is now known.
func (m *managed) applyPlan(
	t *testing.T, config string, planned *tfprotov6.PlanResourceChangeResponse, known string,
) []*tfprotov6.Diagnostic {
	t.Helper()
	attributes := must[map[string]tftypes.Value](m.unpack(t, jsonConfig(config)))
	state := must[map[string]tftypes.Value](m.unpack(t, planned.PlannedState))
	state[known] = attributes[known]
	applied, err := m.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: m.name, PriorState: m.state, Config: jsonConfig(config),
		PlannedState: m.pack(t, tftypes.NewValue(m.schema.ValueType(), state)), PlannedPrivate: planned.PlannedPrivate,
	})
	if err != nil {
		t.Fatal(err)
	}
	m.state, m.private = applied.NewState, applied.Private
	return applied.Diagnostics
}

// with returns a value with one attribute replaced.
func (m *managed) with(t *testing.T, value tftypes.Value, name string, other any) tftypes.Value {
	t.Helper()
	attributes := must[map[string]tftypes.Value](value)
	attributes[name] = tftypes.NewValue(attributes[name].Type(), other)
	return tftypes.NewValue(value.Type(), attributes)
}

// Plans of an unconfigured provider send no requests.
func TestRunRerun_unconfigured(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").plan(t, latestConfig(101, "")).Diagnostics)
	expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").plan(t, `{"run_id": 100}`).Diagnostics)
}

// The plan of a state that version 0.1 wrote is empty.
func TestRunRerun_stateOfVersion01(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, triggered("", "1")))
	written := map[string]any{}
	for name, value := range resource.values(t) {
		if name != "latest" && name != "max_anomalies" && name != "name" {
			written[name] = value
		}
	}
	raw, err := json.Marshal(written)
	if err != nil {
		t.Fatal(err)
	}
	upgraded, err := resource.server.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: resource.name, RawState: &tfprotov6.RawState{JSON: raw},
	})
	if err != nil {
		t.Fatal(err)
	}
	expectDiagnostics(t, upgraded.Diagnostics)
	resource.state = upgraded.UpgradedState
	resource.private = nil

	planned := resource.plan(t, triggered("", "1")) // as with -refresh=false
	expectDiagnostics(t, planned.Diagnostics)
	if before, after := resource.unpack(t, resource.state), resource.unpack(t, planned.PlannedState); !before.Equal(after) {
		t.Errorf("the plan is not empty:\nbefore %s\nafter  %s", before, after)
	}
	resource.expectNoChange(t, triggered("", "1"))
	api.expectWrites(rerunOf(100))(t)
}

// The first apply after an import stores run_id or latest, and triggers, without a rerun. The next
// change reruns.
func TestRunRerun_imported(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(string) string{
		"run_id": func(version string) string { return triggered("", version) },
		"own":    func(version string) string { return `{"run_id": 90` + release(version) + `}` },
		"latest": func(version string) string { return latestConfig(101, release(version)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Seed(older(90, 101, "success", 2*time.Hour))
			resource := api.protocol(t).manage(t, "qualytics_run_rerun")
			resource.importRun(t, "90")
			expectDiagnostics(t, resource.refresh(t))
			expectDiagnostics(t, resource.apply(t, config("1")))
			api.expectWrites()(t)
			resource.expectNoChange(t, config("1"))
			expectDiagnostics(t, resource.apply(t, config("2")))
			if len(api.writes()) == 0 {
				t.Error("a new trigger did not cause a rerun")
			}
		})
	}
}

// A refresh keeps a Run that a replica does not know, as long as the list has it.
func TestRunRerun_refreshReplica(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	missing := mockapi.Fault{Method: "GET", Path: "/api/operations/101", Status: 404, Body: `{"detail": "Run 101 does not exist"}`}
	api.Inject(missing)
	api.ResetRequests()
	expectDiagnostics(t, resource.refresh(t))
	resource.expectRerun(t, 101, 100)
	api.expectRequests(t, "GET "+poll101, "GET /api/operations?id=101&page=1&size=1")

	api.Remove(101)
	expectDiagnostics(t, resource.refresh(t),
		"warning: The record of Run 101 was deleted: .*no longer in the state. An apply creates it again")
	if values := resource.values(t); values != nil {
		t.Errorf("the deleted record is still in the state: %v", values)
	}
}

// A Run that failed the apply is not rerun while wait_for_completion is false.
func TestRunRerun_failedUnwaited(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(mockapi.Outcome{Result: "failure"})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, triggered("", "1")), "error: Run 101 failed")
	expectDiagnostics(t, resource.apply(t, triggered(`, "wait_for_completion": false`, "1")))
	resource.expectRun(t, 101, "failure")
	api.expectWrites(rerunOf(100))(t)
	expectDiagnostics(t, resource.apply(t, triggered("", "1")), "warning: Run 101 does not pass")
	api.expectWrites(rerunOf(100), rerunOf(100), deleteOf(101))(t)
}

// The first apply after the import of an active Run waits for it.
func TestRunRerun_importedActive(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Seed(older(90, 101, "running", 0))
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	resource.importRun(t, "90")
	expectDiagnostics(t, resource.refresh(t))
	api.Inject(mockapi.Fault{Method: "GET", Path: "/api/operations/90", Skip: 1, Hook: func() { api.Finish(90, "success", "") }})
	expectDiagnostics(t, resource.apply(t, latestConfig(101, "")))
	resource.expectRun(t, 90, "success")
	api.expectWrites()(t)
}

// A lookup that returns the resource's own Run does not rerun. Rerunning that Run keeps the record
// of run_id.
func TestRunRerun_ownRun(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	resource.expectNoChange(t, `{"run_id": 101}`)
	expectDiagnostics(t, resource.apply(t, `{"run_id": 101`+release("1")+`}`))
	resource.expectRun(t, 102, "success")
	api.expectWrites(rerunOf(100), rerunOf(101))(t)
	api.expectRuns(t, 100, 101, 102)
	resource.expectNoChange(t, `{"run_id": 101`+release("1")+`}`)
}
