// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// warnExpiry warns, before anything is started, of a token that expires before the wait must end: the wait
// would fail with a 401 while the Run continues.
func warnExpiry(runs *runs, waits bool, limit time.Duration, diags *diag.Diagnostics) {
	if !waits || runs == nil {
		return
	}
	expiry := runs.client.TokenExpiry()
	if expiry.IsZero() || time.Until(expiry) > limit {
		return
	}
	diags.AddWarning("The API token may expire during the wait",
		fmt.Sprintf("The token expires at %s. The wait for the Run may take %s, and fails when the token expires while the Run continues. Use a token that is valid for longer, such as a service token, or shorten the timeout.", expiry.UTC().Format(time.RFC3339), limit))
}

// orDefault is a timeout as far as it is known, or the usual one.
func orDefault(ctx context.Context, timeout func(context.Context, time.Duration) (time.Duration, diag.Diagnostics)) time.Duration {
	limit, _ := timeout(ctx, defaultWaitTimeout)
	return limit
}
