// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"reflect"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The settings of every type of operation are available, with big integers and text of any script
// unchanged.
func TestAccOperation_details(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	types := []string{"catalog", "profile", "scan", "external_scan", "export", "materialize", "promote"}
	for i, runType := range types {
		api.Seed(mockapi.Run{
			ID: int64(i + 1), Type: runType, Tags: []string{"nightly"}, Message: "Größe 表 😀 \"quoted\" <b>",
			Settings: map[string]any{"asset": map[string]any{"name": "orders by day"}, "watermark": int64(9007199254740993)},
		})
	}
	output := func(name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownOutputValueAtPath("details", tfjsonpath.New(name), check)
	}
	acceptance(t, resource.TestCase{Steps: []resource.TestStep{{
		Config: api.config(`
			data "qualytics_operation" "each" {
			  count = 7
			  id    = count.index + 1
			}
			locals {
			  details = [for run in data.qualytics_operation.each : jsondecode(run.details)]
			}
			output "details" {
			  value = {
			    types         = local.details[*].type
			    catalog       = local.details[0].include
			    profile       = local.details[1].container_profiles[0].checks_synchronized
			    scan          = local.details[2].container_scans[1].container.name
			    external_scan = local.details[3].max_records_analyzed_per_partition
			    export        = local.details[4].tags[0]
			    materialize   = local.details[5].asset.name
			    promote       = "${local.details[6].watermark} ${local.details[6].message}"
			  }
			}`),
		ConfigPlanChecks: emptyPlan,
		ConfigStateChecks: []statecheck.StateCheck{
			output("types", knownvalue.ListExact([]knownvalue.Check{
				word("catalog"), word("profile"), word("scan"), word("external_scan"), word("export"), word("materialize"), word("promote"),
			})),
			output("catalog", knownvalue.ListExact([]knownvalue.Check{word("table"), word("view")})),
			output("profile", number64(8)),
			output("scan", word("orders")),
			output("external_scan", number64(10_000_000)),
			output("export", word("nightly")),
			output("materialize", word("orders by day")),
			output("promote", word(`9007199254740993 Größe 表 😀 "quoted" <b>`)),
		},
	}}})
}

// Big integers, decimals and text of any script are unchanged in the normalized JSON.
func TestOperation_detailsUnchanged(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Inject(mockapi.Fault{Status: 200, Body: "{ \"type\": \"scan\",\n \"id\": 100, \"result\": \"success\"," +
		`"watermark": 123456789012345678901234567890, "share": 0.10, "tiny": 1e-9, ` +
		`"text": "größer <b>&amp; 表 \u2028 \ud83d\ude00 \"quoted\"", "empty": {}, "none": null, "list": [3, 1, 2] }`})
	state, diagnostics := api.protocol(t).read(t, "qualytics_operation", `{"id": 100}`)
	expectDiagnostics(t, diagnostics)
	const want = `{"empty":{},"id":100,"list":[3,1,2],"none":null,"result":"success","share":0.10,` +
		`"text":"größer <b>&amp; 表 \u2028 😀 \"quoted\"","tiny":1e-9,"type":"scan","watermark":123456789012345678901234567890}`
	if got := state["details"]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestOperation_fields(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	created := time.Date(2026, time.May, 1, 9, 30, 0, 123456000, time.UTC)
	run := scan(100, "failure")
	run.Created, run.StartTime, run.EndTime = created, created.Add(5*time.Second), created.Add(65*time.Second+500*time.Millisecond)
	run.Message, run.TriggeredBy, run.Schedule = "lost", "Nightly", &mockapi.Schedule{ID: 12, Name: "Nightly"}
	run.Containers = []mockapi.Container{
		{ID: 234, Name: "customers", ContainerType: "table"},
		{ID: 235, Name: "orders", ContainerType: "view"},
	}
	run.Status = map[string]int64{"total_containers": 2, "containers_analyzed": 1, "records_processed": 5_000_000_000}
	api.Seed(run)
	state, diagnostics := api.protocol(t).read(t, "qualytics_operation", `{"id": 100}`)
	expectDiagnostics(t, diagnostics)
	delete(state, "details")
	want := map[string]any{
		"id": int64(100), "type": "scan", "result": "failure", "message": "lost",
		"created": "2026-05-01T09:30:00.123456Z", "start_time": "2026-05-01T09:30:05.123456Z", "end_time": "2026-05-01T09:31:05.623456Z",
		"duration_seconds": "60.5", "triggered_by": "Nightly", "schedule_id": int64(12),
		"datastore": map[string]any{"id": int64(101), "name": "Warehouse", "store_type": "jdbc", "type": "snowflake"},
		"status":    map[string]any{"total_containers": int64(2), "containers_analyzed": int64(1), "records_processed": int64(5_000_000_000)},
		"containers": []any{
			map[string]any{"id": int64(234), "name": "customers", "container_type": "table"},
			map[string]any{"id": int64(235), "name": "orders", "container_type": "view"},
		},
		"url": api.url + "/datastores/101/activity?operation_id=100",
	}
	if !reflect.DeepEqual(state, want) {
		t.Errorf("got  %v\nwant %v", state, want)
	}
	api.expectRequests(t, "GET /api/operations/100")
}
