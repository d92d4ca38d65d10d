// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The phases in which something can go wrong.
const (
	planning   = "plan"
	creating   = "create"
	updating   = "update"
	refreshing = "refresh"
	destroying = "destroy"
)

const noChanges = "no changes"

// faultRow is a row of the fault table in contributing/faults.md, and a test. The resource reruns Run 100.
// In every phase but plan and create, it holds Run 101 before. Each field below the fault is asserted.
type faultRow struct {
	phase, fault string
	given        prepare           // what was there before
	arguments    string            // of the provider while it goes wrong
	resource     string            // further arguments of the resource
	timeouts     string            // of the resource until it has gone wrong
	latest       bool              // the resource has latest, not run_id
	prepare      prepare           // what goes wrong
	outcome      []mockapi.Outcome // of the Runs that are started meanwhile
	terraform    bool              // whether a real Terraform is tried, too

	says     []finding // all diagnostics
	requests []string  // all changing requests
	repeated bool      // each of them any number of times
	server   []int64   // the Runs that are new since before the first apply
	others   []int64   // those of them that are somebody else's
	orphans  []int64   // those of them that no state holds, and an error names
	beside   int64     // the one of them that another resource holds
	state    string    // of the resource
	next     string    // what the next plan is without the fault
	then     []string  // all changing requests of the next apply
	holds    int64     // the successful Run in the state after that
}

// finding is a diagnostic, of which the whole summary and a phrase of the detail are given.
type finding struct{ severity, summary, phrase string }

func fails(summary, phrase string) finding { return finding{"error", summary, phrase} }

func warns(summary, phrase string) finding { return finding{"warning", summary, phrase} }

const (
	abort101  = "PUT /api/operations/abort/101"
	delete101 = "DELETE /api/operations/101"
	delete102 = "DELETE /api/operations/102"

	rerunPath = "/api/operations/rerun/*"
	readPath  = "/api/operations/101"
	unawaited = `, "wait_for_completion": false`

	noneFound  = "No matching Run was found, so probably none was started."
	oneOfThese = "The request may have started one of these:"
	wasFound   = "The Run that it started was found and adopted: Run "
	adoptLost  = "The response to the rerun was lost"
	cannot     = "Cannot rerun Run 100"
	htmlPage   = "<html><head><title>Gateway</title></head></html>"
)

// faultTable is all of it, by phase.
var faultTable = slices.Concat(
	faultsRefused, faultsNotReached, faultsUnknown, faultsLost, faultsInterrupted, faultsWaiting, faultsPassing, faultsRecords,
)

func on(method, path string, fault mockapi.Fault) prepare {
	fault.Method, fault.Path = method, path
	return func(s *scene) { s.Inject(fault) }
}

func onRerun(fault mockapi.Fault) prepare { return on("PUT", rerunPath, fault) }

// onLost is a rerun whose response is lost while something happens.
func onLost(effect bool, meanwhile prepare) prepare {
	return func(s *scene) {
		s.Inject(mockapi.Fault{Method: "PUT", Path: rerunPath, Close: true, AfterEffect: effect, Hook: func() { meanwhile(s) }})
	}
}

// starts is another Run of the same source, with what is different about it.
func starts(change func(*mockapi.Run)) prepare {
	return func(s *scene) { s.Start(100, change) }
}

func bySchedule(run *mockapi.Run) {
	run.Schedule, run.TriggeredBy = &mockapi.Schedule{ID: 12, Name: "Nightly"}, ""
}

func byColleague(run *mockapi.Run) { run.TriggeredBy = "ann@example.com" }

func onOtherSettings(run *mockapi.Run) { run.Settings = map[string]any{"incremental": false} }

// anotherFirst is another resource of the same apply whose start has shown the provider its user.
func anotherFirst(s *scene) { s.applyBeside(s.resource.protocol, `{"run_id": 100}`) }
