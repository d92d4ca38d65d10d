// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// waitModel holds the arguments of a resource that waits for the Run that it starts.
type waitModel struct {
	WaitForCompletion types.Bool  `tfsdk:"wait_for_completion"`
	FailOn            types.List  `tfsdk:"fail_on"`
	MaxAnomalies      types.Int64 `tfsdk:"max_anomalies"`
}

// waitAttributes returns the attributes of waitModel.
func waitAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"wait_for_completion": schema.BoolAttribute{
			Optional: true,
			Computed: true,
			Default:  booldefault.StaticBool(true),
			MarkdownDescription: "Whether to wait until the Run has ended. Defaults to `true`. " +
				"With `false`, the apply ends as soon as the API has accepted the Run, and its result cannot fail the apply.",
		},
		"fail_on": schema.ListAttribute{
			Optional:            true,
			Computed:            true,
			ElementType:         types.StringType,
			Default:             listdefault.StaticValue(types.ListValueMust(types.StringType, stringValues(plainStrings(failableResults)))),
			Validators:          failOnValidators(),
			MarkdownDescription: fmt.Sprintf(failOnDescription, "apply"),
		},
		"max_anomalies": schema.Int64Attribute{
			Optional:            true,
			Validators:          []validator.Int64{int64validator.AtLeast(0)},
			MarkdownDescription: fmt.Sprintf(maxAnomaliesDescription, "apply"),
		},
	}
}

// waits reports whether the apply waits for the Run. An unknown value counts as true.
func (m waitModel) waits() bool {
	return m.WaitForCompletion.IsUnknown() || m.WaitForCompletion.ValueBool()
}

// gate returns the gate. Unknown values count as the strictest.
func (m waitModel) gate() gate {
	return gate{failOn: failOn(m.FailOn), maxAnomalies: m.MaxAnomalies.ValueInt64Pointer()}
}

// options returns the options of the wait for the Run.
func (m waitModel) options() waitOptions {
	return waitOptions{waits: m.waits(), gate: m.gate(), expected: qualytics.ResultSuccess, operation: "apply", recorded: true}
}
