// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The first apply after an import stores run_id and triggers, and does not rerun.
func TestAccRunRerun_import(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	api.Seed(scan(95, "failure")) // a failed Run is not rerun either
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100}, deleteOf(95)),
		Steps: []resource.TestStep{
			{
				Config:             api.config(rerunConfig(`triggers = { v = "1" }`)),
				ResourceName:       rerun,
				ImportState:        true,
				ImportStateId:      "95",
				ImportStatePersist: true,
			},
			{
				Config:            api.config(rerunConfig(`triggers = { v = "1" }`)),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: append(holds(95, "failure"), expect("run_id", number64(100))),
				Check:             api.hasWritten(t),
			},
			{ // the same state as that of a rerun, except for what the API does not return and what limits a destroy
				ResourceName: rerun, ImportState: true, ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{"run_id", "triggers", "delete_on_destroy", "abort_on_destroy"},
			},
		},
	})
}

// Terraform 1.12 and later import by identity. The identity is the id of the held Run.
func TestAccRunRerun_identity(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	identity := func(id int64) statecheck.StateCheck {
		return statecheck.ExpectIdentity(rerun, map[string]knownvalue.Check{"id": number64(id)})
	}
	acceptance(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_12_0)},
		CheckDestroy:           api.afterDestroy(t, []int64{100}, rerun100, rerun100, "DELETE /api/operations/101", "DELETE /api/operations/102"),
		Steps: []resource.TestStep{
			{Config: api.config(rerunConfig(`triggers = { v = "1" }`)), ConfigStateChecks: []statecheck.StateCheck{identity(101)}},
			{
				Config:            api.config(rerunConfig(`triggers = { v = "2" }`)),
				ConfigStateChecks: []statecheck.StateCheck{identity(102)},
				ConfigPlanChecks:  emptyPlan,
			},
			{
				ResourceName: rerun, ImportState: true, ImportStateKind: resource.ImportBlockWithResourceIdentity,
				// the plan with the import block stores run_id and triggers
				ExpectNonEmptyPlan: true,
			},
		},
	})
}

func TestRunRerun_importInvalid(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	p := api.protocol(t)
	identities, err := p.server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	typ := identities.IdentitySchemas["qualytics_run_rerun"].ValueType()
	identity := func(id any) *tfprotov6.ResourceIdentityData {
		value, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, map[string]tftypes.Value{"id": tftypes.NewValue(tftypes.Number, id)}))
		if err != nil {
			t.Fatal(err)
		}
		return &tfprotov6.ResourceIdentityData{IdentityData: &value}
	}
	for _, test := range []struct {
		req   tfprotov6.ImportResourceStateRequest
		given string
	}{
		{tfprotov6.ImportResourceStateRequest{ID: ""}, `""`},
		{tfprotov6.ImportResourceStateRequest{ID: "latest"}, `"latest"`},
		{tfprotov6.ImportResourceStateRequest{ID: "0"}, `"0"`},
		{tfprotov6.ImportResourceStateRequest{ID: "-1"}, `"-1"`},
		{tfprotov6.ImportResourceStateRequest{ID: "1\x1b[31m"}, `"1"`},
		{tfprotov6.ImportResourceStateRequest{Identity: identity(nil)}, "an identity whose id is null"},
		{tfprotov6.ImportResourceStateRequest{Identity: identity(0)}, "0"},
		{tfprotov6.ImportResourceStateRequest{Identity: identity(-1)}, "-1"},
	} {
		test.req.TypeName = "qualytics_run_rerun"
		response, err := p.server.ImportResourceState(t.Context(), &test.req)
		if err != nil {
			t.Fatal(err)
		}
		expectDiagnostics(t, response.Diagnostics,
			"error: Invalid import id: The import id must be the id of a Run, a whole number of 1 or more such as 53388, not "+test.given+".$")
	}
	api.expectRequests(t)
}
