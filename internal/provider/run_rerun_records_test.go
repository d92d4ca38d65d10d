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

// With delete_on_destroy = false, superseded records are kept permanently, even if the argument is
// set to true later.
func TestRunRerun_supersededKept(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	const keep = `, "delete_on_destroy": false`
	expectDiagnostics(t, resource.apply(t, triggered(keep, "1")))
	expectDiagnostics(t, resource.apply(t, triggered(keep, "2")))
	expectDiagnostics(t, resource.apply(t, triggered("", "2")))
	expectDiagnostics(t, resource.apply(t, triggered("", "3")))
	expectDiagnostics(t, resource.destroy(t))
	api.expectRuns(t, 100, 101)
	api.expectWrites(rerunOf(100), rerunOf(100), rerunOf(100), deleteOf(102), deleteOf(103))(t)
}

// Unknown values are decided during the apply. Triggers that turn out to be unchanged do not rerun.
func TestRunRerun_unknownTriggers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		before, after string
		writes        []string
	}{
		{release("1"), release("1"), []string{rerunOf(100)}},
		{release("1"), release("2"), []string{rerunOf(100), rerunOf(101), deleteOf(101)}},
		{"", release("1"), []string{rerunOf(100), rerunOf(101), deleteOf(101)}},
	} {
		api, resource := newRerun(t)
		expectDiagnostics(t, resource.apply(t, latestConfig(101, test.before)))
		config := latestConfig(101, test.after)
		planned := resource.planUnknown(t, config, "triggers")
		if id := resource.plannedValues(t, planned)["id"]; id != tftypes.UnknownValue {
			t.Errorf("id is planned as %v", id)
		}
		expectDiagnostics(t, resource.applyPlanned(t, config, planned))
		api.expectWrites(test.writes...)(t)
		resource.expectNoChange(t, config)
	}
}

// The same with a limit that turns out to let the Run pass.
func TestRunRerun_unknownLimit(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	api.Plan(identifying(5))
	expectDiagnostics(t, resource.apply(t, latestConfig(101, `, "max_anomalies": 9`)))
	config := latestConfig(101, `, "max_anomalies": 10`)
	expectDiagnostics(t, resource.applyPlanned(t, config, resource.planUnknown(t, config, "max_anomalies")))
	api.expectWrites(rerunOf(100))(t)
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
	api, resource := newRerun(t)
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
	api, resource := newRerun(t)
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	resource.expectNoChange(t, `{"run_id": 101}`)
	expectDiagnostics(t, resource.apply(t, `{"run_id": 101`+release("1")+`}`))
	resource.expectRun(t, 102, "success")
	api.expectWrites(rerunOf(100), rerunOf(101))(t)
	api.expectRuns(t, 100, 101, 102)
	resource.expectNoChange(t, `{"run_id": 101`+release("1")+`}`)
}
