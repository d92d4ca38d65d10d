// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
	"github.com/qualytics/terraform-provider-qualytics/internal/runwait"
)

// runAction is what the actions on Runs have in common.
type runAction struct{ runs }

// waitArguments are how an action waits for the Run that it started.
type waitArguments struct {
	WaitForCompletion types.Bool   `tfsdk:"wait_for_completion"`
	FailOn            types.List   `tfsdk:"fail_on"`
	Timeout           types.String `tfsdk:"timeout"`
}

func (a *runAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.configure(req.ProviderData, &resp.Diagnostics)
}

// plan looks up the Run that is about to be acted on.
func (a *runAction) plan(ctx context.Context, verb qualytics.Action, forceAbort bool, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var id types.Int64
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("run_id"), &id)...)
	if resp.Diagnostics.HasError() {
		return
	}
	a.checkSource(ctx, verb, id, forceAbort, &resp.Diagnostics)
}

// runActionAttributes are the arguments of an action on a Run: its own, besides run_id.
func runActionAttributes(verb qualytics.Action, own map[string]schema.Attribute) map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"run_id": schema.Int64Attribute{
			Required:            true,
			Validators:          []validator.Int64{int64validator.AtLeast(1)},
			MarkdownDescription: "Id of the Run to " + string(verb) + ". " + possibleFor(verb),
		},
	}
	maps.Copy(attributes, own)
	return attributes
}

// waitActionAttributes are the arguments of waitArguments.
func waitActionAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"wait_for_completion": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "Whether the action waits until the Run is terminal. Defaults to `true`.",
		},
		"fail_on": schema.ListAttribute{
			Optional:            true,
			ElementType:         types.StringType,
			Validators:          []validator.List{listvalidator.NoNullValues(), listvalidator.UniqueValues(), listvalidator.ValueStringsAre(stringvalidator.OneOf(failingResults...))},
			MarkdownDescription: "Results that fail the action when the Run is waited for: `failure`, `aborted`. Defaults to both; an empty list means that no result does.",
		},
		"timeout": timeoutAttribute("How long to wait for the Run, as a duration such as `90m`. Defaults to `60m`."),
	}
}

func timeoutAttribute(description string) schema.Attribute {
	return schema.StringAttribute{
		Optional:            true,
		Validators:          []validator.String{positiveDuration{}},
		MarkdownDescription: description,
	}
}

// waiting is how to wait for the Run; nil where waiting is not asked for.
func (w waitArguments) waiting() *waiting {
	if !trueUnlessSet(w.WaitForCompletion) {
		return nil
	}
	failOn := failingResults
	if !w.FailOn.IsNull() {
		failOn = goStrings[string](w.FailOn)
	}
	return &waiting{
		timeout: durationOr(w.Timeout, defaultWaitTimeout), timeoutName: "timeout",
		failOn: failOn, expected: qualytics.ResultSuccess,
		unfinished: watchIt, stateless: true,
	}
}

const watchIt = "The data source qualytics_operation shows how it goes on."

// see shows a Run that the API has accepted, waits for it if that is asked for (wait is not nil), and
// reports what became of it.
func (r *runs) see(ctx context.Context, run *qualytics.Operation, wait *waiting, resp *action.InvokeResponse) {
	progress := showProgress(resp)
	progress(run)
	if wait == nil {
		return
	}
	last, how, err := r.await(ctx, run, wait.timeout, progress)
	switch how {
	case endedTerminal:
		wait.judge(last, &resp.Diagnostics)
	case endedInterrupted:
		resp.Diagnostics.AddError("Interrupted while waiting for "+runName(run.ID), "The Run goes on. "+wait.unfinished)
	case endedTimedOut, endedFailing:
		wait.reportUnfinished(last, how, err, &resp.Diagnostics)
	}
}

// showProgress sends a line to the terminal whenever a Run has got further.
func showProgress(resp *action.InvokeResponse) runwait.Progress {
	began, last := time.Now(), ""
	return func(operation *qualytics.Operation) {
		line := progressLine(operation)
		if line == last {
			return
		}
		last = line
		if elapsed := time.Since(began).Truncate(time.Second); elapsed > 0 {
			line += ", " + elapsed.String()
		}
		resp.SendProgress(action.InvokeProgressEvent{Message: line})
	}
}
