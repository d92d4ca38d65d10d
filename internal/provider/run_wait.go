// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
	"github.com/qualytics/terraform-provider-qualytics/internal/runwait"
)

// waiting says how a Run is waited for and what is made of how it ends.
type waiting struct {
	timeout     time.Duration
	timeoutName string   // the attribute that sets the timeout, as errors name it
	failOn      []string // the results that are errors
	expected    qualytics.Result
	unexpected  string // what else is to say of another result that is no error
	again       string // what comes of a Run that is an error, as its report says
	unfinished  string // what comes of a Run whose end was not seen, as its report says
	stateless   bool   // no state holds the Run
}

// ending is how a wait ended.
type ending int

const (
	endedTerminal ending = iota
	endedInterrupted
	endedTimedOut
	endedFailing // the Run could not be looked at any more
)

// await waits until a Run that was just seen is terminal. It returns the Run as it was last seen.
func (r *runs) await(ctx context.Context, seen *qualytics.Operation, timeout time.Duration, progress runwait.Progress) (*qualytics.Operation, ending, error) {
	if seen.Finished() {
		return seen, endedTerminal, nil
	}
	waitCtx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	last, err := r.pace.Until(waitCtx,
		func(ctx context.Context) (*qualytics.Operation, error) { return r.client.Operation(ctx, seen.ID) },
		(*qualytics.Operation).Finished, progress)
	if last == nil {
		last = seen
	}
	switch {
	case err == nil:
		return last, endedTerminal, nil
	case ctx.Err() != nil:
		return last, endedInterrupted, err
	case waitCtx.Err() != nil:
		return last, endedTimedOut, err
	default:
		return last, endedFailing, err
	}
}

// failed reports whether a result is one of those that are errors.
func (w waiting) failed(result qualytics.Result) bool {
	return slices.Contains(w.failOn, string(result))
}

// judge reports how a Run ended: an error if its result is one of fail_on, a warning for anything else
// but the expected result without a message.
func (w waiting) judge(operation *qualytics.Operation, diags *diag.Diagnostics) {
	run := runName(operation.ID)
	ended := fmt.Sprintf("%s (%s) ended with the result `%s`", run, operation.Type, operation.Result)
	if operation.Message != nil && *operation.Message != "" {
		ended += ": " + *operation.Message
	}
	switch {
	case w.failed(operation.Result):
		diags.AddError(run+outcome(operation.Result), sentence(ended)+fmt.Sprintf("\n\nThat is an error because fail_on contains `%s`. The data source qualytics_operation with id = %d shows the whole Run. ", operation.Result, operation.ID)+w.again)
	case operation.Result != w.expected:
		diags.AddWarning(run+outcome(operation.Result), sentence(ended)+w.unexpected)
	case operation.Result == qualytics.ResultSuccess && operation.Message != nil && *operation.Message != "":
		diags.AddWarning(run+" succeeded with a message", sentence(ended))
	}
}

func outcome(result qualytics.Result) string {
	switch result {
	case qualytics.ResultFailure:
		return " failed"
	case qualytics.ResultAborted:
		return " was aborted"
	case qualytics.ResultSuccess:
		return " succeeded"
	default:
		return " ended as " + string(result)
	}
}

// reportUnfinished reports a wait that ended before the Run did. An interrupt is only a warning: for an
// error Terraform would taint a new resource, and the Run would be started again.
func (w waiting) reportUnfinished(operation *qualytics.Operation, how ending, err error, diags *diag.Diagnostics) {
	run, goesOn := runName(operation.ID), " goes on, and is in the state. "
	if w.stateless {
		goesOn = " goes on. "
	}
	switch how {
	case endedInterrupted:
		diags.AddWarning("Interrupted while waiting for "+run,
			fmt.Sprintf("%s is still `%s`, goes on, and is in the state. The next apply goes on waiting for it.", run, operation.Result))
	case endedTimedOut:
		detail := fmt.Sprintf("%s is still `%s` after %s (%s). It", run, operation.Result, w.timeout, w.timeoutName) + goesOn
		if failure, ok := errors.AsType[*qualytics.Error](err); ok {
			detail += "The last look at it failed: " + sentence(failure.Error()) + " "
		}
		diags.AddError("Timed out while waiting for "+run, detail+w.unfinished)
	case endedFailing:
		if qualytics.IsNotFound(err) {
			diags.AddError(run+" was deleted while it was waited for",
				"Somebody deleted the record of "+run+" outside this apply, so that its result cannot be known.")
			return
		}
		diags.AddError("Cannot follow "+run, readingRun(operation.ID).explain(err)+"\n\nThe Run"+goesOn+w.unfinished)
	case endedTerminal:
	}
}
