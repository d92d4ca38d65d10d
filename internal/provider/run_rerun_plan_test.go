// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// An invalid configuration fails validation or the plan, before anything is requested.
func TestAccRunRerun_rejected(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	external := scan(91, "success")
	external.Type = "external_scan"
	api.Seed(external)
	step := func(arguments string, phrases ...string) resource.TestStep {
		return resource.TestStep{
			Config:      api.config("resource \"qualytics_run_rerun\" \"test\" {\n" + arguments + "\n}\n"),
			PlanOnly:    true,
			ExpectError: says(phrases...),
		}
	}
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{91, 100}),
		Steps: []resource.TestStep{
			step(`run_id = -1`, "Invalid run_id", "a whole number of 1 or more, not -1"),
			step(`run_id = 0`, "Invalid run_id", "run_id = 0", "must be the id of a Run, a whole number of 1 or more"),
			step(`triggers = {}`, "Missing Attribute Configuration", "[run_id,latest]"),
			step("run_id = 100\nfail_on = [\"failed\"]", "fail_on", `one of: ["failure" "aborted"]`),
			step("run_id = 100\nfail_on = [\"failure\", \"failure\"]", "fail_on", "duplicate"),
			step("run_id = 100\ntimeouts = { create = \"-5m\" }", "Invalid duration",
				`timeouts.create must be a duration greater than zero`, `not "-5m"`),
			step("run_id = 100\ntimeouts = { update = \"an hour\" }", "Invalid duration", `timeouts.update must be a duration`, `not "an hour"`),
			step(`run_id = 99`, "Cannot read Run 99", "run_id = 99", "404", "No such Run exists", "Set run_id to a Run that exists, or use latest."),
			step(`run_id = 91`, "Cannot rerun Run 91", "run_id = 91", "type `external_scan`, which cannot be rerun", "`sync`, `profile`, `scan`"),
		},
	})
}

// If run_id is known only after apply, the apply fails, still before a rerun is requested.
func TestAccRunRerun_rejectedDuringApply(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100}),
		Steps: []resource.TestStep{{
			Config: api.config(`
				resource "terraform_data" "chosen" { input = 99 }
				resource "qualytics_run_rerun" "test" { run_id = terraform_data.chosen.output }`),
			ExpectError: says("Cannot read Run 99"),
		}},
	})
}

// An active source is waited for before it is rerun.
func TestAccRunRerun_activeSource(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	api.Seed(scan(92, "running"))
	config := api.config(`resource "qualytics_run_rerun" "test" { run_id = 92 }`)
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{92, 100}, "PUT /api/operations/rerun/92", "DELETE /api/operations/101"),
		Steps: []resource.TestStep{
			{
				PreConfig: func() {
					api.Inject(mockapi.Fault{Method: "GET", Path: "/api/operations/92", Skip: 2, Hook: func() { api.Finish(92, "failure", "") }})
				},
				Config:            config,
				ConfigPlanChecks:  planned(plancheck.ResourceActionCreate),
				ConfigStateChecks: holds(101, "success"),
			},
		},
	})
}

// A replacement deletes the old record first or, with create_before_destroy, last.
func TestAccRunRerun_replaced(t *testing.T) {
	for name, order := range map[string][]string{
		"false": {"DELETE /api/operations/101", rerun100},
		"true":  {rerun100, "DELETE /api/operations/101"},
	} {
		t.Run("create_before_destroy="+name, func(t *testing.T) {
			api := newAPI(t, mockapi.Options{})
			config := func(version string) string {
				return api.config(`
					resource "terraform_data" "deployment" { input = "` + version + `" }
					` + rerunConfig(`lifecycle {
						replace_triggered_by  = [terraform_data.deployment]
						create_before_destroy = `+name+`
					}`))
			}
			acceptance(t, resource.TestCase{
				CheckDestroy: api.afterDestroy(t, []int64{100}, append(append([]string{rerun100}, order...), "DELETE /api/operations/102")...),
				Steps: []resource.TestStep{
					{Config: config("1"), ConfigPlanChecks: emptyPlan},
					{Config: config("2"), ConfigPlanChecks: emptyPlan, ConfigStateChecks: holds(102, "success")},
				},
			})
		})
	}
}
