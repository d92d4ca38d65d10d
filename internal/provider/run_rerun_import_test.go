// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The first apply after an import stores run_id and triggers. Only later changes rerun.
func TestAccRunRerun_import(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	api.Seed(scan(95, "failure")) // a failed Run is not rerun either
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100}, rerun100, "DELETE /api/operations/95", "DELETE /api/operations/101"),
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
			{
				Config:            api.config(rerunConfig(`triggers = { v = "2" }`)),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: holds(101, "success"),
			},
		},
	})
}

// The record of an imported Run that is its own run_id is kept, so that it can be rerun repeatedly.
func TestAccRunRerun_importSource(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	apply := func(trigger string, id int64, writes ...string) resource.TestStep {
		return resource.TestStep{
			Config:            api.config(rerunConfig(`triggers = { v = "` + trigger + `" }`)),
			ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
			ConfigStateChecks: append(holds(id, "success"), expect("run_id", number64(100))),
			Check:             api.hasWritten(t, writes...),
		}
	}
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, nil, rerun100, rerun100, delete101, delete102, "DELETE /api/operations/100"),
		Steps: []resource.TestStep{
			{
				Config:             api.config(rerunConfig(`triggers = { v = "1" }`)),
				ResourceName:       rerun,
				ImportState:        true,
				ImportStateId:      "100",
				ImportStatePersist: true,
			},
			apply("1", 100),
			apply("2", 101, rerun100),
			apply("3", 102, rerun100, rerun100, delete101),
		},
	})
}

// An import results in the same state as a create, except for what the API does not return and what
// limits a destroy before the first apply.
func TestAccRunRerun_importVerify(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	acceptance(t, resource.TestCase{
		Steps: []resource.TestStep{
			{Config: api.config(rerunConfig(`triggers = { v = "1" }`))},
			{
				ResourceName:            rerun,
				ImportState:             true,
				ImportStateVerify:       true,
				ImportStateVerifyIgnore: []string{"run_id", "triggers", "delete_on_destroy", "abort_on_destroy"},
			},
		},
	})
}

// The first apply after an import waits for an active Run.
func TestAccRunRerun_importActive(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	api.Seed(scan(95, "running"))
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100}, "DELETE /api/operations/95"),
		Steps: []resource.TestStep{
			{
				Config: api.config(`import {
					to = qualytics_run_rerun.test
					id = "95"
				}
				` + rerunConfig("")),
				PreConfig:         func() { time.AfterFunc(2*time.Second, func() { api.Finish(95, "success", "") }) },
				ConfigPlanChecks:  emptyPlan,
				ConfigStateChecks: holds(95, "success"),
			},
		},
	})
}

func TestAccRunRerun_importInvalid(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	step := func(id string, phrases ...string) resource.TestStep {
		return resource.TestStep{
			Config: api.config(rerunConfig("")), ResourceName: rerun,
			ImportState: true, ImportStateId: id, ExpectError: says(phrases...),
		}
	}
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100}),
		Steps: []resource.TestStep{
			step("latest", "Invalid import id", `not "latest"`),
			step("0", "Invalid import id", `not "0"`),
			step("99999999999999999999", "Invalid import id"),
			step("-5", "Invalid import id", `not "-5"`),
			step("1.5", "Invalid import id", `not "1.5"`),
			step("7", "Cannot import non-existent remote object"),
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

// Until the first apply, a destroy neither aborts nor deletes the imported Run, whatever the
// configuration.
func TestAccRunRerun_importThenDestroy(t *testing.T) {
	for name, run := range map[string]mockapi.Run{"ended": scan(95, "success"), "active": scan(95, "running")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Seed(run)
			w := newWorkspace(t, api.config(rerunConfig("delete_on_destroy = true\nabort_on_destroy = true")))
			w.expect([]string{"import", rerun, "95"}, "Import successful!")
			w.expect([]string{"destroy", "-auto-approve"}, "1 destroyed")
			api.expectWrites()(t)
			api.expectRuns(t, 95, 100)
		})
	}
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
