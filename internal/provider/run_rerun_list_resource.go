// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var _ list.ListResourceWithConfigure = (*runRerunListResource)(nil)

func newRunRerunListResource() list.ListResource { return &runRerunListResource{} }

// runRerunListResource lists Runs that can be imported.
type runRerunListResource struct{ client *qualytics.Client }

func (r *runRerunListResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_rerun"
}

func (r *runRerunListResource) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists Runs for `terraform query`, to import them as `qualytics_run_rerun`. " +
			"It has the same filters as the data source `qualytics_operations`.",
		Attributes: listFilterAttributes(),
	}
}

func (r *runRerunListResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.client = clientOf(req.ProviderData, &resp.Diagnostics)
}

func (r *runRerunListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config filterModel
	diags := req.Config.Get(ctx, &config)
	filter := config.filter(&diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	listing, err := r.client.Operations(ctx, filter, int(req.Limit))
	if err != nil {
		addFilterError(&diags, subject{verb: "list", object: "Runs"}, err, isOperationFilter)
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for i := range listing.Items {
			if !push(listResult(ctx, req, &listing.Items[i])) {
				return
			}
		}
		if warnUnsteady(listing.Steady, &diags); len(diags) > 0 {
			push(list.ListResult{Diagnostics: diags})
		}
	}
}

// listResult converts a Run to a result: its identity and, if requested, its resource.
func listResult(ctx context.Context, req list.ListRequest, operation *qualytics.Operation) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = displayName(operation)
	result.Diagnostics.Append(result.Identity.SetAttribute(ctx, path.Root("id"), operation.ID)...)
	if req.IncludeResource {
		model, diags := importable(ctx, operation, req)
		result.Diagnostics.Append(diags...)
		result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
	}
	return result
}

// importable returns the resource of a Run. Its run_id is the Run itself, so that the configuration
// that Terraform generates is complete and starts nothing.
func importable(ctx context.Context, operation *qualytics.Operation, req list.ListRequest) (*runRerunModel, diag.Diagnostics) {
	held, diags := newHeldRun(ctx, operation)
	failOn, failOnDiags := types.ListValueFrom(ctx, types.StringType, plainStrings(failableResults))
	diags.Append(failOnDiags...)
	timeoutsType := typed[timeouts.Type](req.ResourceSchema.GetAttributes()["timeouts"].GetType())
	return &runRerunModel{
		runModel: runModel{
			heldRun:  held,
			RunID:    held.ID,
			Triggers: types.MapNull(types.StringType),
			Timeouts: timeouts.Value{Object: types.ObjectNull(timeoutsType.AttrTypes)},
		},
		waitModel:       waitModel{WaitForCompletion: types.BoolValue(true), FailOn: failOn},
		Latest:          types.ObjectNull(latestType.AttrTypes),
		DeleteOnDestroy: types.BoolValue(true),
		AbortOnDestroy:  types.BoolValue(true),
		RerunIfDeleted:  types.BoolValue(true),
	}, diags
}

// displayName describes a Run by type, datastore, result and start time.
func displayName(operation *qualytics.Operation) string {
	where := "an unknown datastore"
	if operation.Datastore != nil && operation.Datastore.Name != nil {
		where = *operation.Datastore.Name
	}
	when := "not started"
	if operation.StartTime != "" {
		when = string(operation.StartTime)
	}
	return fmt.Sprintf("%s on %s: %s, %s", operation.Type, where, operation.Result, when)
}
