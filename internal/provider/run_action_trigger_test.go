// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// withActions returns the check for a Terraform with actions and queries.
func withActions(t *testing.T) []tfversion.TerraformVersionCheck {
	t.Helper()
	if os.Getenv("TF_ACC") != "" && isOpenTofu() {
		t.Skip("OpenTofu has no actions")
	}
	return []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)}
}

// triggering returns a resource that triggers actions when it is created and when its value
// changes.
func triggering(value, actions string) string {
	return fmt.Sprintf(`
		resource "terraform_data" "trigger" {
		  input = %q
		  lifecycle {
		    action_trigger {
		      events  = [after_create, after_update]
		      actions = [%s]
		    }
		  }
		}
	`, value, actions)
}

// invokes checks which actions the plan invokes.
type invokes []string

func (want invokes) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	var got []string
	for _, invocation := range req.Plan.ActionInvocations {
		got = append(got, invocation.Address)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		resp.Error = fmt.Errorf("planned actions: got %q, want %q", got, []string(want))
	}
}

func invoking(actions ...string) resource.ConfigPlanChecks {
	checks := emptyPlan
	checks.PreApply = []plancheck.PlanCheck{invokes(actions)}
	return checks
}

// All four actions run in the order of the trigger, once per change.
func TestAccRunActions_triggered(t *testing.T) {
	api := newRunning(t, mockapi.Options{})
	actions := func(value string) string {
		return api.config(triggering(value,
			"action.qualytics_run_abort.it, action.qualytics_run_resume.it, action.qualytics_run_rerun.it, action.qualytics_run_delete.it") + `
			action "qualytics_run_abort" "it" {
			  config {
			    run_id  = 90
			    timeout = "1m"
			  }
			}
			action "qualytics_run_resume" "it" {
			  config {
			    run_id      = 90
			    force_abort = true
			    fail_on     = ["failure"]
			  }
			}
			action "qualytics_run_rerun" "it" {
			  config {
			    run_id              = 90
			    wait_for_completion = true
			    fail_on             = []
			    timeout             = "1m"
			  }
			}
			action "qualytics_run_delete" "it" {
			  config { run_id = 90 }
			}`)
	}
	round := []string{abort90, resume90 + "?force_abort=true", rerun90, "DELETE /api/operations/90"}
	planned := invoking(
		"action.qualytics_run_abort.it", "action.qualytics_run_delete.it", "action.qualytics_run_rerun.it", "action.qualytics_run_resume.it",
	)
	acceptance(t, resource.TestCase{
		TerraformVersionChecks: withActions(t),
		CheckDestroy:           api.afterDestroy(t, []int64{100, 101, 102}, append(round, round...)...),
		Steps: []resource.TestStep{
			{Config: actions("1"), ConfigPlanChecks: planned, Check: api.hasWritten(t, round...)},
			{Config: actions("1"), ConfigPlanChecks: invoking(), Check: api.hasWritten(t, round...)},
			{PreConfig: func() { api.Seed(scan(90, "running")) }, Config: actions("2"), ConfigPlanChecks: planned},
		},
	})
}

// An id that is known only after apply is looked up during the apply.
func TestAccRunActions_unknownRun(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	acceptance(t, resource.TestCase{
		TerraformVersionChecks: withActions(t),
		CheckDestroy: func(*terraform.State) error {
			api.expectRuns(t, 100)
			return nil
		},
		Steps: []resource.TestStep{{
			Config: api.config(`
				resource "qualytics_run_rerun" "test" {
				  run_id = 100
				  lifecycle {
				    action_trigger {
				      events  = [after_create]
				      actions = [action.qualytics_run_delete.it]
				    }
				  }
				}
				action "qualytics_run_delete" "it" {
				  config { run_id = qualytics_run_rerun.test.id }
				}`),
			Check:              api.hasWritten(t, rerun100, "DELETE /api/operations/101"),
			ExpectNonEmptyPlan: true, // the action deleted the record of the resource
		}},
	})
}
