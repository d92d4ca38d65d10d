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
		"sync":          {ActionRerun},
		"catalog":       {ActionRerun},
		"profile":       {ActionRerun, ActionResume},
		"scan":          {ActionRerun, ActionResume},
		"external_scan": {},
		"export":        {ActionRerun},
		"materialize":   {ActionRerun},
		"promote":       {ActionRerun, ActionResume},
		"promote_x":     {ActionRerun, ActionResume},
		"reconcile":     {ActionRerun, ActionResume}, // unknown
	} {
		for _, action := range []Action{ActionAbort, ActionDelete, ActionRerun, ActionResume} {
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
