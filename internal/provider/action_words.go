// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var pastParticiple = map[qualytics.Action]string{
	qualytics.ActionAbort:  "aborted",
	qualytics.ActionResume: "resumed",
	qualytics.ActionRerun:  "rerun",
	qualytics.ActionDelete: "deleted",
}

var thirdPerson = map[qualytics.Action]string{
	qualytics.ActionAbort:  "aborts",
	qualytics.ActionResume: "resumes",
	qualytics.ActionRerun:  "reruns",
}

// possibleFor describes the Runs that support an action.
func possibleFor(action qualytics.Action) string {
	if action.SupportsEveryType() {
		return "The Run can be of any type. Its result must be " + orList(action.From()) + "."
	}
	return "The Run must be of type " + orList(action.Types()) + ", with result " + orList(action.From()) + "."
}
