// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// report tells the user of a resource or an action how a Run ended.
type report struct {
	operation  string // "apply" or "action"
	gate       gate
	limit      limit
	nextApply  string // what happens next with a Run that failed the apply
	unfinished string // how to continue with a Run that is still active
	deleted    string // what to do if the record was deleted
}

// ended reports a terminal Run: an error if it does not pass the gate, and a warning if its result
// is not the expected one, if it analyzed only a part, or if a successful Run has a message.
func (r report) ended(ctx context.Context, client *qualytics.Client, run *qualytics.Operation, diags *diag.Diagnostics) {
	name, ended := runName(run.ID), sentence(describeEnd(run))
	ctx, cancel := context.WithDeadline(ctx, r.limit.deadline)
	defer cancel()
	list := fmt.Sprintf("The data source qualytics_operation_containers with operation_id = %d lists all containers.", run.ID)
	switch {
	case r.gate.failsOn(run.Result):
		diags.AddError(name+outcome(run.Result), paragraphs(sentences(ended, r.failedOn(run.Result)),
			describeContainers(ctx, client, run.ID), sentences(r.nextApply, list), linkTo(run)))
	case r.gate.objection(run) != "":
		diags.AddError(name+" did not pass max_anomalies", paragraphs(sentences(ended, r.gate.objection(run)),
			describeContainers(ctx, client, run.ID), aboutIncremental(run), sentences(r.nextApply, list), linkTo(run)))
	case run.Result != r.gate.expected:
		diags.AddWarning(name+outcome(run.Result), paragraphs(sentences(ended, r.unexpected()), linkTo(run)))
	case r.gate.shortfall(run) != "":
		diags.AddWarning(name+" did not check all containers", paragraphs(sentences(ended, r.gate.shortfall(run)),
			describeContainers(ctx, client, run.ID), linkTo(run)))
	case run.Result == qualytics.ResultSuccess && run.Message != nil && *run.Message != "":
		diags.AddWarning(name+" succeeded with a message", paragraphs(ended, linkTo(run)))
	}
}

// unexpected explains a result other than the expected one.
func (r report) unexpected() string {
	if r.gate.expected == qualytics.ResultAborted {
		return "It ended before it could be aborted."
	}
	return ""
}

func aboutIncremental(run *qualytics.Operation) string {
	if !run.Incremental() {
		return ""
	}
	return incrementalScan
}

// failedOn names the entry of fail_on that a result matches.
func (r report) failedOn(result qualytics.Result) string {
	if slices.Contains(failableResults, result) {
		return fmt.Sprintf("The %s failed because `fail_on` includes `%s`.", r.operation, result)
	}
	return fmt.Sprintf("The %s failed because the provider does not know this result, which counts as `failure`, "+
		"and `fail_on` includes `failure`.", r.operation)
}

