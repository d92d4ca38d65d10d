// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"reflect"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// plannedValues are the attributes of a plan that has nothing to say.
func (m *managed) plannedValues(t *testing.T, planned *tfprotov6.PlanResourceChangeResponse) map[string]any {
	t.Helper()
	expectSaid(t, planned.Diagnostics)
	values, _ := plain(t, planned.PlannedState, m.schema.ValueType()).(map[string]any)
	return values
}

// importRun starts the state of the resource with a Run that exists.
func (m *managed) importRun(t *testing.T, id string) {
	t.Helper()
	resp, err := m.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: m.name, ID: id})
	if err != nil {
		t.Fatal(err)
	}
	expectSaid(t, resp.Diagnostics)
	imported := first(t, resp.ImportedResources)
	m.state, m.private = imported.State, imported.Private
}

// interrupted applies a configuration and is interrupted at a poll of a Run.
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

// A change of other arguments than those that rerun requests nothing, and the plan knows the Run. The id of
// the resource's own Run as run_id is such a change, too, be it known only after the plan.
func TestRunRerun_otherArguments(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectSaid(t, resource.apply(t, `{"run_id": 100}`))
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
		expectSaid(t, resource.apply(t, config))
		resource.expectRerun(t, 101, 100)
	}
	planned := resource.planUnknown(t, `{"run_id": 101}`, "run_id")
	if values := resource.plannedValues(t, planned); values["id"] != tftypes.UnknownValue {
		t.Errorf("id is planned as %v while run_id is unknown", values["id"])
	}
	expectSaid(t, resource.applyPlan(t, `{"run_id": 101}`, planned, "run_id"))
	resource.expectRerun(t, 101, 100)
	api.expectSeen(t)
}

// wait_for_completion turned on waits for the Run while it is active, and requests nothing after that.
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
			expectSaid(t, resource.apply(t, `{"run_id": 100, "wait_for_completion": false}`))
			finish(api)
			if name == "ended" {
				expectSaid(t, resource.refresh(t))
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
			expectSaid(t, resource.apply(t, config))
			resource.expectRerun(t, 101, 100)
			api.expectWrites()(t)
			if polled := len(api.Requests()) > 0; polled != (name == "active") {
				t.Errorf("requests: %q", api.seen())
			}
		})
	}
}

// A state of version 0.1, which has no name, gets one from the wait.
func TestRunRerun_waitWithoutName(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectSaid(t, resource.apply(t, `{"run_id": 100, "wait_for_completion": false}`))
	resource.state = resource.pack(t, resource.with(t, resource.unpack(t, resource.state), "name", nil))
	if name := resource.plannedValues(t, resource.plan(t, `{"run_id": 100}`))["name"]; name != tftypes.UnknownValue {
		t.Errorf("name is planned as %v", name)
	}
	api.Finish(101, "success", "")
	expectSaid(t, resource.apply(t, `{"run_id": 100}`))
	resource.expectRerun(t, 101, 100)
}

