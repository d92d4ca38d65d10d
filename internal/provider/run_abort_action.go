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
	_ action.ActionWithConfigure  = (*runAbortAction)(nil)
	_ action.ActionWithModifyPlan = (*runAbortAction)(nil)
)

func newRunAbortAction() action.Action { return &runAbortAction{} }

type runAbortAction struct{ runAction }

type runAbortArguments struct {
	RunID             types.Int64  `tfsdk:"run_id"`
	WaitForCompletion types.Bool   `tfsdk:"wait_for_completion"`
	Timeout           types.String `tfsdk:"timeout"`
}

func (a *runAbortAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_abort"
}

func (a *runAbortAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Aborts a Run and waits until it has stopped. What the Run has produced by then is kept. " +
			"A Run that has already ended is not an error: a warning names its result.",
		Attributes: runActionAttributes(qualytics.ActionAbort, map[string]schema.Attribute{
			"wait_for_completion": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to wait until the Run has stopped. Defaults to `true`.",
			},
			"timeout": timeoutAttribute("How long the Run may take to stop, as a duration such as `20m`. Defaults to `10m`."),
		}),
	}
}

func (a *runAbortAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config runAbortArguments
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config.source().check(ctx, a.runs, false, &resp.Diagnostics)
}

func (a *runAbortAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config runAbortArguments
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	options := abortOptions().within(durationOr(config.Timeout, defaultDeleteTimeout), "timeout")
	options.operation, options.unfinished = "action", watchRun
	run := a.runs.abort(ctx, config.source(), &resp.Diagnostics)
	if run == nil {
		return
	}
	options.waits = run.Finished() || trueIfNull(config.WaitForCompletion)
	a.follow(ctx, run, options, newActionProgress(resp), resp)
}

func (c runAbortArguments) source() runSource {
	return runSource{action: qualytics.ActionAbort, runID: c.RunID, inAction: true}
}