// describeEnd returns the Run, with its type and datastore if they are known, its result and its
// message.
func describeEnd(run *qualytics.Operation) string {
	var details []string
	if run.Type != "" {
		details = append(details, printable(string(run.Type)))
	}
	if run.Datastore != nil && run.Datastore.Name != nil {
		details = append(details, "on "+printable(*run.Datastore.Name))
	}
	text := runName(run.ID)
	if len(details) > 0 {
		text += " (" + strings.Join(details, " ") + ")"
	}
	text += fmt.Sprintf(" ended with the result `%s`", printable(string(run.Result)))
	if run.Message != nil && *run.Message != "" {
		text += ": " + printable(*run.Message)
	}
	return text
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

// stillActive reports a wait that ended before the Run did. For a resource, an interrupt is a
// warning: an error would taint a new resource, and the next apply would start another Run.
func (r report) stillActive(run *qualytics.Operation, result waitResult, err error, diags *diag.Diagnostics) {
	name := runName(run.ID)
	still, recorded := fmt.Sprintf("%s is still `%s`", name, printable(string(run.Result))), ""
	if r.operation == "apply" {
		recorded = "It is recorded in the state."
	}
	switch {
	case result == waitInterrupted && recorded != "":
		diags.AddWarning("Interrupted while waiting for "+name,
			paragraphs(still+" and is recorded in the state. The next apply continues waiting for it.", linkTo(run)))
	case result == waitInterrupted:
		diags.AddError("Interrupted while waiting for "+name, paragraphs(sentences(still+".", r.unfinished), linkTo(run)))
	case result == waitTimedOut:
		lastPoll := ""
		if failure, ok := errors.AsType[*qualytics.Error](err); ok {
			lastPoll = "The last poll failed: " + sentence(failure.Error())
		}
		diags.AddError("Timed out while waiting for "+name, paragraphs(
			sentences(fmt.Sprintf("%s after %s (%s).", still, r.limit.timeout, r.limit.name), recorded, lastPoll, r.unfinished), linkTo(run)))
	case qualytics.IsNotFound(err):
		diags.AddError(name+" was deleted while it was waited for",
			sentences("The record of "+name+" was deleted outside this "+r.operation+", so its result is unknown.",
				"An unknown result fails the "+r.operation+".", r.deleted))
	default:
		diags.AddError("Cannot follow "+name, paragraphs(readingRun(run.ID).explain(err),
			sentences("The Run may still be running.", recorded, r.unfinished), linkTo(run)))
	}
}

const (
	// maxContainersShown is the maximum number of containers in an error.
	maxContainersShown = 10

	// containersTimeout limits the request for the containers, which are optional in the error.
	containersTimeout = 30 * time.Second
)

// describeContainers returns a paragraph with the containers of a Run that failed or have anomalies,
// worst first. It returns "" if there are none, or if they cannot be listed.
func describeContainers(ctx context.Context, client *qualytics.Client, id int64) string {
	ctx, cancel := context.WithTimeout(ctx, containersTimeout)
	defer cancel()
	listing, err := client.Containers(ctx, id)
	if err != nil {
		return ""
	}
	worst := slices.DeleteFunc(listing.Items, func(c qualytics.ContainerRun) bool { return !containerFailed(c) && anomaliesIn(c) == 0 })
	slices.SortStableFunc(worst, worstFirst)
	if len(worst) == 0 {
		return ""
	}
	var text strings.Builder
	text.WriteString("Containers, worst first:")
	for i, container := range worst {
		if i == maxContainersShown {
			fmt.Fprintf(&text, "\n  and %d more", len(worst)-i)
			break
		}
		text.WriteString("\n  - " + describeContainer(container))
	}
	return text.String()
}

// worstFirst sorts failed containers first, then by the number of anomalies.
func worstFirst(a, b qualytics.ContainerRun) int {
	if failed := containerFailed(a); failed != containerFailed(b) {
		if failed {
			return -1
		}
		return 1
	}
	return cmp.Compare(anomaliesIn(b), anomaliesIn(a))
}

func describeContainer(container qualytics.ContainerRun) string {
	line := containerName(container)
	switch found := anomaliesIn(container); {
	case containerFailed(container):
		line += ": `" + string(*container.Result) + "`"
		if container.Message != nil && *container.Message != "" {
			line += ", " + printable(*container.Message)
		}
		if found > 0 {
			line += " (" + anomalies(found) + ")"
		}
	default:
		line += ": " + anomalies(found)
	}
	return line
}

func containerName(container qualytics.ContainerRun) string {
	switch {
	case container.Container == nil:
		return "(unnamed container)"
	case container.Container.Name != nil:
		return printable(*container.Container.Name)
	case container.Container.ID != nil:
		return fmt.Sprintf("container %d", *container.Container.ID)
	default:
		return "(unnamed container)"
	}
}

func containerFailed(container qualytics.ContainerRun) bool {
	return container.Result != nil && *container.Result == qualytics.ResultFailure
}

func anomaliesIn(container qualytics.ContainerRun) int64 {
	if container.AnomalyCount == nil {
		return 0
	}
	return max(*container.AnomalyCount, 0)
}
