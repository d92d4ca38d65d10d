// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// clientOf returns the client from the provider's data, or nil if the provider is not configured
// yet.
func clientOf(data any, diags *diag.Diagnostics) *qualytics.Client {
	if runs := runsOf(data, diags); runs != nil {
		return runs.client
	}
	return nil
}

// expectID rejects an invalid id, such as the 0 of a mocked provider.
func expectID(diags *diag.Diagnostics, at path.Path, object string, id types.Int64) {
	if !id.IsNull() && id.ValueInt64() < 1 {
		diags.AddAttributeError(at, "Invalid "+at.String(),
			fmt.Sprintf("%s must be the id of a %s, a whole number of 1 or more, not %d.", at, object, id.ValueInt64()))
	}
}

// warnUnsteady warns about a list that may be incomplete.
func warnUnsteady(steady bool, diags *diag.Diagnostics) {
	if !steady {
		diags.AddWarning("The list changed while it was read",
			"Entries were deleted while the list was read, even after several attempts, so it may be incomplete. "+
				"Apply again later, narrow the filters, or set a limit.")
	}
}
