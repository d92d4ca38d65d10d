// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

type runAbortAction struct{ runAction }

func newRunAbortAction() action.Action {
	return &runAbortAction{runAction{newArguments: func() actionArguments { return new(runAbortArguments) }}}
}

func (a *runAbortAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_abort"
}

func (a *runAbortAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Aborts a Run and waits until it has stopped. What the Run has produced by then is kept. " +
			"A Run that has already ended is not an error: a warning names its result.",
		Attributes: actionAttributes(runIDAttribute(qualytics.ActionAbort), map[string]resourceschema.Attribute{
			"wait_for_completion": resourceschema.BoolAttribute{
				Optional: true, MarkdownDescription: "Whether to wait until the Run has stopped. Defaults to `true`.",
			},
		}, timeoutArgument("How long the Run may take to stop, as a duration such as `20m`. Defaults to `10m`.")),
	}
}

type runAbortArguments struct {
	RunID             types.Int64  `tfsdk:"run_id"`
	WaitForCompletion types.Bool   `tfsdk:"wait_for_completion"`
	Timeout           types.String `tfsdk:"timeout"`
}

func (c *runAbortArguments) wait() waitModel { return waitModel{} }

func (c *runAbortArguments) validateConfig(*diag.Diagnostics) {}

func (c *runAbortArguments) timeout() time.Duration {
	return durationOr(c.Timeout, defaultDeleteTimeout)
}

func (c *runAbortArguments) gate() gate {
	gate := abortGate
	gate.waits = trueIfNull(c.WaitForCompletion)
	return gate
}

func (c *runAbortArguments) starter() starter {
	return abortStarter{sourceOf(qualytics.ActionAbort, c.RunID).ofAction()}
}
