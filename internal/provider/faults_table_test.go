// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The phases in which a fault occurs.
const (
	planning   = "plan"
	creating   = "create"
	updating   = "update"
	refreshing = "refresh"
	destroying = "destroy"
)

const noChanges = "no changes"

// faultRow is a row of the table in contributing/faults.md, and a test. The resource reruns Run
// 100. In all phases except plan and create, it already holds Run 101. Each field from says on is
// asserted.
type faultRow struct {
	phase, fault string
	given        prepare           // the initial state of the server
	arguments    string            // of the provider during the fault
	resource     string            // more arguments of the resource
	timeouts     string            // of the resource during the fault
	latest       bool              // latest instead of run_id
	prepare      prepare           // the fault
	outcome      []mockapi.Outcome // of the Runs that are started during the fault
	terraform    bool              // also test with a real Terraform

	says     []finding // all diagnostics
	requests []string  // all changing requests
	repeated bool      // any number of times each
	server   []int64   // all new Runs
	others   []int64   // those of others
	orphans  []int64   // those that only an error names
	beside   int64     // the one that another resource holds
	state    string    // of the resource
	next     string    // the next plan, without the fault
	nextSays []string  // all diagnostics of the next apply
	then     []string  // all changing requests of the next apply
	holds    int64     // the successful Run in the state afterwards
}

// finding is a diagnostic with its summary and a phrase of its detail.
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
	excess102  = "warning: Run 102 does not pass: The Run identified 6 anomalies, and .max_anomalies. allows 5. " +
		"This is why the plan starts another Run."
	htmlPage = "<html><head><title>Gateway</title></head></html>"
)

var faultTable = slices.Concat(
	faultsRefused, faultsNotReached, faultsUnknown, faultsLost, faultsInterrupted, faultsWaiting, faultsPassing, faultsRecords,
)

func on(method, path string, fault mockapi.Fault) prepare {
	fault.Method, fault.Path = method, path
	return func(s *scene) { s.Inject(fault) }
}

func onRerun(fault mockapi.Fault) prepare { return on("PUT", rerunPath, fault) }

// onLost loses the response to a rerun while something else happens.
func onLost(effect bool, meanwhile prepare) prepare {
	return func(s *scene) {
		s.Inject(mockapi.Fault{Method: "PUT", Path: rerunPath, Close: true, AfterEffect: effect, Hook: func() { meanwhile(s) }})
	}
}

// starts adds another Run of the same source, changed by a function.
func starts(change func(*mockapi.Run)) prepare {
	return func(s *scene) { s.Start(100, change) }
}

func bySchedule(run *mockapi.Run) {
	run.Schedule, run.TriggeredBy = &mockapi.Schedule{ID: 12, Name: "Nightly"}, ""
}

func byColleague(run *mockapi.Run) { run.TriggeredBy = "ann@example.com" }

// anotherFirst applies another resource first, whose start shows the provider its user.
func anotherFirst(s *scene) { s.applyBeside(s.resource.protocol, `{"run_id": 100}`) }
