// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const rerun = "qualytics_run_rerun.test"

func rerunConfig(arguments string) string {
	return "resource \"qualytics_run_rerun\" \"test\" {\n  run_id = 100\n" + arguments + "}\n"
}

func number64(value int64) knownvalue.Check { return knownvalue.Int64Exact(value) }

func expect(address, attribute string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), check)
}

func planned(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	checks := emptyPlan
	checks.PreApply = []plancheck.PlanCheck{plancheck.ExpectResourceAction(rerun, action)}
	return checks
}

// The whole life: one rerun per value of the trigger, the superseded record deleted after the new Run
// has succeeded, the last one on destroy, and the source untouched.
func TestAccRunRerun_life(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	acceptance(t, resource.TestCase{
		CheckDestroy: func(*terraform.State) error {
			api.expectWrites(
				"PUT /api/operations/rerun/100",
				"PUT /api/operations/rerun/100", "DELETE /api/operations/101",
				"DELETE /api/operations/102",
			)(t)
			api.expectRuns(t, 100)
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config:           api.config(rerunConfig(`triggers = { schema = "v1" }` + "\n")),
				ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
				ConfigStateChecks: []statecheck.StateCheck{
					expect(rerun, "id", number64(101)),
					expect(rerun, "run_id", number64(100)),
					expect(rerun, "type", knownvalue.StringExact("scan")),
					expect(rerun, "result", knownvalue.StringExact("success")),
					expect(rerun, "message", knownvalue.Null()),
					expect(rerun, "schedule_id", knownvalue.Null()),
					expect(rerun, "datastore", knownvalue.ObjectExact(map[string]knownvalue.Check{
						"id": number64(101), "name": knownvalue.StringExact("Warehouse"),
						"store_type": knownvalue.StringExact("jdbc"), "type": knownvalue.StringExact("snowflake"),
					})),
					expect(rerun, "end_time", knownvalue.NotNull()),
					expect(rerun, "duration_seconds", knownvalue.Float64Exact(0.02)),
					expect(rerun, "wait_for_completion", knownvalue.Bool(true)),
					expect(rerun, "fail_on", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("failure"), knownvalue.StringExact("aborted")})),
				},
			},
			{
				Config:           api.config(rerunConfig(`triggers = { schema = "v2" }` + "\n")),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					expect(rerun, "id", number64(102)),
					expect(rerun, "result", knownvalue.StringExact("success")),
				},
			},
			{ // what does not trigger calls nothing
				PreConfig: api.expectNoFurtherWrites(t),
				Config: api.config(rerunConfig(`
					triggers          = { schema = "v2" }
					fail_on           = []
					delete_on_destroy = true
					rerun_if_deleted  = false
					timeouts          = { create = "5m" }
				`)),
				ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					expect(rerun, "id", number64(102)),
				},
			},
		},
	})
}

// expectNoFurtherWrites forgets nothing: the exact list is checked when the test ends.
func (a *api) expectNoFurtherWrites(t *testing.T) func() {
	return func() {
		a.expectWrites("PUT /api/operations/rerun/100", "PUT /api/operations/rerun/100", "DELETE /api/operations/101")(t)
	}
}

func TestAccRunRerun_failsTheApply(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	api.Plan(mockapi.Outcome{Result: "failure", Message: "Connection to warehouse lost"})
	acceptance(t, resource.TestCase{
		Steps: []resource.TestStep{
			{
				Config:      api.config(rerunConfig("")),
				ExpectError: regexp.MustCompile(`(?s)Run 101 failed.*Connection to warehouse lost`),
			},
			{ // Terraform has tainted it: the failed record is deleted, another Run started
				Config:           api.config(rerunConfig("")),
				ConfigPlanChecks: planned(plancheck.ResourceActionReplace),
				ConfigStateChecks: []statecheck.StateCheck{
					expect(rerun, "id", number64(102)),
				},
			},
		},
	})
	api.expectRuns(t, 100)
}
