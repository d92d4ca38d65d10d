// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const (
	rerun    = "qualytics_run_rerun.test"
	rerun100 = "PUT /api/operations/rerun/100"
)

// rerunConfig returns a rerun of Run 100.
func rerunConfig(arguments string) string {
	return "resource \"qualytics_run_rerun\" \"test\" {\n  run_id = 100\n" + arguments + "\n}\n"
}

func expect(attribute string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(rerun, tfjsonpath.New(attribute), check)
}

// holds checks which Run the resource holds, and its result.
func holds(id int64, result string) []statecheck.StateCheck { return has(rerun, id, result) }

// planned checks the planned action, and that the plan after the apply is empty.
func planned(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return doing(rerun, action)
}

// Each value of triggers and each run_id reruns once, in place. The superseded record is deleted after
// the new Run has succeeded, and the last record on destroy. The sources are not changed.
func TestAccRunRerun_life(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	api.Seed(scan(90, "success"))
	config := func(source, version string) string {
		return api.config(`
			resource "terraform_data" "source" { input = ` + source + ` }
			resource "qualytics_run_rerun" "test" {
			  run_id   = terraform_data.source.output
			  triggers = { schema = "` + version + `" }
			}`)
	}
	unknownID := planned(plancheck.ResourceActionUpdate)
	unknownID.PreApply = append(unknownID.PreApply, plancheck.ExpectUnknownValue(rerun, tfjsonpath.New("id")))
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{90, 100},
			rerun100, rerun100, delete101, "PUT /api/operations/rerun/90", delete102, deleteOf(103)),
		Steps: []resource.TestStep{
			{
				Config:           config("100", "v1"),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
				ConfigStateChecks: append(holds(101, "success"),
					expect("run_id", number64(100)),
					expect("type", word("scan")),
					expect("message", knownvalue.Null()),
					expect("schedule_id", knownvalue.Null()),
					expect("datastore", knownvalue.ObjectExact(map[string]knownvalue.Check{
						"id": number64(101), "name": word("Warehouse"), "store_type": word("jdbc"), "type": word("snowflake"),
					})),
					expect("status", knownvalue.MapPartial(map[string]knownvalue.Check{"total_containers": number64(2)})),
					expect("created", knownvalue.NotNull()),
					expect("end_time", knownvalue.NotNull()),
					expect("duration_seconds", knownvalue.Float64Exact(0.02)),
					expect("wait_for_completion", knownvalue.Bool(true)),
					expect("fail_on", knownvalue.ListExact([]knownvalue.Check{word("failure"), word("aborted")})),
				),
			},
			{
				Config:            config("100", "v2"),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: holds(102, "success"),
			},
			{ // run_id is known only after the apply
				Config:            config("90", "v2"),
				ConfigPlanChecks:  unknownID,
				ConfigStateChecks: append(holds(103, "success"), expect("run_id", number64(90))),
			},
		},
	})
}

// Removing triggers reruns, but null and an empty map are the same.
func TestRunRerun_removedTriggers(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	for _, config := range []string{`{"run_id": 100, "triggers": {"v": "1"}}`, `{"run_id": 100}`, `{"run_id": 100, "triggers": {}}`} {
		expectDiagnostics(t, resource.apply(t, config))
	}
	api.expectWrites(rerun100, rerun100, delete101)(t)
}
