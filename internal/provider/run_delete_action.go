// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	_ action.ActionWithConfigure  = (*runDeleteAction)(nil)
	_ action.ActionWithModifyPlan = (*runDeleteAction)(nil)
)

func newRunDeleteAction() action.Action { return &runDeleteAction{} }

// runDeleteAction deletes the record of a Run.
type runDeleteAction struct{ runs *runs }

type runDeleteArguments struct {
	RunID types.Int64 `tfsdk:"run_id"`
}

func (a *runDeleteAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_delete"
}

func (a *runDeleteAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Permanently deletes the record of a Run from the history. " +
			"What the Run produced (anomalies, computed data) is kept. " +
			"The API refuses to delete a Run that is still active: abort it first, with the action `qualytics_run_abort`. " +
			"A record that no longer exists is not an error.",
		Attributes: actionAttributes(runIDAttribute(qualytics.ActionDelete)),
	}
}

func (a *runDeleteAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.runs = runsOf(req.ProviderData, &resp.Diagnostics)
}

func (a *runDeleteAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config runDeleteArguments
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	sourceOf(qualytics.ActionDelete, config.RunID).ofAction().check(ctx, a.runs, false, &resp.Diagnostics)
}

func (a *runDeleteAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config runDeleteArguments
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := config.RunID.ValueInt64()
	err := a.runs.client.Delete(ctx, id)
	switch {
	case qualytics.IsNotFound(err):
		resp.Diagnostics.AddAttributeWarning(path.Root("run_id"), runName(id)+" was already deleted",
			"No Run with this id exists, so there is no record to delete.")
	case err != nil:
		addErrorAt(&resp.Diagnostics, path.Root("run_id"), actionOn(qualytics.ActionDelete, id).ofAction().failed(err))
	default:
		resp.SendProgress(action.InvokeProgressEvent{Message: runName(id) + ": record deleted"})
	}
}
