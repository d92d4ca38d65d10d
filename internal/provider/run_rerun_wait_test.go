// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

var (
	endless = mockapi.Outcome{Running: mockapi.Never}
	failing = mockapi.Outcome{Result: "failure", Message: "Connection to the warehouse lost"}
)

// A new resource whose Run fails is tainted. The next apply deletes the failed record and reruns.
func TestAccRunRerun_createFails(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	api.Plan(failing)
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100},
			rerun100, "DELETE /api/operations/101", rerun100, "DELETE /api/operations/102"),
		Steps: []resource.TestStep{
			{
				Config: api.config(rerunConfig("")),
				ExpectError: says("Run 101 failed", "ended with the result `failure`: Connection to the warehouse lost.",
					"`fail_on` includes `failure`", "the next apply deletes the record of this Run and reruns", "terraform untaint"),
			},
			{
				Config:            api.config(rerunConfig("")),
				ConfigPlanChecks:  planned(plancheck.ResourceActionReplace),
				ConfigStateChecks: holds(102, "success"),
			},
		},
	})
}

// A rerun that fails in an update is in the state, and the next apply reruns it. The last good
// record is kept until a Run succeeds.
func TestAccRunRerun_updateFails(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100},
			rerun100, rerun100, rerun100,
			rerun100, "DELETE /api/operations/101", "DELETE /api/operations/102", "DELETE /api/operations/103",
			"DELETE /api/operations/104"),
		Steps: []resource.TestStep{
			{Config: api.config(rerunConfig(`triggers = { v = "1" }`)), ConfigStateChecks: holds(101, "success")},
			{
				PreConfig:   func() { api.Plan(failing, mockapi.Outcome{Result: "aborted"}) },
				Config:      api.config(rerunConfig(`triggers = { v = "2" }`)),
				ExpectError: says("Run 102 failed"),
			},
			{
				Config:      api.config(rerunConfig(`triggers = { v = "2" }`)),
				ExpectError: says("Run 103 was aborted", "`fail_on` includes `aborted`"),
			},
			{
				Config:            api.config(rerunConfig(`triggers = { v = "2" }`)),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: holds(104, "success"),
			},
		},
	})
}

// A failed Run is not rerun if fail_on no longer includes its result.
func TestAccRunRerun_failOnRelaxed(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100},
			rerun100, rerun100, "DELETE /api/operations/102", "DELETE /api/operations/101"),
		Steps: []resource.TestStep{
			{Config: api.config(rerunConfig(`triggers = { v = "1" }`))},
			{
				PreConfig:   func() { api.Plan(failing) },
				Config:      api.config(rerunConfig(`triggers = { v = "2" }`)),
				ExpectError: says("Run 102 failed"),
			},
			{
				Config:            api.config(rerunConfig("triggers = { v = \"2\" }\nfail_on = [\"aborted\"]")),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: holds(102, "failure"),
			},
		},
	})
}

// With an empty fail_on, a failed Run is not an error.
func TestAccRunRerun_failOnEmpty(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	api.Plan(failing)
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100}, rerun100, "DELETE /api/operations/101"),
		Steps: []resource.TestStep{{
			Config:            api.config(rerunConfig(`fail_on = []`)),
			ConfigPlanChecks:  planned(plancheck.ResourceActionCreate),
			ConfigStateChecks: append(holds(101, "failure"), expect("message", word("Connection to the warehouse lost"))),
		}},
	})
}

// Without waiting, the apply ends once the Run is accepted. Setting wait_for_completion to true
// then waits for it.
func TestAccRunRerun_withoutWaiting(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	api.Plan(endless)
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100}, rerun100, "DELETE /api/operations/101"),
		Steps: []resource.TestStep{
			{
				Config:            api.config(rerunConfig(`wait_for_completion = false`)),
				ConfigPlanChecks:  planned(plancheck.ResourceActionCreate),
				ConfigStateChecks: append(holds(101, "queued"), expect("end_time", knownvalue.Null()), expect("duration_seconds", knownvalue.Null())),
			},
			{
				PreConfig:         func() { time.AfterFunc(2*time.Second, func() { api.Finish(101, "success", "") }) },
				Config:            api.config(rerunConfig(`wait_for_completion = true`)),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: holds(101, "success"),
			},
		},
	})
}

// Without waiting, the superseded Run is aborted and deleted as soon as the new one is accepted.
func TestAccRunRerun_withoutWaitingSuperseded(t *testing.T) {
	api := newAPI(t, mockapi.Options{AbortDelay: 30 * time.Millisecond})
	api.Plan(endless, endless)
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100},
			rerun100,
			rerun100, "PUT /api/operations/abort/101", "DELETE /api/operations/101",
			"PUT /api/operations/abort/102", "DELETE /api/operations/102"),
		Steps: []resource.TestStep{
			{Config: api.config(rerunConfig("triggers = { v = \"1\" }\nwait_for_completion = false"))},
			{
				Config:            api.config(rerunConfig("triggers = { v = \"2\" }\nwait_for_completion = false")),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: holds(102, "queued"),
			},
		},
	})
}

// A timed-out update is an error. The next apply continues waiting for the same Run.
func TestAccRunRerun_updateTimesOut(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	config := api.config(rerunConfig("triggers = { v = \"2\" }\ntimeouts = { update = \"200ms\" }"))
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100},
			rerun100, rerun100, "DELETE /api/operations/101", "DELETE /api/operations/102"),
		Steps: []resource.TestStep{
			{Config: api.config(rerunConfig(`triggers = { v = "1" }`))},
			{
				PreConfig: func() { api.Plan(endless) },
				Config:    config,
				ExpectError: says("Timed out while waiting for Run 102", "still", "after 200ms (timeouts.update)",
					"The next apply continues waiting for it."),
			},
			{Config: config, ExpectError: says("Timed out while waiting for Run 102")},
			{
				PreConfig:         func() { api.Finish(102, "success", "") },
				Config:            config,
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: holds(102, "success"),
			},
		},
	})
}

// A timed-out create taints the resource. The next apply aborts the Run, deletes its record, and
// starts over.
func TestAccRunRerun_createTimesOut(t *testing.T) {
	api := newAPI(t, mockapi.Options{AbortDelay: 30 * time.Millisecond})
	api.Plan(endless)
	config := api.config(rerunConfig(`timeouts = { create = "300ms" }`))
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100},
			rerun100, "PUT /api/operations/abort/101", "DELETE /api/operations/101", rerun100, "DELETE /api/operations/102"),
		Steps: []resource.TestStep{
			{
				Config: config,
				ExpectError: says("Timed out while waiting for Run 101", "(timeouts.create)",
					"tainted: the next apply aborts that Run and starts over", "terraform untaint"),
			},
			{
				Config:            config,
				ConfigPlanChecks:  planned(plancheck.ResourceActionReplace),
				ConfigStateChecks: holds(102, "success"),
			},
		},
	})
}
