// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A container that is done, one that failed and one that was not reached.
func TestAccOperationContainers(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	run := scan(100, "failure")
	run.Message = "lost"
	run.Status = map[string]int64{"total_containers": 3, "containers_analyzed": 1, "records_processed": 50_000, "anomalies_identified": 4}
	api.Seed(run)
	const listing = "data.qualytics_operation_containers.test"
	container := func(index int, want map[string]knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(listing, tfjsonpath.New("containers").AtSliceIndex(index), knownvalue.ObjectPartial(want))
	}
	acceptance(t, resource.TestCase{Steps: []resource.TestStep{{
		Config:           api.config(`data "qualytics_operation_containers" "test" { operation_id = 100 }`),
		ConfigPlanChecks: emptyPlan,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(listing, tfjsonpath.New("total"), number64(3)),
			statecheck.ExpectKnownValue(listing, tfjsonpath.New("containers"), knownvalue.ListSizeExact(3)),
			container(0, map[string]knownvalue.Check{
				"id": number64(100001),
				"container": knownvalue.ObjectExact(map[string]knownvalue.Check{
					"id": number64(234), "name": word("customers"), "container_type": word("table"),
				}),
				"start_time":        knownvalue.NotNull(),
				"end_time":          knownvalue.NotNull(),
				"records_processed": number64(50_000),
				"anomaly_count":     number64(4),
				"result":            word("success"),
				"message":           knownvalue.Null(),
			}),
			container(1, map[string]knownvalue.Check{"result": word("failure"), "message": word("lost"), "records_processed": number64(0)}),
			container(2, map[string]knownvalue.Check{"result": word("aborted"), "start_time": knownvalue.Null(), "end_time": knownvalue.Null()}),
		},
	}}})
	for _, request := range api.requestLines() {
		if request != "GET /api/operations/100/containers?page=1&size=100" {
			t.Errorf("unexpected request %s", request)
		}
	}
}

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
