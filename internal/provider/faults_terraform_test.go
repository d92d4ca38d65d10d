// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// Terraform itself behaves as the table says.
func TestAccFaults(t *testing.T) {
	for _, row := range faultTable {
		if row.terraform {
			t.Run(row.phase+"/"+row.fault, func(t *testing.T) { row.testTerraform(t) })
		}
	}
}

var plannedActions = map[string]plancheck.ResourceActionType{
	noChanges: plancheck.ResourceActionNoop, "create": plancheck.ResourceActionCreate,
	"update": plancheck.ResourceActionUpdate, "replace": plancheck.ResourceActionReplace,
}

func (row *faultRow) testTerraform(t *testing.T) {
	s := &scene{api: newAPI(t, mockapi.Options{}), t: t}
	var steps []resource.TestStep
	step := resource.TestStep{Config: s.config(rerunConfig(`triggers = { v = "1" }`))}
	if row.phase == updating {
		steps = append(steps, step)
		step.Config = s.config(rerunConfig(`triggers = { v = "2" }`))
	}
	after := step
	step.PreConfig = func() {
		s.ResetRequests()
		s.Plan(row.outcome...)
		row.prepare(s)
	}
	for _, diagnostic := range row.says {
		if diagnostic.severity == "error" {
			step.ExpectError = says(diagnostic.summary, diagnostic.phrase)
		}
	}
	after.PreConfig = func() {
		s.ClearFaults()
		row.expectRequests(t, s)
		s.expectRuns(t, slices.Concat([]int64{100}, row.server)...)
		s.ResetRequests()
	}
	after.ConfigPlanChecks = planned(plannedActions[row.next])
	after.ConfigStateChecks = holds(row.holds, "success")
	after.Check = s.hasWritten(t, row.then...)
	acceptance(t, resource.TestCase{Steps: append(steps, step, after)})
	s.expectRuns(t, 100)
}
