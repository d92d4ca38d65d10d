// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import "slices"

// Action is something that the API does to a Run.
type Action string

// The actions of the API page.
const (
	ActionAbort  Action = "abort"
	ActionResume Action = "resume"
	ActionRerun  Action = "rerun"
	ActionDelete Action = "delete"
)

// support is the API page's table of which action goes with which types of operation and from which
// results: all that the provider checks, says and documents of it comes from here.
var support = map[Action]struct {
	types []OperationType
	from  []Result
}{
	ActionAbort:  {types: everyType(), from: []Result{ResultQueued, ResultRunning}},
	ActionResume: {types: []OperationType{TypeProfile, TypeScan, TypePromote}, from: []Result{ResultAborted, ResultFailure}},
	ActionRerun:  {types: []OperationType{TypeSync, TypeProfile, TypeScan, TypeExport, TypeMaterialize, TypePromote}, from: []Result{ResultSuccess, ResultFailure, ResultAborted}},
	ActionDelete: {types: everyType(), from: []Result{ResultSuccess, ResultFailure, ResultAborted}},
}

// Types are the types of operation that support the action.
func (a Action) Types() []OperationType { return support[a].types }

// SupportsEveryType reports whether Runs of every type support the action.
func (a Action) SupportsEveryType() bool { return len(a.Types()) == len(everyType()) }

// From are the results from which the action is possible.
func (a Action) From() []Result { return support[a].from }

// SupportsType reports whether Runs of a type may support the action. A type that is unknown to the
// client may: the API has the last word.
func (a Action) SupportsType(operationType OperationType) bool {
	canonical := operationType.Canonical()
	return slices.Contains(a.Types(), canonical) || !slices.Contains(everyType(), canonical)
}
