// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import "slices"

// Action is an action of the API on a Run.
type Action string

// The actions of the API page.
const (
	ActionAbort  Action = "abort"
	ActionResume Action = "resume"
	ActionRerun  Action = "rerun"
	ActionDelete Action = "delete"
)

// support is the API page's table of the types of operation and the results that each action
// supports. The provider's checks, messages and documentation use it.
var support = map[Action]struct {
	types []OperationType
	from  []Result
}{
	ActionAbort:  {types: everyType(), from: []Result{ResultQueued, ResultRunning}},
	ActionResume: {types: []OperationType{TypeProfile, TypeScan, TypePromote}, from: []Result{ResultAborted, ResultFailure}},
	ActionRerun: {
		types: []OperationType{TypeSync, TypeProfile, TypeScan, TypeExport, TypeMaterialize, TypePromote},
		from:  []Result{ResultSuccess, ResultFailure, ResultAborted},
	},
	ActionDelete: {types: everyType(), from: []Result{ResultSuccess, ResultFailure, ResultAborted}},
}

// Types returns the types of operation that support the action.
func (a Action) Types() []OperationType { return support[a].types }

// SupportsEveryType reports whether Runs of every type support the action.
func (a Action) SupportsEveryType() bool { return len(a.Types()) == len(everyType()) }

// From returns the results of Runs that support the action.
func (a Action) From() []Result { return support[a].from }

// SupportsType reports whether Runs of a type may support the action. It returns true for an
// unknown type, for which the API decides.
func (a Action) SupportsType(operationType OperationType) bool {
	canonical := operationType.Canonical()
	return slices.Contains(a.Types(), canonical) || !slices.Contains(everyType(), canonical)
}
