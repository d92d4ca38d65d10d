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
	_ action.ActionWithConfigure  = (*runResumeAction)(nil)
	_ action.ActionWithModifyPlan = (*runResumeAction)(nil)
)

func newRunResumeAction() action.Action { return &runResumeAction{} }

// runResumeAction resumes a Run.
type runResumeAction struct{ runAction }

func (a *runResumeAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_resume"
}

func (a *runResumeAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	own := waitActionAttributes()
	own["force_abort"] = schema.BoolAttribute{
		Optional:            true,
		MarkdownDescription: "Whether a Run that is still active is aborted first, so that it can be resumed. Defaults to `false`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Resumes a Run that was aborted or failed, from where it stopped, and waits for its result.",
		Attributes:          runActionAttributes(qualytics.ActionResume, own),
	}
}

func (a *runResumeAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var forceAbort types.Bool
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("force_abort"), &forceAbort)...)
	a.plan(ctx, qualytics.ActionResume, forceAbort.ValueBool(), req, resp)
}

func (a *runResumeAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config struct {
		RunID      types.Int64 `tfsdk:"run_id"`
		ForceAbort types.Bool  `tfsdk:"force_abort"`
		waitArguments
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var start qualytics.Started
	source, err := a.client.Operation(ctx, config.RunID.ValueInt64())
	if err == nil {
		start, err = a.client.Resume(ctx, source, config.ForceAbort.ValueBool())
	}
	if run := started(qualytics.ActionResume, config.RunID.ValueInt64(), start, err, &resp.Diagnostics); run != nil {
		a.see(ctx, run, config.waiting(), resp)
	}
}
