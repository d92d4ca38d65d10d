// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// warnExpiry warns during the plan if the token expires within the timeout of the wait. The wait
// would then fail with a 401 while the Run continues.
func warnExpiry(runs *runs, waits bool, timeout time.Duration, diags *diag.Diagnostics) {
	if !waits || runs == nil {
		return
	}
	expiry := runs.client.TokenExpiry()
	if expiry.IsZero() || time.Until(expiry) > timeout {
		return
	}
	diags.AddWarning("The API token may expire during the wait",
		fmt.Sprintf("The token expires at %s. The wait for the Run may take %s. "+
			"If the token expires first, the wait fails while the Run continues. "+
			"Use a token that is valid for longer, such as a service token, or shorten the timeout.",
			expiry.UTC().Format(time.RFC3339), timeout))
}

// timeoutOrDefault returns a timeout, or the default if it is null or unknown.
func timeoutOrDefault(ctx context.Context, get func(context.Context, time.Duration) (time.Duration, diag.Diagnostics)) time.Duration {
	timeout, _ := get(ctx, defaultWaitTimeout)
	return timeout
}
