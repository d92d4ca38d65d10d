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
	resumed  = "qualytics_run_resume.test"
	resume90 = "PUT /api/operations/run/90"
)

// newFailed serves Run 90, a failed scan.
func newFailed(t *testing.T, options mockapi.Options) *api {
	t.Helper()
	api := newAPI(t, options)
	api.Seed(scan(90, "failure"))
	return api
}

func resumeConfig(arguments string) string {
	return "resource \"qualytics_run_resume\" \"test\" {\n" + arguments + "\n}\n"
}

// Each value of the trigger and each run_id resumes once. Nothing else does, and a destroy sends no
// request.
func TestAccRunResume_life(t *testing.T) {
	api := newFailed(t, mockapi.Options{})
	again := func() { api.Change(90, func(run *mockapi.Run) { run.Result = "failure" }) }
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{90, 91, 100}, resume90, resume90, "PUT /api/operations/run/91"),
		Steps: []resource.TestStep{
			{
				Config:           api.config(resumeConfig(`run_id = 90`)),
				ConfigPlanChecks: doing(resumed, plancheck.ResourceActionCreate),
				ConfigStateChecks: append(has(resumed, 90, "success"),
					statecheck.ExpectKnownValue(resumed, tfjsonpath.New("type"), word("scan")),
					statecheck.ExpectKnownValue(resumed, tfjsonpath.New("end_time"), knownvalue.NotNull()),
					statecheck.ExpectKnownValue(resumed, tfjsonpath.New("force_abort"), knownvalue.Bool(false)),
					statecheck.ExpectKnownValue(resumed, tfjsonpath.New("wait_for_completion"), knownvalue.Bool(true)),
					statecheck.ExpectKnownValue(resumed, tfjsonpath.New("fail_on"),
						knownvalue.ListExact([]knownvalue.Check{word("failure"), word("aborted")})),
				),
			},
			{
				Config:            api.config(resumeConfig("run_id = 90\n triggers = {}\n force_abort = true")),
				ConfigPlanChecks:  doing(resumed, plancheck.ResourceActionUpdate),
				ConfigStateChecks: has(resumed, 90, "success"),
				Check:             api.hasWritten(t, resume90),
			},
			{
				PreConfig:         again,
				Config:            api.config(resumeConfig("run_id = 90\n triggers = { v = \"2\" }")),
				ConfigPlanChecks:  doing(resumed, plancheck.ResourceActionUpdate),
				ConfigStateChecks: has(resumed, 90, "success"),
			},
			{
				PreConfig:         func() { api.Seed(scan(91, "aborted")) },
				Config:            api.config(resumeConfig("run_id = 91\n triggers = { v = \"2\" }\n fail_on = []\n timeouts = { update = \"5m\" }")),
				ConfigPlanChecks:  doing(resumed, plancheck.ResourceActionUpdate),
				ConfigStateChecks: has(resumed, 91, "success"),
			},
		},
	})
}

// If resuming starts a new Run, the resource holds the new Run.
func TestAccRunResume_asNewRun(t *testing.T) {
	api := newFailed(t, mockapi.Options{ResumeAsNew: true})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{90, 100, 101, 102}, resume90, resume90),
		Steps: []resource.TestStep{
			{
				Config:            api.config(resumeConfig("run_id = 90\n triggers = { v = \"1\" }")),
				ConfigPlanChecks:  doing(resumed, plancheck.ResourceActionCreate),
				ConfigStateChecks: append(has(resumed, 101, "success"), statecheck.ExpectKnownValue(resumed, tfjsonpath.New("run_id"), number64(90))),
			},
			{
				Config:            api.config(resumeConfig("run_id = 90\n triggers = { v = \"2\" }")),
				ConfigPlanChecks:  doing(resumed, plancheck.ResourceActionUpdate),
				ConfigStateChecks: has(resumed, 102, "success"),
			},
			{ // the id of the resource's own Run does not resume again
				Config:            api.config(resumeConfig("run_id = 102\n triggers = { v = \"2\" }")),
				ConfigPlanChecks:  doing(resumed, plancheck.ResourceActionNoop),
				ConfigStateChecks: has(resumed, 102, "success"),
			},
		},
	})
}

