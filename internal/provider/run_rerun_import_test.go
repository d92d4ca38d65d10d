// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	framework "github.com/hashicorp/terraform-plugin-framework/resource"
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

// A Run is imported by its id, or by its identity, which is the same.
func TestRunRerun_importIDs(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	p := api.protocol(t)
	identities, err := p.server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	typ := identities.IdentitySchemas["qualytics_run_rerun"].ValueType()
	for _, test := range []struct {
		id       string
		identity []any  // its id
		invalid  string // what the error quotes; "": the Run is imported
	}{
		{"100", nil, ""},
		{"", []any{100}, ""},
		{"", nil, `""`},
		{"latest", nil, `"latest"`},
		{"0", nil, `"0"`},
		{"-1", nil, `"-1"`},
		{"1\x1b[31m", nil, `"1"`},
		{"", []any{nil}, "an identity whose id is null"},
		{"", []any{0}, "0"},
	} {
		req := &tfprotov6.ImportResourceStateRequest{TypeName: "qualytics_run_rerun", ID: test.id}
		for _, id := range test.identity {
			value, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, map[string]tftypes.Value{"id": tftypes.NewValue(tftypes.Number, id)}))
			if err != nil {
				t.Fatal(err)
			}
			req.Identity = &tfprotov6.ResourceIdentityData{IdentityData: &value}
		}
		resp, err := p.server.ImportResourceState(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if test.invalid != "" {
			expectDiagnostics(t, resp.Diagnostics, "error: Invalid import id: The import id must be the id of a Run, "+
				"a whole number of 1 or more such as 53388, not "+test.invalid+".$")
			continue
		}
		expectDiagnostics(t, resp.Diagnostics)
		imported, resource := first(t, resp.ImportedResources), p.manage(t, req.TypeName)
		resource.state = imported.State
		identity, _ := plain(t, imported.Identity.IdentityData, typ).(map[string]any)
		if id := resource.values(t)["id"]; id != int64(100) || identity["id"] != id {
			t.Errorf("imported Run %v with the identity %v", id, identity)
		}
	}
	api.expectRequests(t)
}

// Each rerun is a new Run, so the identity changes with an update.
func TestRunRerun_mutableIdentity(t *testing.T) {
	t.Parallel()
	var resp framework.MetadataResponse
	newRunRerunResource().Metadata(t.Context(), framework.MetadataRequest{ProviderTypeName: "qualytics"}, &resp)
	if !resp.ResourceBehavior.MutableIdentity {
		t.Error("the identity cannot change")
	}
}
