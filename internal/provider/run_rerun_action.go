// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/actionvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var _ action.ActionWithConfigValidators = (*runRerunAction)(nil)

type runRerunAction struct{ runAction }

func newRunRerunAction() action.Action {
	return &runRerunAction{runAction{newArguments: func() actionArguments { return new(runRerunArguments) }}}
}

func (a *runRerunAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_rerun"
}

func (a *runRerunAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reruns a Run: starts a new Run with the configuration of an existing one, and waits for its result. " +
			"Each invocation looks up `latest` again. Progress is shown in the terminal. " +
			"No resource holds the new Run, so Terraform does not delete its record.",
		Attributes: actionAttributes(rerunAttributes(), waitAttributes(), timeoutArgument(waitTimeoutDescription)),
	}
}

func (a *runRerunAction) ConfigValidators(context.Context) []action.ConfigValidator {
	return []action.ConfigValidator{actionvalidator.ExactlyOneOf(path.MatchRoot("run_id"), path.MatchRoot("latest"))}
}

type runRerunArguments struct {
	waitArguments
	RunID  types.Int64  `tfsdk:"run_id"`
	Latest types.Object `tfsdk:"latest"`
}

func (c *runRerunArguments) validateConfig(diags *diag.Diagnostics) {
	c.validate(latestOperationType(c.Latest), diags)
}

func (c *runRerunArguments) starter() starter {
	source := sourceOf(qualytics.ActionRerun, c.RunID)
	if !c.Latest.IsNull() {
		source.at, source.latest = path.Root("latest"), c.Latest
	}
	return rerunStarter{runSource: source.ofAction()}
}
