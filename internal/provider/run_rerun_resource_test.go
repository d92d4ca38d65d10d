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

// Each value of the trigger reruns once. The superseded record is deleted after the new Run has
// succeeded, and the last record on destroy. The source is not changed.
func TestAccRunRerun_life(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	second := []string{rerun100, rerun100, "DELETE /api/operations/101"}
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100}, append(second, rerun100, "DELETE /api/operations/102", "DELETE /api/operations/103")...),
		Steps: []resource.TestStep{
			{
				Config:           api.config(rerunConfig(`triggers = { schema = "v1" }`)),
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
				Config:            api.config(rerunConfig(`triggers = { schema = "v2" }`)),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: holds(102, "success"),
			},
			{ // other arguments send no request
				Config: api.config(rerunConfig(`
					triggers          = { schema = "v2" }
					fail_on           = []
					abort_on_destroy  = false
					rerun_if_deleted  = false
					timeouts          = { create = "5m", update = "6m" }`)),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: append(holds(102, "success"), expect("fail_on", knownvalue.ListSizeExact(0))),
				Check:             api.hasWritten(t, second...),
			},
			{ // removing triggers reruns, but null and an empty map are the same
				Config:            api.config(rerunConfig("")),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: holds(103, "success"),
			},
			{
				Config:            api.config(rerunConfig(`triggers = {}`)),
				ConfigStateChecks: holds(103, "success"),
				ConfigPlanChecks:  emptyPlan,
			},
		},
	})
}

// Changing run_id reruns in place, also if it is known only after apply.
func TestAccRunRerun_runID(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	api.Seed(scan(90, "success"))
	chosen := func(id, trigger string) string {
		return api.config(`
			resource "terraform_data" "chosen" { input = ` + id + ` }
			resource "qualytics_run_rerun" "test" {
			  run_id   = terraform_data.chosen.output
			  triggers = { v = "` + trigger + `" }
			}`)
	}
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{90, 100},
			rerun100, "PUT /api/operations/rerun/90", "DELETE /api/operations/101", "DELETE /api/operations/102"),
		Steps: []resource.TestStep{
			{Config: chosen("100", "1"), ConfigStateChecks: holds(101, "success"), ConfigPlanChecks: emptyPlan},
			{
				Config: chosen("90", "1"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(rerun, plancheck.ResourceActionUpdate),
						plancheck.ExpectUnknownValue(rerun, tfjsonpath.New("id")),
					},
					PostApplyPostRefresh: emptyPlan.PostApplyPostRefresh,
				},
				ConfigStateChecks: append(holds(102, "success"), expect("run_id", number64(90))),
			},
		},
	})
}

// A replacement deletes the old record last with create_before_destroy.
func TestAccRunRerun_replaced(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	config := func(version string) string {
		return api.config(`
			resource "terraform_data" "deployment" { input = "` + version + `" }
			` + rerunConfig(`lifecycle {
				replace_triggered_by  = [terraform_data.deployment]
				create_before_destroy = true
			}`))
	}
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100}, rerun100, rerun100, delete101, delete102),
		Steps: []resource.TestStep{
			{Config: config("1"), ConfigPlanChecks: emptyPlan},
			{Config: config("2"), ConfigPlanChecks: emptyPlan, ConfigStateChecks: holds(102, "success")},
		},
	})
}
