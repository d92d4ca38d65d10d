// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"reflect"
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

// A Run without containers, and entries that lack fields, which are null. total counts all pages.
func TestOperationContainers_sparse(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Inject(mockapi.Fault{Status: 200, Body: `{"items": [], "total": 0}`}, mockapi.Fault{Status: 200, Body: `{"items": [
		{"id": 2, "container": {"id": 3, "name": "u"}, "result": "paused"}, {}
	], "total": 2}`})
	entry := func(id, container, result any) map[string]any {
		return map[string]any{
			"id": id, "container": container, "start_time": nil, "end_time": nil, "records_processed": nil, "anomaly_count": nil,
			"result": result, "message": nil,
		}
	}
	some := []any{entry(int64(2), map[string]any{"id": int64(3), "name": "u", "container_type": nil}, "paused"), entry(nil, nil, nil)}
	p := api.protocol(t)
	for _, containers := range [][]any{{}, some} {
		state, diagnostics := p.read(t, "qualytics_operation_containers", `{"operation_id": 100}`)
		expectDiagnostics(t, diagnostics)
		want := map[string]any{"operation_id": int64(100), "containers": containers, "total": int64(len(containers))}
		if !reflect.DeepEqual(state, want) {
			t.Errorf("got  %v\nwant %v", state, want)
		}
	}
}
