// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const (
	stopped = "qualytics_run_abort.test"
	abort90 = "PUT /api/operations/abort/90"
)

// newRunning serves Run 90, a scan that is active until it is aborted.
func newRunning(t *testing.T, options mockapi.Options) *api {
	t.Helper()
	api := newAPI(t, options)
	api.Seed(scan(90, "running"))
	return api
}

func abortConfig(arguments string) string {
	return "resource \"qualytics_run_abort\" \"test\" {\n" + arguments + "\n}\n"
}

// Each value of the trigger and each run_id causes one abort and one wait. A destroy sends no
// request.
func TestAccRunAbort_life(t *testing.T) {
	api := newRunning(t, mockapi.Options{AbortDelay: 50 * time.Millisecond})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{90, 91, 100}, abort90, abort90, "PUT /api/operations/abort/91"),
		Steps: []resource.TestStep{
			{
				Config:           api.config(abortConfig("run_id = 90\n triggers = { v = \"1\" }")),
				ConfigPlanChecks: doing(stopped, plancheck.ResourceActionCreate),
				ConfigStateChecks: append(has(stopped, 90, "aborted"),
					statecheck.ExpectKnownValue(stopped, tfjsonpath.New("end_time"), knownvalue.NotNull()),
					statecheck.ExpectKnownValue(stopped, tfjsonpath.New("datastore").AtMapKey("name"), word("Warehouse"))),
			},
			{ // other arguments do not abort again
				Config:            api.config(abortConfig("run_id = 90\n triggers = { v = \"1\" }\n timeouts = { create = \"5m\" }")),
				ConfigPlanChecks:  doing(stopped, plancheck.ResourceActionUpdate),
				ConfigStateChecks: has(stopped, 90, "aborted"),
				Check:             api.hasWritten(t, abort90),
			},
			{
				PreConfig: func() {
					api.Change(90, func(run *mockapi.Run) { run.Result, run.EndTime = "running", time.Time{} })
				},
				Config:            api.config(abortConfig("run_id = 90\n triggers = { v = \"2\" }")),
				ConfigPlanChecks:  doing(stopped, plancheck.ResourceActionUpdate),
				ConfigStateChecks: has(stopped, 90, "aborted"),
			},
			{
				PreConfig:         func() { api.Seed(scan(91, "queued")) },
				Config:            api.config(abortConfig("run_id = 91\n triggers = { v = \"2\" }")),
				ConfigPlanChecks:  doing(stopped, plancheck.ResourceActionUpdate),
				ConfigStateChecks: has(stopped, 91, "aborted"),
			},
		},
	})
}

// A Run that has already ended is not an error, and its record may be deleted.
func TestAccRunAbort_ended(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, nil, "PUT /api/operations/abort/100"),
		Steps: []resource.TestStep{
			{
				Config:            api.config(abortConfig("run_id = 100")),
				ConfigPlanChecks:  doing(stopped, plancheck.ResourceActionCreate),
				ConfigStateChecks: has(stopped, 100, "success"),
			},
			{
				PreConfig:         func() { api.Remove(100) },
				Config:            api.config(abortConfig("run_id = 100")),
				ConfigPlanChecks:  doing(stopped, plancheck.ResourceActionNoop),
				ConfigStateChecks: has(stopped, 100, "success"),
			},
		},
	})
}

// A Run that does not exist fails the plan.
func TestAccRunAbort_noRun(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	acceptance(t, resource.TestCase{Steps: []resource.TestStep{{
		Config:      api.config(abortConfig("run_id = 99")),
		PlanOnly:    true,
		ExpectError: says("Cannot read Run 99", "run_id = 99", "Run 99 does not exist.", "No such Run exists"),
	}}})
	api.expectWrites()(t)
}

// A Run that does not stop in time is an error. The new resource is tainted, and the next apply
// aborts the Run again.
func TestAccRunAbort_timeout(t *testing.T) {
	api := newRunning(t, mockapi.Options{AbortDelay: 24 * time.Hour})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{90, 100}, abort90, abort90),
		Steps: []resource.TestStep{
			{
				Config: api.config(abortConfig("run_id = 90\n timeouts = { create = \"2s\" }")),
				ExpectError: says("Timed out while waiting for Run 90", "still `running` after 2s (timeouts.create)",
					"the next apply requests the abort again"),
			},
			{
				PreConfig:         func() { api.Finish(90, "aborted", "") },
				Config:            api.config(abortConfig("run_id = 90\n timeouts = { create = \"2s\" }")),
				ConfigPlanChecks:  doing(stopped, plancheck.ResourceActionReplace),
				ConfigStateChecks: has(stopped, 90, "aborted"),
			},
		},
	})
}
