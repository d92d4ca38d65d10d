// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"slices"
	"strings"
)

// Action is something that the API does to a Run.
type Action string

// The actions of the API page.
const (
	ActionAbort  Action = "abort"
	ActionResume Action = "resume"
	ActionRerun  Action = "rerun"
	ActionDelete Action = "delete"
)

var (
	activeResults   = []Result{ResultQueued, ResultRunning}
	terminalResults = []Result{ResultSuccess, ResultFailure, ResultAborted}
	everyType       = []string{"sync", "profile", "scan", "external_scan", "export", "materialize", "promote"}
)

// support is the API page's table of which action goes with which types of operation and from which
// results: all that the provider checks, says and documents of it comes from here.
var support = map[Action]struct {
	types []string
	from  []Result
}{
	ActionAbort:  {types: everyType, from: activeResults},
	ActionResume: {types: []string{"profile", "scan", "promote"}, from: []Result{ResultAborted, ResultFailure}},
	ActionRerun:  {types: []string{"sync", "profile", "scan", "export", "materialize", "promote"}, from: terminalResults},
	ActionDelete: {types: everyType, from: terminalResults},
}

// Types are the types of operation that support the action.
func (a Action) Types() []string { return support[a].types }

// SupportsEveryType reports whether Runs of every type support the action.
func (a Action) SupportsEveryType() bool { return len(a.Types()) == len(everyType) }

// From are the results from which the action is possible.
func (a Action) From() []Result { return support[a].from }

// SupportsType reports whether Runs of a type may support the action. A type that is unknown to the
// client may: the API has the last word.
func (a Action) SupportsType(operationType string) bool {
	canonical := canonicalType(operationType)
	return slices.Contains(a.Types(), canonical) || !slices.Contains(everyType, canonical)
}

// canonicalType folds the names that one type goes by: sync reads catalog on older deployments, promote
// may say what it promotes.
func canonicalType(operationType string) string {
	switch {
	case operationType == "catalog":
		return "sync"
	case strings.HasPrefix(operationType, "promote_"):
		return "promote"
	}
	return operationType
}
