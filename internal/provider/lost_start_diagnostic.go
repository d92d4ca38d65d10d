// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// explainLost lists the Runs that a request with a lost response may have started, and explains how
// to continue without starting another.
func (s subject) explainLost(lost *qualytics.LostStartError) string {
	var text strings.Builder
	if failure, ok := errors.AsType[*qualytics.Error](lost.Lost); ok {
		text.WriteString(responseTo(failure) + " ")
	}
	text.WriteString("It is not known whether a Run was started, and the request was not retried.\n\n")
	switch {
	case lost.Interrupted:
		text.WriteString("The search for the Run was interrupted. The deployment may still start it. ")
	case lost.SearchErr != nil:
		text.WriteString("The search for the Run failed as well: " + sentence(lost.SearchErr.Error()) + " ")
	case len(lost.Candidates) == 0:
		text.WriteString("No matching Run was found, so probably none was started. ")
	}
	if len(lost.Candidates) > 0 {
		text.WriteString("The request may have started one of these:\n")
		for _, candidate := range lost.Candidates {
			text.WriteString(candidateLine(&candidate.Operation, candidate.Reason))
		}
	}
	text.WriteString(s.afterLost())
	return text.String()
}

// candidateLine describes a Run that the request may have started, its page, and any evidence against
// it.
func candidateLine(run *qualytics.Operation, against string) string {
	line := fmt.Sprintf("  - Run %d: %s, %s, created %s", run.ID, run.Type, run.Result, run.Created)
	if against != "" {
		line += " (" + against + ")"
	}
	if run.URL != nil {
		line += " " + *run.URL
	}
	return printable(line) + "\n"
}

// afterLost explains how to find a started Run, and how to keep it.
func (s subject) afterLost() string {
	switch {
	case s.inAction:
		return "Before you invoke the action again, list the newest Runs with the data source qualytics_operations: " +
			"invoking it again starts another Run."
	case s.action == qualytics.ActionRerun:
		return "If the request started a Run, import that Run before the next apply, which would otherwise start another one: " +
			"remove the resource from the state if it is there (terraform state rm ADDRESS), " +
			"then run terraform import ADDRESS ID. If not, apply again."
	default:
		return "Before you apply again, read the Run with the data source qualytics_operation: the next apply resumes it again."
	}
}