// A Run that did not pass is not rerun once the arguments let it pass.
func TestRunRerun_failureAccepted(t *testing.T) {
	t.Parallel()
	const scanned = `{"run_id": 100, "max_anomalies": 5`
	for name, relaxed := range map[string]string{
		"max_anomalies": `{"run_id": 100, "max_anomalies": 6}`,
		"no gate":       `{"run_id": 100}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Plan(identifying(6))
			resource := api.protocol(t).manage(t, "qualytics_run_rerun")
			expectSaid(t, resource.apply(t, scanned+`}`), "error: Run 101 did not pass max_anomalies")
			expectSaid(t, resource.refresh(t))
			expectSaid(t, resource.apply(t, relaxed))
			api.expectWrites(rerunOf(100))(t)
			resource.expectRerun(t, 101, 100)
		})
	}
}

// Triggers that are unknown while there are none yet may be a reason to rerun.
func TestRunRerun_unknownFirstTriggers(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectSaid(t, resource.apply(t, `{"run_id": 100}`))
	planned := resource.planUnknown(t, triggered("", "1"), "triggers")
	if id := resource.plannedValues(t, planned)["id"]; id != tftypes.UnknownValue {
		t.Errorf("id is planned as %v", id)
	}
	expectSaid(t, resource.applyPlan(t, triggered("", "1"), planned, "triggers"))
	resource.expectRerun(t, 102, 100)
}

// latest, or a part of it, that is unknown is looked up when the plan is applied.
func TestRunRerun_unknownLatest(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	config := `{"latest": {"operation_type": "scan", "datastore": 101, "result": ["success"]}}`
	whole := must[map[string]tftypes.Value](must[map[string]tftypes.Value](resource.unpack(t, given(config)))["latest"])
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
		api.expectSeen(t)
	}
	expectSaid(t, resource.applyPlan(t, config, resource.planUnknown(t, config, "latest"), "latest"))
	resource.expectRerun(t, 101, 100)
}

// partly is an object in which one attribute is another.
func partly(whole map[string]tftypes.Value, name string, other any) map[string]tftypes.Value {
	changed := maps.Clone(whole)
	changed[name] = tftypes.NewValue(whole[name].Type(), other)
	return changed
}

// Moving from run_id to a latest of another type on the same datastore reruns.
func TestRunRerun_movedToAnotherType(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	profile := older(98, 101, "success", time.Hour)
	profile.Type = "profile"
	api.Seed(profile)
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectSaid(t, resource.apply(t, `{"run_id": 100}`))
	expectSaid(t, resource.apply(t, `{"latest": {"operation_type": "profile", "datastore": 101}}`))
	api.expectWrites(rerunOf(100), rerunOf(98), deleteOf(101))(t)
}

// What an import sets until the first apply: nothing that a destroy would touch.
func TestRunRerun_importedState(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Seed(scan(1, "running"))
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	resource.importRun(t, "1")
	expectSaid(t, resource.refresh(t))
	values := resource.values(t)
	for name, want := range map[string]any{
		"id": int64(1), "run_id": nil, "latest": nil, "result": "running", "fail_on": []any{"failure", "aborted"},
		"wait_for_completion": true, "delete_on_destroy": false, "abort_on_destroy": false, "rerun_if_deleted": true,
	} {
		if !reflect.DeepEqual(values[name], want) {
			t.Errorf("%s is %v, want %v", name, values[name], want)
		}
	}
	expectSaid(t, resource.destroy(t))
	api.expectWrites()(t)
}

// An import by identity is one by id.
func TestRunRerun_importedByIdentity(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	p := api.protocol(t)
	identities, err := p.server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	typ := identities.IdentitySchemas["qualytics_run_rerun"].ValueType()
	identity, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, map[string]tftypes.Value{"id": tftypes.NewValue(tftypes.Number, 100)}))
	if err != nil {
		t.Fatal(err)
	}
	for _, req := range []tfprotov6.ImportResourceStateRequest{{ID: "100"}, {Identity: &tfprotov6.ResourceIdentityData{IdentityData: &identity}}} {
		req.TypeName = "qualytics_run_rerun"
		resp, err := p.server.ImportResourceState(t.Context(), &req)
		if err != nil {
			t.Fatal(err)
		}
		expectSaid(t, resp.Diagnostics)
		imported := first(t, resp.ImportedResources)
		resource := p.manage(t, req.TypeName)
		resource.state, resource.private = imported.State, imported.Private
		if id := resource.values(t)["id"]; id != int64(100) {
			t.Errorf("imported Run %v", id)
		}
		if got := plain(t, imported.Identity.IdentityData, typ); !reflect.DeepEqual(got, map[string]any{"id": int64(100)}) {
			t.Errorf("the identity is %v", got)
		}
	}
}

// The record that run_id names stays while it is an earlier Run of the resource: the next rerun needs it.
func TestRunRerun_importedSource(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	resource.importRun(t, "100")
	expectSaid(t, resource.refresh(t))
	expectSaid(t, resource.apply(t, triggered("", "1")))
	expectSaid(t, resource.apply(t, triggered("", "2")))
	expectSaid(t, resource.apply(t, triggered("", "3")))
	api.expectWrites(rerunOf(100), rerunOf(100), deleteOf(101))(t)
	api.expectRuns(t, 100, 102)
	expectSaid(t, resource.destroy(t))
	api.expectRuns(t)
}
