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

type runResumeAction struct{ runAction }

func newRunResumeAction() action.Action {
	return &runResumeAction{runAction{newArguments: func() actionArguments { return new(runResumeArguments) }}}
}

func (a *runResumeAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_resume"
}

func (a *runResumeAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Resumes a Run that was aborted or failed, from where it stopped, and waits for its result. " +
			"Progress is shown in the terminal.",
		Attributes: actionAttributes(runIDAttribute(qualytics.ActionResume), resumeAttributes(), waitAttributes(),
			timeoutArgument(waitTimeoutDescription)),
	}
}

type runResumeArguments struct {
	waitArguments
	RunID      types.Int64 `tfsdk:"run_id"`
	ForceAbort types.Bool  `tfsdk:"force_abort"`
}

func (c *runResumeArguments) starter() starter {
	return resumeStarter{runSource: sourceOf(qualytics.ActionResume, c.RunID).ofAction(), forceAbort: c.ForceAbort.ValueBool()}
}
