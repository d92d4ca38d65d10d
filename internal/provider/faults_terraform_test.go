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

// Terraform itself behaves as the table says about a create.
func TestAccFaults(t *testing.T) {
	for _, row := range faultTable {
		if row.terraform {
			t.Run(row.fault, func(t *testing.T) { row.testTerraform(t) })
		}
	}
}

func (row *faultRow) testTerraform(t *testing.T) {
	s := &scene{api: newAPI(t, mockapi.Options{}), t: t}
	failing := resource.TestStep{Config: s.config(rerunConfig(""))}
	next := failing
	failing.PreConfig = func() {
		s.Plan(row.outcome...)
		row.prepare(s)
	}
	failed := first(t, row.says)
	failing.ExpectError = says(failed.summary, failed.phrase)
	next.PreConfig = func() {
		s.ClearFaults()
		row.expectRequests(t, s)
		s.expectRuns(t, slices.Concat([]int64{100}, row.server)...)
		s.ResetRequests()
	}
	next.ConfigPlanChecks = planned(map[string]plancheck.ResourceActionType{
		"create": plancheck.ResourceActionCreate, "replace": plancheck.ResourceActionReplace,
	}[row.next])
	next.ConfigStateChecks = holds(row.holds, "success")
	next.Check = s.hasWritten(t, row.then...)
	acceptance(t, resource.TestCase{Steps: []resource.TestStep{failing, next}})
	s.expectRuns(t, 100)
}
