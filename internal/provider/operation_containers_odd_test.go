// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"maps"
	"reflect"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A field that is null, missing or of the wrong JSON type is null, in both shapes of the listing.
// It affects neither the other fields nor the list.
func TestOperationContainers_invalidFields(t *testing.T) {
	t.Parallel()
	container := map[string]any{"id": 2, "name": "orders", "container_type": "table"}
	work := map[string]any{
		"id": 1, "start_time": "2026-05-01T09:30:00Z", "end_time": "2026-05-01T09:31:00Z",
		"records_processed": 411, "anomaly_count": 4, "result": "success", "message": "slow",
	}
	whole := map[string]any{
		"id": int64(1), "start_time": "2026-05-01T09:30:00Z", "end_time": "2026-05-01T09:31:00Z",
		"records_processed": int64(411), "anomaly_count": int64(4), "result": "success", "message": "slow",
		"container": map[string]any{"id": int64(2), "name": "orders", "container_type": "table"},
	}
	odd := []any{nil, true, []any{}, []any{1}, map[string]any{}, map[string]any{"id": []any{}}, 1.5, "text"}
	api := newAPI(t, mockapi.Options{})
	p := api.protocol(t)
	expect := func(entry, want map[string]any) {
		t.Helper()
		body, err := json.Marshal(map[string]any{"items": []any{entry}, "total": 1})
		if err != nil {
			t.Fatal(err)
		}
		api.Inject(mockapi.Fault{Status: 200, Body: string(body)})
		state, diagnostics := p.read(t, "qualytics_operation_containers", `{"operation_id": 100}`)
		expectDiagnostics(t, diagnostics)
		if !reflect.DeepEqual(state["containers"], []any{want}) {
			t.Errorf("%s:\n got %v\nwant %v", body, state["containers"], want)
		}
	}
	flat := with(work, "container", container)
	nested := with(container, "container_scan", work)
	expect(flat, whole)
	expect(nested, whole)
	expect(with(container, "container_profile", work), whole)
	for name := range whole {
		expect(without(flat, name), with(whole, name, nil))
		if name != "container" {
			expect(with(container, "container_scan", without(work, name)), with(whole, name, nil))
		}
		for _, value := range odd {
			if _, text := value.(string); text && (name == "result" || name == "message") {
				continue
			}
			expect(with(flat, name, value), with(whole, name, nil))
			if name != "container" {
				expect(with(container, "container_scan", with(work, name, value)), with(whole, name, nil))
			}
		}
	}
	for _, value := range odd {
		nothing := map[string]any{"container": whole["container"]}
		for name := range work {
			nothing[name] = nil
		}
		expect(with(container, "container_scan", value), nothing)
	}
	expect(map[string]any{}, map[string]any{
		"id": nil, "container": nil, "start_time": nil, "end_time": nil,
		"records_processed": nil, "anomaly_count": nil, "result": nil, "message": nil,
	})
}

// with returns a copy of an object with one field set.
func with(object map[string]any, name string, value any) map[string]any {
	object = maps.Clone(object)
	object[name] = value
	return object
}

// without returns a copy of an object without one field.
func without(object map[string]any, name string) map[string]any {
	object = maps.Clone(object)
	delete(object, name)
	return object
}
