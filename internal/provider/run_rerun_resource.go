// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	_ resource.ResourceWithConfigValidators = (*runRerunResource)(nil)
	_ resource.ResourceWithImportState      = (*runRerunResource)(nil)
	_ resource.ResourceWithIdentity         = (*runRerunResource)(nil)
)

// runRerunResource reruns a Run when it is created and whenever its triggers change. Destroying it
// deletes the record of the new Run.
type runRerunResource struct{ runLifecycle }

func newRunRerunResource() resource.Resource {
	return &runRerunResource{runLifecycle{newModel: func() resourceModel { return new(runRerunModel) }, defaultTimeout: defaultWaitTimeout}}
}

func (r *runRerunResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_rerun"
	resp.ResourceBehavior.MutableIdentity = true // each rerun has a new id
}

func (r *runRerunResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reruns a Run: starts a new Run with the configuration of an existing one when the resource is created " +
			"and whenever `triggers` changes, and waits for its result. The attributes are those of the new Run. " +
			"Its record is deleted when the resource is destroyed, or after a later rerun has passed. The original Run is never changed.",
		Attributes: runAttributes(ctx, qualytics.ActionRerun, timeouts.Opts{
			Create: true, Update: true, Delete: true,
			CreateDescription: "How long to wait for the Run when the resource is created, " +
				"including the wait for a source Run that is still active. A duration such as `90m`. Defaults to `60m`.",
			UpdateDescription: "How long to wait for the Run when the resource is updated, " +
				"including the wait for a source Run that is still active. A duration such as `90m`. Defaults to `60m`.",
			DeleteDescription: deleteTimeoutDescription,
		}, waitAttributes(), cleanUpAttributes("another rerun"), rerunAttributes(), map[string]schema.Attribute{
			"run_id": schema.Int64Attribute{
				Optional:   true,
				Computed:   true,
				Validators: []validator.Int64{validID{}},
				MarkdownDescription: "Id of the Run to rerun. " + possibleFor(qualytics.ActionRerun) +
					" Changing it to another Run's id reruns that Run, unless it is the id of the Run that the resource holds. " +
					"Exactly one of `run_id` and `latest` must be set. With `latest`, the id of the Run that was rerun.",
			},
		}),
	}
}

// rerunAttributes returns the arguments that select the Run to rerun, of the resource and the
// action.
func rerunAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"run_id": schema.Int64Attribute{
			Optional:   true,
			Validators: []validator.Int64{validID{}},
			MarkdownDescription: "Id of the Run to rerun. " + possibleFor(qualytics.ActionRerun) +
				" Exactly one of `run_id` and `latest` must be set.",
		},
		"latest": latestAttribute(),
	}
}

func (r *runRerunResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.Int64Attribute{RequiredForImport: true, Description: "Id of the Run that the resource holds."},
	}}
}

func (r *runRerunResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{resourcevalidator.ExactlyOneOf(path.MatchRoot("run_id"), path.MatchRoot("latest"))}
}

// ImportState creates the state of an existing Run, which is its own run_id. Somebody else may have
// started that Run, so a destroy neither aborts nor deletes it until the first apply has stored the
// configuration.
func (r *runRerunResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, given, diags := importID(ctx, req)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if id < 1 {
		resp.Diagnostics.AddError("Invalid import id",
			"The import id must be the id of a Run, a whole number of 1 or more such as 53388, not "+given+".")
		return
	}
	for name, value := range map[string]any{
		"id": id, "run_id": id, "wait_for_completion": true, "fail_on": plainStrings(failableResults),
		"delete_on_destroy": false, "abort_on_destroy": false, "rerun_if_deleted": true,
	} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), id)...)
	resp.Diagnostics.Append((&privateState{Imported: true}).save(ctx, resp.Private)...)
}

// importID returns the id to import, from the identity or the import id, and the input as errors
// show it. An invalid id is 0.
func importID(ctx context.Context, req resource.ImportStateRequest) (id int64, given string, diags diag.Diagnostics) {
	if req.ID == "" && req.Identity != nil && !req.Identity.Raw.IsNull() {
		var identity types.Int64
		diags = req.Identity.GetAttribute(ctx, path.Root("id"), &identity)
		if identity.IsNull() {
			return 0, "an identity whose id is null", diags
		}
		return identity.ValueInt64(), strconv.FormatInt(identity.ValueInt64(), 10), diags
	}
	id, err := strconv.ParseInt(req.ID, 10, 64)
	if err != nil {
		id = 0
	}
	return id, strconv.Quote(printable(req.ID)), nil
}
