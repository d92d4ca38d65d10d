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

// waitOptions configure the wait for a Run and what is reported at its end.
type waitOptions struct {
	waits       bool // false: do not wait for the new Run, only for an active source Run
	deadline    time.Time
	timeout     time.Duration
	timeoutName string // the attribute of the timeout
	gate        gate
	expected    qualytics.Result // any other result that passes the gate is a warning
	unexpected  string           // text for that warning
	operation   string           // "apply" or "action"
	nextApply   string           // text for a Run that failed the apply: what the next apply does
	unfinished  string           // text for a Run that is still active: how to continue
	recorded    bool             // whether the Run is recorded in the state
}

// within sets the timeout, which starts now.
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
	waitFailed // the Run could not be read
)

// report reports how a Run ended: an error if it fails the apply, and a warning if the result is
// not the expected one or a successful Run has a message.
func (w waitOptions) report(ctx context.Context, client *qualytics.Client, run *qualytics.Operation, diags *diag.Diagnostics) {
	ended := fmt.Sprintf("%s ended with the result `%s`", describeRun(run), printable(string(run.Result)))
	if run.Message != nil && *run.Message != "" {
		ended += ": " + printable(*run.Message)
	}
	ended = sentence(ended)
	excess := w.gate.tooManyAnomalies(run)
	switch {
	case w.gate.failsOn(run.Result):
		diags.AddError(runName(run.ID)+outcome(run.Result),
			ended+" "+w.failedOn(run.Result)+aboutContainers(ctx, client, run)+w.afterFailure(run))
	case excess != "":
		diags.AddError(runName(run.ID)+" did not pass max_anomalies",
			ended+" "+excess+aboutContainers(ctx, client, run)+w.afterFailure(run))
	case run.Result != w.expected:
		diags.AddWarning(runName(run.ID)+outcome(run.Result), ended+w.unexpected)
	case run.Result == qualytics.ResultSuccess && run.Message != nil && *run.Message != "":
		diags.AddWarning(runName(run.ID)+" succeeded with a message", ended)
	}
}

// failedOn names the entry of fail_on that a result matches.
func (w waitOptions) failedOn(result qualytics.Result) string {
	if result == qualytics.ResultFailure || result == qualytics.ResultAborted {
		return fmt.Sprintf("The %s failed because `fail_on` includes `%s`.", w.operation, result)
	}
	return fmt.Sprintf("The %s failed because the provider does not know this result, which counts as `failure`, "+
		"and `fail_on` includes `failure`.", w.operation)
}

func (w waitOptions) afterFailure(run *qualytics.Operation) string {
	return "\n\n" + w.nextApply +
		fmt.Sprintf("The data source qualytics_operation_containers with operation_id = %d lists all containers.", run.ID)
}

// aboutContainers returns the paragraph about containers that failed or have anomalies.
func aboutContainers(ctx context.Context, client *qualytics.Client, run *qualytics.Operation) string {
	containers := describeContainers(ctx, client, run.ID)
	if containers == "" {
		return ""
	}
	return "\n\nContainers, worst first:" + containers
}

// describeRun returns the name of a Run, with its type and datastore if they are known.
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

// reportUnfinished reports a wait that ended before the Run did. For a resource, an interrupt is a
// warning: an error would taint a new resource, and the next apply would start another Run.
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
			"The record of "+name+" was deleted outside this "+w.operation+", so its result is unknown. "+
				"An unknown result fails the "+w.operation+".")
	default:
		diags.AddError("Cannot follow "+name, readingRun(run.ID).explain(err)+"\n\nThe Run may still be running. "+recorded+w.unfinished)
	}
}
