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

// What the data sources and the list resource share: they only look things up.

// clientOf is the client that the provider was configured with; nil while it is not configured.
func clientOf(data any, diags *diag.Diagnostics) *qualytics.Client {
	if runs := runsOf(data, diags); runs != nil {
		return runs.client
	}
	return nil
}

// expectID rejects a value that no object has as its id, such as the 0 of a mocked provider.
func expectID(diags *diag.Diagnostics, at path.Path, object string, id types.Int64) {
	if !id.IsNull() && id.ValueInt64() < 1 {
		diags.AddAttributeError(at, "Invalid "+at.String(),
			fmt.Sprintf("%s must be the id of a %s, a whole number of 1 or more, not %d.", at, object, id.ValueInt64()))
	}
}

// warnUnsteady warns of a list that may be incomplete.
func warnUnsteady(steady bool, diags *diag.Diagnostics) {
	if !steady {
		diags.AddWarning("The list changed while it was read",
			"Entries vanished so fast that the list may lack some that were there throughout, although it was read several times. Apply again later, narrow the filters, or set a limit.")
	}
}