// A Run that fails again fails the apply, and the next apply resumes it, whether the resource is
// new (tainted) or not.
func TestAccRunResume_failure(t *testing.T) {
	api := newFailed(t, mockapi.Options{})
	fails := func() { api.Plan(mockapi.Outcome{Result: "failure", Message: "no disk"}) }
	config := func(trigger string) string {
		return api.config(resumeConfig("run_id = 90\n triggers = { v = \"" + trigger + "\" }"))
	}
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{90, 100}, resume90, resume90, resume90, resume90),
		Steps: []resource.TestStep{
			{
				PreConfig: fails,
				Config:    config("1"),
				ExpectError: says("Run 90 failed", "Run 90 (scan on Warehouse) ended with the result `failure`: no disk.",
					"because `fail_on` includes `failure`", "The next apply resumes it."),
			},
			{
				Config:            config("1"),
				ConfigPlanChecks:  doing(resumed, plancheck.ResourceActionReplace),
				ConfigStateChecks: has(resumed, 90, "success"),
			},
			{
				PreConfig:   func() { api.Change(90, func(run *mockapi.Run) { run.Result = "failure" }); fails() },
				Config:      config("2"),
				ExpectError: says("Run 90 failed", "no disk"),
			},
			{
				Config:            config("2"),
				ConfigPlanChecks:  doing(resumed, plancheck.ResourceActionUpdate),
				ConfigStateChecks: has(resumed, 90, "success"),
			},
		},
	})
}

// Without waiting, the apply ends once the API has accepted the request. Setting
// wait_for_completion to true then waits for the same Run, without another request to resume.
func TestAccRunResume_waiting(t *testing.T) {
	api := newFailed(t, mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{90, 100}, resume90),
		Steps: []resource.TestStep{
			{
				Config:            api.config(resumeConfig("run_id = 90\n wait_for_completion = false")),
				ConfigPlanChecks:  doing(resumed, plancheck.ResourceActionCreate),
				ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(resumed, tfjsonpath.New("end_time"), knownvalue.Null())},
			},
			{
				PreConfig: func() {
					api.Inject(mockapi.Fault{Method: "GET", Path: "/api/operations/90", Skip: 4, Hook: func() { api.Finish(90, "success", "") }})
				},
				Config: api.config(resumeConfig("run_id = 90\n wait_for_completion = true")),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(resumed, plancheck.ResourceActionUpdate),
						plancheck.ExpectUnknownValue(resumed, tfjsonpath.New("result")),
						plancheck.ExpectKnownValue(resumed, tfjsonpath.New("id"), number64(90)),
					},
					PostApplyPostRefresh: emptyPlan.PostApplyPostRefresh,
				},
				ConfigStateChecks: has(resumed, 90, "success"),
			},
		},
	})
}

// If the record is deleted elsewhere, the state is kept. A new trigger then fails the plan.
func TestAccRunResume_deleted(t *testing.T) {
	api := newFailed(t, mockapi.Options{})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100}, resume90),
		Steps: []resource.TestStep{
			{Config: api.config(resumeConfig("run_id = 90")), ConfigPlanChecks: emptyPlan},
			{
				PreConfig:         func() { api.Remove(90) },
				Config:            api.config(resumeConfig("run_id = 90")),
				ConfigPlanChecks:  doing(resumed, plancheck.ResourceActionNoop),
				ConfigStateChecks: has(resumed, 90, "success"),
			},
			{
				Config:      api.config(resumeConfig("run_id = 90\n triggers = { v = \"2\" }")),
				PlanOnly:    true,
				ExpectError: says("Cannot read Run 90", "run_id = 90", "Run 90 does not exist."),
			},
		},
	})
}
