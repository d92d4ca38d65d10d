// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
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

const failOnDescription = "Results that fail the %[1]s when it waits for the Run: `failure`, `aborted`. Defaults to both. " +
	"With an empty list, no result fails the %[1]s. A terminal result that the provider does not know counts as `failure`."

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

func failOnValidators() []validator.List {
	return []validator.List{
		listvalidator.NoNullValues(),
		listvalidator.UniqueValues(),
		listvalidator.ValueStringsAre(stringvalidator.OneOf(plainStrings(failableResults)...)),
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

// failOn returns the results in fail_on, or the default if they are null or unknown.
func failOn(list types.List) []qualytics.Result {
	if list.IsNull() || list.IsUnknown() {
		return failableResults
	}
	for _, element := range list.Elements() {
		if element.IsUnknown() {
			return failableResults
		}
	}
	return goStrings[qualytics.Result](list)
}

// options returns the options of the wait for the Run.
func (m waitModel) options() waitOptions {
	return waitOptions{waits: m.waits(), gate: m.gate(), expected: qualytics.ResultSuccess, operation: "apply", recorded: true}
}
