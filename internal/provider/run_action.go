// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ action.ActionWithConfigure      = (*runRerunAction)(nil)
	_ action.ActionWithValidateConfig = (*runRerunAction)(nil)
	_ action.ActionWithModifyPlan     = (*runRerunAction)(nil)
)

// runAction is what the actions share that start a Run and wait for it: start, wait, report. The
// arguments say what is started.
type runAction struct {
	runs         *runs
	newArguments func() actionArguments
}

// actionArguments are the arguments of an action that starts a Run.
type actionArguments interface {
	wait() waitModel
	gate() gate
	validateConfig(diags *diag.Diagnostics)
	starter() starter
	timeout() time.Duration
}

// waitArguments are the arguments about the wait, which most actions have.
type waitArguments struct {
	waitModel
	Timeout types.String `tfsdk:"timeout"`
}

func (w waitArguments) wait() waitModel { return w.waitModel }

func (w waitArguments) validateConfig(diags *diag.Diagnostics) { w.validate("", diags) }

func (w waitArguments) timeout() time.Duration { return durationOr(w.Timeout, defaultWaitTimeout) }

func timeoutArgument(description string) map[string]schema.Attribute {
	return map[string]schema.Attribute{"timeout": schema.StringAttribute{
		Optional: true, Validators: []validator.String{positiveDuration{}}, MarkdownDescription: description,
	}}
}

const waitTimeoutDescription = "How long to wait for the Run, as a duration such as `90m`. Defaults to `60m`."

func (a *runAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.runs = runsOf(req.ProviderData, &resp.Diagnostics)
}

func (a *runAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	config := a.newArguments()
	resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
	if !resp.Diagnostics.HasError() {
		config.validateConfig(&resp.Diagnostics)
	}
}

func (a *runAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	config := a.newArguments()
	resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, config.timeout())
	defer cancel()
	config.starter().check(ctx, a.runs, config.wait(), &resp.Diagnostics)
	if config.gate().waits {
		a.runs.warnExpiry(config.timeout(), &resp.Diagnostics)
	}
}

func (a *runAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	config := a.newArguments()
	resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	progress, limit := newActionProgress(resp), within(config.timeout(), "timeout")
	bounded, cancel := context.WithDeadline(ctx, limit.deadline)
	defer cancel()
	run := config.starter().start(bounded, a.runs, limit, progress.report, &resp.Diagnostics)
	if run == nil {
		return
	}
	progress.begin(run.Operation)
	run.warnOthers(bounded, &resp.Diagnostics)
	if config.gate().waits && !run.ended {
		a.follow(ctx, run, config.gate(), limit, progress, &resp.Diagnostics)
	}
}

// follow waits for an accepted Run, and reports how it ended.
func (a *runAction) follow(
	ctx context.Context, run *acceptedRun, gate gate, limit limit, progress *actionProgress, diags *diag.Diagnostics,
) {
	report := report{operation: "action", gate: gate, limit: limit, unfinished: "The data source qualytics_operation shows its progress."}
	last, result, err := a.runs.wait(ctx, run.Operation, limit, run.resumed.shows, progress.report)
	if result == waitTerminal {
		report.ended(ctx, a.runs.client, last, diags)
		return
	}
	report.stillActive(last, result, err, diags)
}
