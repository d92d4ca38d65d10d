// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// runAction is embedded in all actions on Runs.
type runAction struct{ runs *runs }

func (a *runAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.runs = runsOf(req.ProviderData, &resp.Diagnostics)
}

// waitArguments are the arguments of an action that waits for the Run that it starts.
type waitArguments struct {
	WaitForCompletion types.Bool   `tfsdk:"wait_for_completion"`
	FailOn            types.List   `tfsdk:"fail_on"`
	MaxAnomalies      types.Int64  `tfsdk:"max_anomalies"`
	Timeout           types.String `tfsdk:"timeout"`
}

// runActionAttributes returns run_id and the own arguments of an action on a Run.
func runActionAttributes(verb qualytics.Action, own map[string]schema.Attribute) map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"run_id": schema.Int64Attribute{
			Required:            true,
			Validators:          []validator.Int64{validID{}},
			MarkdownDescription: "Id of the Run to " + string(verb) + ". " + possibleFor(verb),
		},
	}
	maps.Copy(attributes, own)
	return attributes
}

// waitActionAttributes returns the attributes of waitArguments.
func waitActionAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"wait_for_completion": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "Whether to wait until the Run has ended. Defaults to `true`.",
		},
		"fail_on": schema.ListAttribute{
			Optional:            true,
			ElementType:         types.StringType,
			Validators:          failOnValidators(),
			MarkdownDescription: fmt.Sprintf(failOnDescription, "action"),
		},
		"max_anomalies": schema.Int64Attribute{
			Optional:            true,
			Validators:          []validator.Int64{int64validator.AtLeast(0)},
			MarkdownDescription: fmt.Sprintf(maxAnomaliesDescription, "action"),
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

func (w waitArguments) timeout() time.Duration { return durationOr(w.Timeout, defaultWaitTimeout) }

func (w waitArguments) waits() bool { return trueIfNull(w.WaitForCompletion) }

// options returns the options of the wait for the Run.
func (w waitArguments) options() waitOptions {
	return waitOptions{
		waits: w.waits(), gate: gate{failOn: failOn(w.FailOn), maxAnomalies: w.MaxAnomalies.ValueInt64Pointer()},
		expected: qualytics.ResultSuccess, operation: "action", unfinished: watchRun,
	}.within(w.timeout(), "timeout")
}

const watchRun = "The data source qualytics_operation shows its progress."

// follow waits for an accepted Run, if the options require it, and reports how it ended.
func (a *runAction) follow(
	ctx context.Context, run *qualytics.Operation, options waitOptions, progress *actionProgress, resp *action.InvokeResponse,
) {
	progress.report(run)
	if !options.waits {
		return
	}
	last, result, err := a.runs.wait(ctx, run, options, progress.report)
	if result == waitTerminal {
		options.report(ctx, a.runs.client, last, &resp.Diagnostics)
		return
	}
	options.reportUnfinished(last, result, err, &resp.Diagnostics)
}
