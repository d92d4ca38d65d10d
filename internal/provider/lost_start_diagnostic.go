// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// explainLost says which Runs a request whose response was lost may have started, and how to continue
// without starting another one.
func (s subject) explainLost(lost *qualytics.LostStartError) string {
	var text strings.Builder
	if failure, ok := errors.AsType[*qualytics.Error](lost.Lost); ok {
		text.WriteString(responseTo(failure) + " ")
	}
	text.WriteString("It is not known whether a Run was started, and the request was not retried.\n\n")
	switch {
	case lost.Interrupted:
		text.WriteString("The provider was interrupted while it looked for the Run, which the deployment may still start. ")
	case lost.SearchErr != nil:
		text.WriteString("Looking for the Run failed, too: " + sentence(lost.SearchErr.Error()) + " ")
	case len(lost.Candidates) == 0:
		text.WriteString("No matching Run was found, so probably none was started. ")
	}
	if len(lost.Candidates) > 0 {
		text.WriteString("The request may have started one of these:\n")
		for _, candidate := range lost.Candidates {
			text.WriteString(candidateLine(candidate.ID, candidate.Type, candidate.Result, candidate.Created, candidate.Reason))
		}
	}
	text.WriteString(s.afterLost())
	return text.String()
}

// candidateLine describes a Run that may have been started, with what speaks against it, if anything does.
func candidateLine(id int64, operationType qualytics.OperationType, result qualytics.Result, created qualytics.Timestamp, against string) string {
	line := fmt.Sprintf("  - Run %d: %s, %s, created %s", id, operationType, result, created)
	if against != "" {
		line += " (" + against + ")"
	}
	return printable(line) + "\n"
}

// afterLost says how to find out what was started, and how to keep it.
func (s subject) afterLost() string {
	switch {
	case s.inAction:
		return "List the newest Runs with the data source qualytics_operations before you invoke the action again, which would start another Run."
	case s.action == qualytics.ActionRerun:
		return "If a Run is yours, import it before the next apply, which would start another one: remove the resource from the state if it is there (terraform state rm ADDRESS), then run terraform import ADDRESS ID. Otherwise, apply again."
	default:
		return "Read the Run with the data source qualytics_operation before the next apply, which would resume it again."
	}
}
