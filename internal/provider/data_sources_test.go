// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// printed is a message with control characters, which pass through Terraform unchanged.
const printed = "\x1b[31mred\x1b[0m \x00 \u0085\u202e 🎉"

// All data sources in a real Terraform: a finished Run and one that has not started, the settings of
// every type of operation, and a container that is done, one that failed and one that was not reached.
func TestAccDataSources(t *testing.T) {
	api := newHistory(t)
	for i, runType := range []string{"catalog", "profile", "scan", "external_scan", "export", "materialize", "promote"} {
		api.Seed(mockapi.Run{
			ID: int64(11 + i), Type: runType, Result: "failure", Tags: []string{"nightly"}, Message: "Größe 表 😀 \"quoted\" <b>",
			Settings: map[string]any{"asset": map[string]any{"name": "orders by day"}, "watermark": int64(9007199254740993)},
		})
	}
	failed := scan(100, "failure")
	failed.Message = printed
	failed.Status = map[string]int64{"total_containers": 3, "containers_analyzed": 1, "records_processed": 50_000, "anomalies_identified": 4}
	api.Seed(failed)
	acceptance(t, resource.TestCase{Steps: []resource.TestStep{{
		Config: api.config(`
			data "qualytics_operations" "test" {
			  result       = ["success", "queued"]
			  offset       = 0
			  sort_created = "desc"
			  limit        = 3
			}
			data "qualytics_operation" "each" {
			  count = 7
			  id    = 11 + count.index
			}
			data "qualytics_operation_containers" "test" {
			  operation_id = 100
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
		ConfigPlanChecks:  emptyPlan,
		ConfigStateChecks: slices.Concat(listedRuns(), detailsOfTypes(), containersOfFailed()),
	}}})
}

func listedRuns() []statecheck.StateCheck {
	const listing = "data.qualytics_operations.test"
	field := func(index int, name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(listing, tfjsonpath.New("operations").AtSliceIndex(index).AtMapKey(name), check)
	}
	return []statecheck.StateCheck{
		statecheck.ExpectKnownValue(listing, tfjsonpath.New("ids"),
			knownvalue.ListExact([]knownvalue.Check{number64(7), number64(3), number64(2)})),
		statecheck.ExpectKnownValue(listing, tfjsonpath.New("total"), number64(4)),
		statecheck.ExpectKnownValue(listing, tfjsonpath.New("operations"), knownvalue.ListSizeExact(3)),
		field(0, "type", word("promote_quality_check")),
		field(0, "result", word("queued")),
		field(0, "start_time", knownvalue.Null()),
		field(0, "end_time", knownvalue.Null()),
		field(0, "duration_seconds", knownvalue.Null()),
		field(0, "schedule_id", knownvalue.Null()),
		field(2, "id", number64(2)),
		field(2, "type", word("profile")),
		field(2, "result", word("success")),
		field(2, "message", knownvalue.Null()),
		field(2, "created", word("2026-05-02T23:30:00.000000Z")),
		field(2, "start_time", word("2026-05-03T00:30:00.000000Z")),
		field(2, "end_time", word("2026-05-03T00:32:00.000000Z")),
		field(2, "duration_seconds", knownvalue.Float64Exact(120)),
		field(2, "triggered_by", word("user@example.com")),
		field(2, "schedule_id", number64(7)),
		field(2, "datastore", knownvalue.ObjectExact(map[string]knownvalue.Check{
			"id": number64(102), "name": word("Orders"), "store_type": word(""), "type": word(""),
		})),
		field(2, "status", knownvalue.MapPartial(map[string]knownvalue.Check{"total_containers": number64(2), "fields_profiled": number64(24)})),
	}
}

// detailsOfTypes has big integers and text of any script unchanged.
func detailsOfTypes() []statecheck.StateCheck {
	output := func(name string, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownOutputValueAtPath("details", tfjsonpath.New(name), check)
	}
	return []statecheck.StateCheck{
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
	}
}

func containersOfFailed() []statecheck.StateCheck {
	const listing = "data.qualytics_operation_containers.test"
	container := func(index int, want map[string]knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(listing, tfjsonpath.New("containers").AtSliceIndex(index), knownvalue.ObjectPartial(want))
	}
	return []statecheck.StateCheck{
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
		container(1, map[string]knownvalue.Check{"result": word("failure"), "message": word(printed), "records_processed": number64(0)}),
		container(2, map[string]knownvalue.Check{"result": word("aborted"), "start_time": knownvalue.Null(), "end_time": knownvalue.Null()}),
	}
}
