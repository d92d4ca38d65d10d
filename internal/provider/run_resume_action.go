// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	_ action.ActionWithConfigure      = (*runResumeAction)(nil)
	_ action.ActionWithValidateConfig = (*runResumeAction)(nil)
	_ action.ActionWithModifyPlan     = (*runResumeAction)(nil)
)

func newRunResumeAction() action.Action { return &runResumeAction{} }

type runResumeAction struct{ runAction }

type runResumeArguments struct {
	RunID      types.Int64 `tfsdk:"run_id"`
	ForceAbort types.Bool  `tfsdk:"force_abort"`
	waitArguments
}

func (a *runResumeAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_resume"
}

func (a *runResumeAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	own := waitActionAttributes()
	own["force_abort"] = schema.BoolAttribute{
		Optional:            true,
		MarkdownDescription: "Whether to abort a Run that is still active, so that it can be resumed. Defaults to `false`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Resumes a Run that was aborted or failed, from where it stopped, and waits for its result. " +
			"Progress is shown in the terminal.",
		Attributes: runActionAttributes(qualytics.ActionResume, own),
	}
}

func (a *runResumeAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var config runResumeArguments
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	validateGate(config.MaxAnomalies, config.WaitForCompletion, "", &resp.Diagnostics)
}

func (a *runResumeAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config runResumeArguments
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if run := config.source().check(ctx, a.runs, config.ForceAbort.ValueBool(), &resp.Diagnostics); run != nil {
		validateGate(config.MaxAnomalies, config.WaitForCompletion, run.Type, &resp.Diagnostics)
	}
	warnExpiry(a.runs, config.waits(), config.timeout(), &resp.Diagnostics)
}

func (a *runResumeAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config runResumeArguments
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run := config.source().find(ctx, a.runs, &resp.Diagnostics)
	if run == nil {
		return
	}
	if run = a.runs.resume(ctx, config.source(), run, config.ForceAbort.ValueBool(), &resp.Diagnostics); run != nil {
		a.follow(ctx, run, config.options(), newActionProgress(resp), resp)
	}
}

func (c runResumeArguments) source() runSource {
	return runSource{action: qualytics.ActionResume, runID: c.RunID, inAction: true}
}
