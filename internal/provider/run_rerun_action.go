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
	_ action.ActionWithConfigure  = (*runRerunAction)(nil)
	_ action.ActionWithModifyPlan = (*runRerunAction)(nil)
)

func newRunRerunAction() action.Action { return &runRerunAction{} }

// runRerunAction reruns a Run.
type runRerunAction struct{ runAction }

func (a *runRerunAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_rerun"
}

func (a *runRerunAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reruns a Run: starts a new Run with the configuration of an existing one, and waits for its result. No resource holds the new Run, so nothing deletes its record.",
		Attributes:          runActionAttributes(qualytics.ActionRerun, waitActionAttributes()),
	}
}

func (a *runRerunAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	a.plan(ctx, qualytics.ActionRerun, false, req, resp)
}

func (a *runRerunAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config struct {
		RunID types.Int64 `tfsdk:"run_id"`
		waitArguments
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var start qualytics.Started
	source, err := a.client.Operation(ctx, config.RunID.ValueInt64())
	if err == nil {
		start, err = a.client.Rerun(ctx, source)
	}
	if run := started(qualytics.ActionRerun, config.RunID.ValueInt64(), start, err, &resp.Diagnostics); run != nil {
		a.see(ctx, run, config.waiting(), resp)
	}
}
