// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// waitOptions say how long to wait for a Run and what its end leads to.
type waitOptions struct {
	waits       bool // false: only the source Run is waited for, where it is still active
	deadline    time.Time
	timeout     time.Duration
	timeoutName string // the attribute that sets the timeout, as errors name it
	gate        gate
	expected    qualytics.Result // any other result that fails nothing is a warning
	unexpected  string           // what the warning adds
	operation   string           // "apply" or "action", as errors name what fails
	again       string           // what becomes of a Run that failed the apply, as its error says
	unfinished  string           // what becomes of a Run that is still active, as its error says
	recorded    bool             // whether the Run is recorded in the state
}

// within sets the time limit, which begins now.
func (w waitOptions) within(timeout time.Duration, name string) waitOptions {
	w.timeout, w.timeoutName, w.deadline = timeout, name, time.Now().Add(timeout)
	return w
}

// waitResult is how a wait ended.
type waitResult int

const (
	waitTerminal waitResult = iota
	waitInterrupted
	waitTimedOut
	waitFailed // the Run cannot be read any more
)

// report reports how a Run ended: an error if it fails the apply, a warning for any other result but the
// expected one without a message.
func (w waitOptions) report(ctx context.Context, client *qualytics.Client, run *qualytics.Operation, diags *diag.Diagnostics) {
	ended := fmt.Sprintf("%s ended with the result `%s`", describeRun(run), printable(string(run.Result)))
	if run.Message != nil && *run.Message != "" {
		ended += ": " + printable(*run.Message)
	}
	ended = sentence(ended)
	excess := w.gate.tooManyAnomalies(run)
	switch {
	case w.gate.failsOn(run.Result):
		diags.AddError(runName(run.ID)+outcome(run.Result), ended+" "+w.failedOn(run.Result)+aboutContainers(ctx, client, run)+w.afterFailure(run))
	case excess != "":
		diags.AddError(runName(run.ID)+" did not pass max_anomalies", ended+" "+strings.Replace(excess, "The apply", "The "+w.operation, 1)+aboutContainers(ctx, client, run)+w.afterFailure(run))
	case run.Result != w.expected:
		diags.AddWarning(runName(run.ID)+outcome(run.Result), ended+w.unexpected)
	case run.Result == qualytics.ResultSuccess && run.Message != nil && *run.Message != "":
		diags.AddWarning(runName(run.ID)+" succeeded with a message", ended)
	}
}

// failedOn says which entry of fail_on a result is.
func (w waitOptions) failedOn(result qualytics.Result) string {
	if result == qualytics.ResultFailure || result == qualytics.ResultAborted {
		return fmt.Sprintf("The %s failed because `fail_on` includes `%s`.", w.operation, result)
	}
	return fmt.Sprintf("The %s failed because the provider does not know this result and counts it as a failure, and `fail_on` includes `failure`.", w.operation)
}

func (w waitOptions) afterFailure(run *qualytics.Operation) string {
	return "\n\n" + w.again + fmt.Sprintf("The data source qualytics_operation_containers with operation_id = %d lists all containers.", run.ID)
}

// aboutContainers introduces the containers in which something went wrong.
func aboutContainers(ctx context.Context, client *qualytics.Client, run *qualytics.Operation) string {
	containers := describeContainers(ctx, client, run.ID)
	if containers == "" {
		return ""
	}
	return "\n\nContainers, worst first:" + containers
}

// describeRun names a Run, what it executes and where, as far as it says so.
func describeRun(run *qualytics.Operation) string {
	var details []string
	if run.Type != "" {
		details = append(details, printable(string(run.Type)))
	}
	if run.Datastore != nil && run.Datastore.Name != nil {
		details = append(details, "on "+printable(*run.Datastore.Name))
	}
	if len(details) == 0 {
		return runName(run.ID)
	}
	return runName(run.ID) + " (" + strings.Join(details, " ") + ")"
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
		return " ended as " + printable(string(result))
	}
}

// reportUnfinished reports a wait that ended before the Run did. For a resource an interrupt is a warning:
// after an error Terraform would taint a new resource, and the Run would be started again.
func (w waitOptions) reportUnfinished(run *qualytics.Operation, result waitResult, err error, diags *diag.Diagnostics) {
	name := runName(run.ID)
	still := fmt.Sprintf("%s is still `%s`", name, run.Result)
	recorded := ""
	if w.recorded {
		recorded = "It is recorded in the state. "
	}
	switch {
	case result == waitInterrupted && w.recorded:
		diags.AddWarning("Interrupted while waiting for "+name, still+" and is recorded in the state. The next apply continues waiting for it.")
	case result == waitInterrupted:
		diags.AddError("Interrupted while waiting for "+name, still+". "+w.unfinished)
	case result == waitTimedOut:
		detail := fmt.Sprintf("%s after %s (%s). ", still, w.timeout, w.timeoutName) + recorded
		if failure, ok := errors.AsType[*qualytics.Error](err); ok {
			detail += "The last poll failed: " + sentence(failure.Error()) + " "
		}
		diags.AddError("Timed out while waiting for "+name, detail+w.unfinished)
	case qualytics.IsNotFound(err):
		diags.AddError(name+" was deleted while it was waited for",
			"The record of "+name+" was deleted outside this "+w.operation+", so its result is unknown. An unknown result fails the "+w.operation+".")
	default:
		diags.AddError("Cannot follow "+name, readingRun(run.ID).explain(err)+"\n\nThe Run may still be running. "+recorded+w.unfinished)
	}
}
