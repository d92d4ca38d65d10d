// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// runStartAction is the action qualytics_run.
type runStartAction struct{ runAction }

func newRunStartAction() action.Action {
	return &runStartAction{runAction{newArguments: func() actionArguments { return new(runStartArguments) }}}
}

func (a *runStartAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run"
}

func (a *runStartAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Starts a Run that is defined by its type, datastore and settings, and waits for its result. " +
			"Progress is shown in the terminal. No resource holds the Run, so Terraform does not delete its record.",
		Attributes: actionAttributes(configurationAttributes(), waitAttributes(), timeoutArgument(waitTimeoutDescription)),
	}
}

type runStartArguments struct {
	waitArguments
	configurationModel
}

func (c *runStartArguments) validateConfig(diags *diag.Diagnostics) {
	c.validate(qualytics.OperationType(c.OperationType.ValueString()), diags)
}

func (c *runStartArguments) starter() starter { return c.configurationModel.starter("", true) }
