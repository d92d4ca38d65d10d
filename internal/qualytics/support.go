// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import "slices"

// Action is an action of the API on a Run.
type Action string

// The actions of the API page, and run, which starts a Run from a configuration.
const (
	ActionRun    Action = "run"
	ActionAbort  Action = "abort"
	ActionResume Action = "resume"
	ActionRerun  Action = "rerun"
	ActionDelete Action = "delete"
)

// ActiveRun says what an action does about a Run that is still active.
type ActiveRun string

// What an action does about a Run that is still active.
const (
	ActiveFine ActiveRun = "fine" // nothing: the action is for active Runs, or for no existing one
	ActiveWait ActiveRun = "wait" // it waits until the Run has ended
	ActiveWarn ActiveRun = "warn" // a plan warns: the API refuses the action unless the Run ends before it
)

// support is the API page's table of the types of operation and the results that each action
// supports. The provider's checks, messages and documentation use it.
var support = map[Action]struct {
	types  []OperationType
	from   []Result
	active ActiveRun
}{
	ActionRun:    {restartable, nil, ActiveFine},
	ActionAbort:  {everyType(), []Result{ResultQueued, ResultRunning}, ActiveFine},
	ActionResume: {[]OperationType{TypeProfile, TypeScan, TypePromote}, []Result{ResultAborted, ResultFailure}, ActiveWarn},
	ActionRerun:  {restartable, []Result{ResultSuccess, ResultFailure, ResultAborted}, ActiveWait},
	ActionDelete: {everyType(), []Result{ResultSuccess, ResultFailure, ResultAborted}, ActiveWarn},
}

// restartable are the types that can be started and rerun: external scans are not.
var restartable = []OperationType{TypeSync, TypeProfile, TypeScan, TypeExport, TypeMaterialize, TypePromote}

// Types returns the types of operation that support the action.
func (a Action) Types() []OperationType { return support[a].types }

// SupportsEveryType reports whether Runs of every type support the action.
func (a Action) SupportsEveryType() bool { return len(a.Types()) == len(everyType()) }

// From returns the results of Runs that support the action. [ActionRun] needs no Run.
func (a Action) From() []Result { return support[a].from }

// ActiveRun returns what the action does about a Run that is still active. A forced resume aborts
// it.
func (a Action) ActiveRun() ActiveRun { return support[a].active }

// SupportsType reports whether Runs of a type may support the action. It returns true for an
// unknown type, for which the API decides.
func (a Action) SupportsType(operationType OperationType) bool {
	canonical := operationType.Canonical()
	return slices.Contains(a.Types(), canonical) || !slices.Contains(everyType(), canonical)
}
