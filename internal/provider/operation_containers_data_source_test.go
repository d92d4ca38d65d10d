// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// All pages are read, although the response has no page, size or pages.
func TestOperationContainers_pages(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	run := scan(100, "success")
	for i := range int64(230) {
		run.Containers = append(run.Containers, mockapi.Container{ID: 1000 + i, Name: fmt.Sprintf("table %d", i), ContainerType: "table"})
	}
	api.Seed(run)
	state, diagnostics := api.protocol(t).read(t, "qualytics_operation_containers", `{"operation_id": 100}`)
	expectDiagnostics(t, diagnostics)
	containers, _ := state["containers"].([]any)
	var got []any
	for _, entry := range containers {
		fields, _ := entry.(map[string]any)
		got = append(got, fields["id"])
	}
	want := down(100_230, 100_001)
	slices.Reverse(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if state["total"] != int64(230) {
		t.Errorf("got the total %v, want 230", state["total"])
	}
	requests := api.requestLines()
	slices.Sort(requests)
	const path = "GET /api/operations/100/containers?"
	if want := []string{path + "page=1&size=100", path + "page=2&size=98", path + "page=3&size=97"}; !slices.Equal(requests, want) {
		t.Errorf("got the requests %q, want %q", requests, want)
	}
}

// A Run without containers, and entries with only the required fields.
func TestOperationContainers_sparse(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Seed(mockapi.Run{ID: 90, Type: "catalog"})
	p := api.protocol(t)
	state, diagnostics := p.read(t, "qualytics_operation_containers", `{"operation_id": 90}`)
	expectDiagnostics(t, diagnostics)
	if want := (map[string]any{"operation_id": int64(90), "containers": []any{}, "total": int64(0)}); !reflect.DeepEqual(state, want) {
		t.Errorf("got %v, want %v", state, want)
	}
	api.Inject(mockapi.Fault{
		Status: 200,
		Body: `{"items": [
			{"id": 1, "container": {"id": 2, "name": "t"}},
			{"id": 2, "container": {"id": 3, "name": "u"}, "result": "paused"}
		], "total": 2}`,
	})
	state, diagnostics = p.read(t, "qualytics_operation_containers", `{"operation_id": 100}`)
	expectDiagnostics(t, diagnostics)
	entry := func(id, container int64, name string, result any) map[string]any {
		return map[string]any{
			"id": id, "container": map[string]any{"id": container, "name": name, "container_type": nil}, "start_time": nil, "end_time": nil,
			"records_processed": nil, "anomaly_count": nil, "result": result, "message": nil,
		}
	}
	if want := []any{entry(1, 2, "t", nil), entry(2, 3, "u", "paused")}; !reflect.DeepEqual(state["containers"], want) {
		t.Errorf("got %v, want %v", state["containers"], want)
	}
}

func TestOperationContainers_errors(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	p := api.protocol(t)
	expectDiagnostics(t, p.validateDataSource(t, "qualytics_operation_containers", `{"operation_id": -1}`),
		"error at operation_id: .*whole number of 1 or more, not -1\\.")
	_, diagnostics := p.read(t, "qualytics_operation_containers", `{"operation_id": 99}`)
	expectDiagnostics(t, diagnostics,
		"error at operation_id: Cannot list the containers of Run 99: "+
			"GET http.*/api/operations/99/containers returned HTTP status 404: Run 99 does not exist.")
	api.Inject(mockapi.Fault{Status: 500, Times: mockapi.Always})
	_, diagnostics = p.read(t, "qualytics_operation_containers", `{"operation_id": 100}`)
	expectDiagnostics(t, diagnostics, "error: Cannot list the containers of Run 100: .*HTTP status 500")
}
