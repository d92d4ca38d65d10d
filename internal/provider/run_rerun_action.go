// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/actionvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	_ action.ActionWithConfigure        = (*runRerunAction)(nil)
	_ action.ActionWithConfigValidators = (*runRerunAction)(nil)
	_ action.ActionWithValidateConfig   = (*runRerunAction)(nil)
	_ action.ActionWithModifyPlan       = (*runRerunAction)(nil)
)

func newRunRerunAction() action.Action { return &runRerunAction{} }

type runRerunAction struct{ runAction }

type runRerunArguments struct {
	RunID  types.Int64  `tfsdk:"run_id"`
	Latest types.Object `tfsdk:"latest"`
	waitArguments
}

func (a *runRerunAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_rerun"
}

func (a *runRerunAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	own := waitActionAttributes()
	own["run_id"] = schema.Int64Attribute{
		Optional:   true,
		Validators: []validator.Int64{validID{}},
		MarkdownDescription: "Id of the Run to rerun. " + possibleFor(qualytics.ActionRerun) +
			" Exactly one of `run_id` and `latest` must be set.",
	}
	own["latest"] = latestActionAttribute()
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reruns a Run: starts a new Run with the configuration of an existing one, and waits for its result. " +
			"Progress is shown in the terminal. No resource holds the new Run, so Terraform does not delete its record.",
		Attributes: runActionAttributes(qualytics.ActionRerun, own),
	}
}

func (a *runRerunAction) ConfigValidators(context.Context) []action.ConfigValidator {
	return []action.ConfigValidator{actionvalidator.ExactlyOneOf(path.MatchRoot("run_id"), path.MatchRoot("latest"))}
}

func (a *runRerunAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var config runRerunArguments
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	validateGate(config.MaxAnomalies, config.WaitForCompletion, latestOperationType(config.Latest), &resp.Diagnostics)
}

func (a *runRerunAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config runRerunArguments
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if run := config.source().check(ctx, a.runs, false, &resp.Diagnostics); run != nil {
		validateGate(config.MaxAnomalies, config.WaitForCompletion, run.Type, &resp.Diagnostics)
	}
	warnExpiry(a.runs, config.waits(), config.timeout(), &resp.Diagnostics)
}

func (a *runRerunAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config runRerunArguments
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	source, options, progress := config.source(), config.options(), newActionProgress(resp)
	run := source.findTerminal(ctx, a.runs, options, progress.report, &resp.Diagnostics)
	if run == nil {
		return
	}
	if run = a.runs.rerun(ctx, source, run, &resp.Diagnostics); run != nil {
		a.follow(ctx, run, options, progress, resp)
	}
}

func (c runRerunArguments) source() runSource {
	return runSource{action: qualytics.ActionRerun, runID: c.RunID, latest: c.Latest, inAction: true}
}
