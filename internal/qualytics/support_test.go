// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"slices"
	"testing"
)

// The API page says which types of operation support which action. An unknown type may support
// every action, and a type with two names, or a more specific one, supports the same under each.
func TestSupportsType(t *testing.T) {
	always := []Action{ActionAbort, ActionDelete}
	for operationType, want := range map[OperationType][]Action{
		"sync":          {ActionRun, ActionRerun},
		"catalog":       {ActionRun, ActionRerun},
		"profile":       {ActionRun, ActionRerun, ActionResume},
		"scan":          {ActionRun, ActionRerun, ActionResume},
		"external_scan": {},
		"export":        {ActionRun, ActionRerun},
		"materialize":   {ActionRun, ActionRerun},
		"promote":       {ActionRun, ActionRerun, ActionResume},
		"promote_x":     {ActionRun, ActionRerun, ActionResume},
		"reconcile":     {ActionRun, ActionRerun, ActionResume}, // unknown
	} {
		for _, action := range []Action{ActionRun, ActionAbort, ActionDelete, ActionRerun, ActionResume} {
			supported := slices.Contains(want, action) || slices.Contains(always, action)
			if got := action.SupportsType(operationType); got != supported {
				t.Errorf("%s of a %s: got %t, want %t", action, operationType, got, supported)
			}
		}
	}
	for action, want := range map[Action]bool{ActionAbort: true, ActionDelete: true, ActionRerun: false, ActionResume: false} {
		if got := action.SupportsEveryType(); got != want {
			t.Errorf("%s of every type: got %t, want %t", action, got, want)
		}
	}
}

func TestActiveRun(t *testing.T) {
	for action, want := range map[Action]ActiveRun{
		ActionRun: ActiveFine, ActionAbort: ActiveFine, ActionRerun: ActiveWait, ActionResume: ActiveWarn, ActionDelete: ActiveWarn,
	} {
		equal(t, string(action), action.ActiveRun(), want)
	}
}
