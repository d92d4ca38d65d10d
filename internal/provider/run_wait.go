// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
	"github.com/qualytics/terraform-provider-qualytics/internal/runwait"
)

// limit is the timeout of one call, from its first request to its last.
type limit struct {
	deadline time.Time
	timeout  time.Duration
	name     string // the attribute of the timeout
}

// within starts a timeout.
func within(timeout time.Duration, name string) limit {
	return limit{deadline: time.Now().Add(timeout), timeout: timeout, name: name}
}

// waitResult is how a wait ended.
type waitResult int

const (
	waitTerminal waitResult = iota
	waitInterrupted
	waitTimedOut
	waitFailed // the Run could not be read
)

// wait waits until a Run is terminal. seen and the returned Run are its first and its last known
// state. Polls for which stale returns true do not count; nil: all count.
func (r *runs) wait(
	ctx context.Context, seen *qualytics.Operation, limit limit, stale func(*qualytics.Operation) bool, progress runwait.Progress,
) (*qualytics.Operation, waitResult, error) {
	bounded, cancel := context.WithDeadline(ctx, limit.deadline)
	defer cancel()
	poller := r.poller
	poller.Stale = stale
	last, err := poller.Wait(bounded, seen, progress)
	switch {
	case err == nil:
		return last, waitTerminal, nil
	case isCanceled(ctx):
		return last, waitInterrupted, err
	case bounded.Err() != nil:
		return last, waitTimedOut, err
	default:
		return last, waitFailed, err
	}
}

// warnExpiry warns during the plan if the token expires within the timeout of the wait. The wait
// would then fail with a 401 while the Run continues.
func (r *runs) warnExpiry(timeout time.Duration, diags *diag.Diagnostics) {
	if r == nil {
		return
	}
	expiry := r.client.TokenExpiry()
	if expiry.IsZero() || time.Until(expiry) > timeout {
		return
	}
	diags.AddWarning("The API token may expire during the wait",
		fmt.Sprintf("The token expires at %s. The wait for the Run may take %s. "+
			"If the token expires first, the wait fails while the Run continues. "+
			"Use a token that is valid for longer, such as a service token, or shorten the timeout.",
			expiry.UTC().Format(time.RFC3339), timeout))
}
