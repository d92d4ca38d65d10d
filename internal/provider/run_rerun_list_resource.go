// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
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
		Attributes: listAttributes(operationFilters()),
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
		addFilterError(&diags, err)
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
func listResult(ctx context.Context, req list.ListRequest, run *qualytics.Operation) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = listedName(run)
	result.Diagnostics.Append(result.Identity.SetAttribute(ctx, path.Root("id"), run.ID)...)
	if req.IncludeResource {
		raw, diags := store(ctx, result.Resource.Schema, importable(run, req))
		result.Diagnostics.Append(diags...)
		result.Resource.Raw = raw
	}
	return result
}

// importable returns the resource of a Run. Its run_id is the Run itself, so that the configuration
// that Terraform generates is complete and starts nothing.
func importable(run *qualytics.Operation, req list.ListRequest) *runRerunModel {
	timeoutsType := typed[timeouts.Type](req.ResourceSchema.GetAttributes()["timeouts"].GetType())
	return &runRerunModel{
		runModel: runModel{
			Run:      newHeldRun(run),
			Triggers: types.MapNull(types.StringType),
			Timeouts: timeouts.Value{Object: types.ObjectNull(timeoutsType.AttrTypes)},
		},
		waitModel: waitModel{
			WaitForCompletion: types.BoolValue(true),
			FailOn:            types.ListValueMust(types.StringType, stringValues(plainStrings(failableResults))),
		},
		cleanUpModel: cleanUpModel{
			DeleteOnDestroy: types.BoolValue(true),
			AbortOnDestroy:  types.BoolValue(true),
			RerunIfDeleted:  types.BoolValue(true),
			SupersededRuns:  types.ListNull(supersededType),
		},
		RunID:  types.Int64Value(run.ID),
		Latest: types.ObjectNull(latestType.AttrTypes),
	}
}

// listedName describes a Run by type, datastore, result and start time.
func listedName(operation *qualytics.Operation) string {
	where := "an unknown datastore"
	if operation.Datastore != nil && operation.Datastore.Name != nil {
		where = *operation.Datastore.Name
	}
	when := "not started"
	if operation.StartTime != "" {
		when = string(operation.StartTime)
	}
	return printable(fmt.Sprintf("%s on %s: %s, %s", operation.Type, where, operation.Result, when))
}
