// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// plannedValues returns the attributes of a plan without diagnostics.
func (m *managed) plannedValues(t *testing.T, planned *tfprotov6.PlanResourceChangeResponse) map[string]any {
	t.Helper()
	expectDiagnostics(t, planned.Diagnostics)
	values, _ := plain(t, planned.PlannedState, m.schema.ValueType()).(map[string]any)
	return values
}

// importRun imports a Run as the state of the resource.
func (m *managed) importRun(t *testing.T, id string) {
	t.Helper()
	resp, err := m.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: m.name, ID: id})
	if err != nil {
		t.Fatal(err)
	}
	expectDiagnostics(t, resp.Diagnostics)
	imported := first(t, resp.ImportedResources)
	m.state, m.private = imported.State, imported.Private
}

// interrupted applies a configuration, and interrupts the apply at a poll.
func (m *managed) interrupted(t *testing.T, api *api, poll, config string) []*tfprotov6.Diagnostic {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	api.Inject(mockapi.Fault{Method: "GET", Path: poll, Hook: interrupt})
	return m.applyAfter(ctx, t, config, func() {})
}

const (
	poll101 = "/api/operations/101"
	poll102 = "/api/operations/102"
)

// Changes of other arguments send no requests, and the plan keeps the Run. This includes setting
// run_id to the id of the resource's own Run, even if it is known only after apply.
func TestRunRerun_otherArguments(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	api.ResetRequests()
	for _, config := range []string{
		`{"run_id": 100, "fail_on": ["failure"], "timeouts": {"create": "5m"}}`,
		`{"run_id": 101, "fail_on": ["aborted"]}`,
	} {
		before, planned := resource.values(t), resource.plannedValues(t, resource.plan(t, config))
		for _, name := range []string{"id", "run_id", "name", "result", "end_time", "status"} {
			if !reflect.DeepEqual(planned[name], before[name]) {
				t.Errorf("%s: %s is planned as %v, want %v", config, name, planned[name], before[name])
			}
		}
		expectDiagnostics(t, resource.apply(t, config))
		resource.expectRerun(t, 101, 100)
	}
	planned := resource.planUnknown(t, `{"run_id": 101}`, "run_id")
	if values := resource.plannedValues(t, planned); values["id"] != tftypes.UnknownValue {
		t.Errorf("id is planned as %v while run_id is unknown", values["id"])
	}
	expectDiagnostics(t, resource.applyPlanned(t, `{"run_id": 101}`, planned))
	resource.expectRerun(t, 101, 100)
	api.expectRequests(t)
}

// Setting wait_for_completion to true waits for an active Run, and sends no request for a finished
// one.
func TestRunRerun_waitLater(t *testing.T) {
	t.Parallel()
	for name, finish := range map[string]func(*api){
		"active": func(a *api) {
			a.Inject(mockapi.Fault{Method: "GET", Path: poll101, Skip: 1, Hook: func() { a.Finish(101, "success", "") }})
		},
		"ended": func(a *api) { a.Finish(101, "success", "") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}})
			resource := api.protocol(t).manage(t, "qualytics_run_rerun")
			expectDiagnostics(t, resource.apply(t, `{"run_id": 100, "wait_for_completion": false}`))
			finish(api)
			if name == "ended" {
				expectDiagnostics(t, resource.refresh(t))
			}
			api.ResetRequests()
			const config = `{"run_id": 101}` // the resource's own Run
			planned := resource.plannedValues(t, resource.plan(t, config))
			if planned["id"] != int64(101) || planned["run_id"] != int64(100) {
				t.Errorf("planned Run %v of %v, want Run 101 of 100", planned["id"], planned["run_id"])
			}
			if known := planned["result"] != tftypes.UnknownValue; known != (name == "ended") {
				t.Errorf("the result is planned as %v", planned["result"])
			}
			expectDiagnostics(t, resource.apply(t, config))
			resource.expectRerun(t, 101, 100)
			api.expectWrites()(t)
			if polled := len(api.Requests()) > 0; polled != (name == "active") {
				t.Errorf("requests: %q", api.requestLines())
			}
		})
	}
}

// A state of version 0.1 has no name. The wait sets it.
func TestRunRerun_waitWithoutName(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100, "wait_for_completion": false}`))
	resource.state = resource.pack(t, resource.with(t, resource.unpack(t, resource.state), "name", nil))
	if name := resource.plannedValues(t, resource.plan(t, `{"run_id": 100}`))["name"]; name != tftypes.UnknownValue {
		t.Errorf("name is planned as %v", name)
	}
	api.Finish(101, "success", "")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	resource.expectRerun(t, 101, 100)
}

// If latest or a part of it is unknown, it is looked up during the apply.
func TestRunRerun_unknownLatest(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	config := `{"latest": {"operation_type": "scan", "datastore": 101, "result": ["success"]}}`
	whole := must[map[string]tftypes.Value](must[map[string]tftypes.Value](resource.unpack(t, jsonConfig(config)))["latest"])
	results := []tftypes.Value{tftypes.NewValue(tftypes.String, tftypes.UnknownValue)}
	for name, unknown := range map[string]any{
		"latest":         tftypes.UnknownValue,
		"datastore":      partly(whole, "datastore", tftypes.UnknownValue),
		"operation_type": partly(whole, "operation_type", tftypes.UnknownValue),
		"result":         partly(whole, "result", results),
	} {
		planned := resource.planWith(t, config, "latest", unknown)
		if id := resource.plannedValues(t, planned)["id"]; id != tftypes.UnknownValue {
			t.Errorf("%s: id is planned as %v", name, id)
		}
		api.expectRequests(t)
	}
	expectDiagnostics(t, resource.applyPlanned(t, config, resource.planUnknown(t, config, "latest")))
	resource.expectRerun(t, 101, 100)
}

// partly returns a copy of an object with one attribute replaced.
func partly(whole map[string]tftypes.Value, name string, other any) map[string]tftypes.Value {
	changed := maps.Clone(whole)
	changed[name] = tftypes.NewValue(whole[name].Type(), other)
	return changed
}

// Until the first apply, the imported state lets a destroy change nothing.
func TestRunRerun_importedState(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Seed(scan(1, "running"))
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	resource.importRun(t, "1")
	expectDiagnostics(t, resource.refresh(t))
	values := resource.values(t)
	for name, want := range map[string]any{
		"id": int64(1), "run_id": int64(1), "latest": nil, "result": "running", "fail_on": []any{"failure", "aborted"},
		"wait_for_completion": true, "delete_on_destroy": false, "abort_on_destroy": false, "rerun_if_deleted": true,
	} {
		if !reflect.DeepEqual(values[name], want) {
			t.Errorf("%s is %v, want %v", name, values[name], want)
		}
	}
	expectDiagnostics(t, resource.destroy(t))
	api.expectWrites()(t)
}

// The record of run_id is kept even if it is an earlier Run of the resource, because the next rerun
// needs it.
func TestRunRerun_importedSource(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	resource.importRun(t, "100")
	expectDiagnostics(t, resource.refresh(t))
	expectDiagnostics(t, resource.apply(t, triggered("", "1")))
	expectDiagnostics(t, resource.apply(t, triggered("", "2")))
	expectDiagnostics(t, resource.apply(t, triggered("", "3")))
	api.expectWrites(rerunOf(100), rerunOf(100), deleteOf(101))(t)
	api.expectRuns(t, 100, 102)
	expectDiagnostics(t, resource.destroy(t))
	api.expectRuns(t)
}
