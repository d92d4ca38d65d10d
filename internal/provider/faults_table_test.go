// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The phases of a rerun in which something can go wrong.
const (
	creating   = "asking, new resource"
	updating   = "asking, triggers changed"
	waitingFor = "waiting"
	refreshing = "refresh"
	destroying = "destroy"
)

// faultRow is a row of the fault table in contributing/faults.md, and a test: what goes wrong when, what
// the user sees of it, what is on the server afterwards, what is in the state, and what comes next.
type faultRow struct {
	fault, phase        string
	sees, server, state string

	arguments string            // of the provider
	prepare   prepare           // what goes wrong
	outcome   []mockapi.Outcome // of the Runs that are started
	says      []string          // phrases of the error; none: the apply succeeds
	writes    []string          // changing requests while the fault is there
	repeated  bool              // each of them any number of times
	next      plancheck.ResourceActionType
	then      []string // changing requests of the next apply
	holds     int64    // the Run in the state after that
}

const (
	delete101 = "DELETE /api/operations/101"
	delete102 = "DELETE /api/operations/102"
	abort101  = "PUT /api/operations/abort/101"
	noneFound = "No matching Run was found, so probably none was started."
	rerunPath = "/api/operations/rerun/*"
	readPath  = "/api/operations/101"
	nothing   = "as before"
	noNewRun  = "no new Run"
	newRun    = "one new Run"
)

// prepare makes something go wrong.
type prepare func(*api)

func on(method, path string, fault mockapi.Fault) prepare {
	fault.Method, fault.Path = method, path
	return func(a *api) { a.Inject(fault) }
}

// justStarted is somebody else's Run.
func justStarted(id int64) mockapi.Run {
	run := scan(id, "running")
	run.Created = time.Now()
	return run
}

func onRerun(fault mockapi.Fault) prepare { return on("PUT", rerunPath, fault) }

var noop, create, update, replace = plancheck.ResourceActionNoop, plancheck.ResourceActionCreate, plancheck.ResourceActionUpdate, plancheck.ResourceActionReplace

var faultTable = []faultRow{
	// The request is refused: nothing happened, and nothing is repeated.
	{
		fault: "401", phase: creating, sees: "error: the token is wrong, or when it expired", server: noNewRun, state: "nothing",
		prepare: onRerun(mockapi.Fault{Status: 401}), says: []string{"Cannot rerun Run 100", "401", "The API token (set in the provider block)"},
		writes: []string{rerun100}, next: create, then: []string{rerun100}, holds: 101,
	},
	{
		fault: "403", phase: creating, sees: "error: the Editor team permission is missing", server: noNewRun, state: "nothing",
		prepare: onRerun(mockapi.Fault{Status: 403}), says: []string{"Editor team permission"},
		writes: []string{rerun100}, next: create, then: []string{rerun100}, holds: 101,
	},
	{
		fault: "409", phase: updating, sees: "error: from which results and types a rerun is possible", server: noNewRun, state: nothing,
		prepare: onRerun(mockapi.Fault{Status: 409}), says: []string{"409", "Only a Run with result"},
		writes: []string{rerun100}, next: update, then: []string{rerun100, delete101}, holds: 102,
	},
	{
		fault: "422", phase: creating, sees: "error: what the API rejects", server: noNewRun, state: "nothing",
		prepare: onRerun(mockapi.Fault{Status: 422, Body: `{"detail": [{"loc": ["path", "id"], "msg": "Input should be less", "type": "less_than"}]}`}),
		says:    []string{"Invalid run_id", "Input should be less"},
		writes:  []string{rerun100}, next: create, then: []string{rerun100}, holds: 101,
	},
	{
		fault: "redirect", phase: creating, sees: "error: which url to set; nothing is sent there", server: noNewRun, state: "nothing",
		prepare: onRerun(mockapi.Fault{Status: 307, Header: map[string][]string{"Location": {"https://new.example.com/api/operations/rerun/100"}}}),
		says:    []string{"redirected to https://new.example.com/api/operations/rerun/100", "set the provider's `url` to it"},
		writes:  []string{rerun100}, next: create, then: []string{rerun100}, holds: 101,
	},
	{
		fault: "500 for good before, when the newest Run is looked up", phase: creating, sees: "error: nothing was asked for", server: noNewRun, state: "nothing",
		arguments: "max_retries = 1", prepare: on("GET", "/api/operations", mockapi.Fault{Status: 500, Times: mockapi.Always}),
		says: []string{"Cannot rerun Run 100", "/api/operations returned HTTP status 500:"},
		next: create, then: []string{rerun100}, holds: 101,
	},
	// The request certainly did not reach the application: it is repeated.
	{
		fault: "429 with Retry-After, once", phase: creating, sees: "nothing", server: newRun, state: "the new Run",
		prepare: onRerun(mockapi.Fault{Status: 429, Header: map[string][]string{"Retry-After": {"1"}}}),
		writes:  []string{rerun100, rerun100}, next: noop, holds: 101,
	},
	{
		fault: "503 with Retry-After, once", phase: updating, sees: "nothing", server: newRun, state: "the new Run",
		prepare: onRerun(mockapi.Fault{Status: 503, Header: map[string][]string{"Retry-After": {"0"}}}),
		writes:  []string{rerun100, rerun100, delete101}, next: noop, holds: 102,
	},
	{
		fault: "429 for good", phase: creating, sees: "error: the API limits the rate; what to lower or raise", server: noNewRun, state: "nothing",
		prepare: onRerun(mockapi.Fault{Status: 429, Times: mockapi.Always}),
		says:    []string{"429", "-parallelism"},
		writes:  []string{rerun100}, repeated: true, next: create, then: []string{rerun100}, holds: 101,
	},
	// The outcome is unknown, and no Run is there: nothing is repeated.
	{
		fault: "connection closed before the effect", phase: creating, sees: "error: none was found that was started; the next apply asks again", server: noNewRun, state: "nothing",
		prepare: onRerun(mockapi.Fault{Close: true}), says: []string{"Cannot rerun Run 100", noneFound},
		writes: []string{rerun100}, next: create, then: []string{rerun100}, holds: 101,
	},
	{
		fault: "504 before the effect", phase: updating, sees: "error: none was found that was started; the next apply asks again", server: noNewRun, state: nothing,
		prepare: onRerun(mockapi.Fault{Status: 504, Body: "<html><title>Gateway Time-out</title></html>"}),
		says:    []string{`an HTML page titled "Gateway Time-out"`, noneFound},
		writes:  []string{rerun100}, next: update, then: []string{rerun100, delete101}, holds: 102,
	},
	{
		fault: "500", phase: creating, sees: "error: none was found that was started; the next apply asks again", server: noNewRun, state: "nothing",
		prepare: onRerun(mockapi.Fault{Status: 500, Body: `{"detail": "Internal Server Error"}`}), says: []string{"Internal Server Error", noneFound},
		writes: []string{rerun100}, next: create, then: []string{rerun100}, holds: 101,
	},
	{
		fault: "connection closed before the effect, somebody else's Run just started", phase: creating, sees: "error: none was found that was started", server: "somebody else's Run", state: "nothing",
		prepare: func(a *api) {
			a.Seed(justStarted(50))
			onRerun(mockapi.Fault{Close: true})(a)
		},
		says: []string{noneFound}, writes: []string{rerun100}, next: create, then: []string{rerun100}, holds: 101,
	},
	{
		fault: "connection closed before the effect, two others' Runs started meanwhile", phase: creating, sees: "error: lists both, and how to import one", server: "the others' Runs", state: "nothing",
		prepare: func(a *api) {
			onRerun(mockapi.Fault{Close: true, Hook: func() { a.Seed(justStarted(51), justStarted(52)) }})(a)
		},
		says:   []string{"The request may have started one of these", "Run 52: scan, running", "Run 51: scan, running", "terraform import ADDRESS ID"},
		writes: []string{rerun100}, next: create, then: []string{rerun100}, holds: 101,
	},
	// The answer is lost after the Run was started: it is found, and taken over.
	{
		fault: "connection closed after the effect", phase: creating, sees: "warning: the answer was lost, the Run was found", server: newRun, state: "the new Run",
		prepare: onRerun(mockapi.Fault{Close: true, AfterEffect: true}), writes: []string{rerun100}, next: noop, holds: 101,
	},
	{
		fault: "502 after the effect", phase: updating, sees: "warning: the answer was lost, the Run was found", server: newRun, state: "the new Run",
		prepare: onRerun(mockapi.Fault{Status: 502, AfterEffect: true, Body: "<html></html>"}), writes: []string{rerun100, delete101}, next: noop, holds: 102,
	},
	{
		fault: "no answer within request_timeout, after the effect", phase: creating, sees: "warning: the answer was lost, the Run was found", server: newRun, state: "the new Run",
		arguments: `request_timeout = "700ms"`, prepare: onRerun(mockapi.Fault{Delay: 3 * time.Second, AfterEffect: true}),
		writes: []string{rerun100}, next: noop, holds: 101,
	},
	{
		fault: "answer cut off", phase: creating, sees: "warning: the answer was lost, the Run was found", server: newRun, state: "the new Run",
		prepare: onRerun(mockapi.Fault{Truncate: 40, AfterEffect: true}), writes: []string{rerun100}, next: noop, holds: 101,
	},
	{
		fault: "HTML with status 200, after the effect", phase: creating, sees: "warning: the answer was lost, the Run was found", server: newRun, state: "the new Run",
		prepare: onRerun(mockapi.Fault{Status: 200, AfterEffect: true, Body: "<html><title>Log in</title></html>"}), writes: []string{rerun100}, next: noop, holds: 101,
	},
	// Waiting.
	{
		fault: "some polls fail (500, closed, HTML)", phase: waitingFor, sees: "nothing", server: newRun, state: "the new Run",
		prepare: on("GET", readPath, mockapi.Fault{Status: 500, Times: 3}).and(on("GET", readPath, mockapi.Fault{Close: true, Times: 3})).
			and(on("GET", readPath, mockapi.Fault{Status: 200, Body: "<html></html>", Times: 3})),
		outcome: []mockapi.Outcome{{Running: 500 * time.Millisecond}},
		writes:  []string{rerun100}, next: noop, holds: 101,
	},
	{
		fault: "server away for many polls", phase: waitingFor, sees: "nothing", server: newRun, state: "the new Run",
		prepare: on("GET", readPath, mockapi.Fault{Status: 503, Times: 40}), outcome: []mockapi.Outcome{{Running: 100 * time.Millisecond}},
		writes: []string{rerun100}, next: noop, holds: 101,
	},
	{
		fault: "server away for good", phase: waitingFor, sees: "error: the Run is in the state; Terraform taints a new resource", server: newRun + ", active", state: "the new Run, tainted",
		prepare: on("GET", readPath, mockapi.Fault{Status: 503, Times: mockapi.Always}), outcome: []mockapi.Outcome{endless},
		says:   []string{"Cannot follow Run 101", "503", "terraform untaint"},
		writes: []string{rerun100}, next: replace, then: []string{abort101, delete101, rerun100}, holds: 102,
	},
	{
		fault: "token expires", phase: waitingFor, sees: "error: the token; the Run is in the state, tainted if new", server: newRun + ", active", state: "the new Run, tainted",
		prepare: on("GET", readPath, mockapi.Fault{Status: 401, Times: mockapi.Always}), outcome: []mockapi.Outcome{endless},
		says:   []string{"Cannot follow Run 101", "401", "The API token (set in the provider block)"},
		writes: []string{rerun100}, next: replace, then: []string{abort101, delete101, rerun100}, holds: 102,
	},
	{
		fault: "record deleted by somebody", phase: waitingFor, sees: "error: the Run was deleted while it was waited for", server: noNewRun, state: "the new Run, gone with the next refresh",
		prepare: func(a *api) { on("GET", readPath, mockapi.Fault{Hook: func() { a.Remove(101) }})(a) },
		outcome: []mockapi.Outcome{endless},
		says:    []string{"Run 101 was deleted while it was waited for"},
		writes:  []string{rerun100}, next: create, then: []string{rerun100}, holds: 102,
	},
	// Refresh.
	{
		fault: "5xx for good", phase: refreshing, sees: "error", server: nothing, state: nothing,
		arguments: "max_retries = 1", prepare: on("GET", readPath, mockapi.Fault{Status: 500, Times: mockapi.Always}),
		says: []string{"Cannot read Run 101", "500"}, next: noop, holds: 101,
	},
	{
		fault: "404 of a proxy (HTML)", phase: refreshing, sees: "error: not the API's answer", server: nothing, state: nothing,
		prepare: on("GET", readPath, mockapi.Fault{Status: 404, Body: "<html><title>Not Found</title></html>", Times: mockapi.Always}),
		says:    []string{"Cannot read Run 101", `an HTML page titled "Not Found"`, "the provider's `url`"}, next: noop, holds: 101,
	},
	// Destroy.
	{
		fault: "DELETE: connection closed after the effect", phase: destroying, sees: "nothing", server: "the record is gone", state: "nothing",
		prepare: on("DELETE", "", mockapi.Fault{Close: true, AfterEffect: true}),
		writes:  []string{delete101, delete101}, next: create, then: []string{rerun100}, holds: 102,
	},
	{
		fault: "DELETE: 500, once", phase: destroying, sees: "nothing", server: "the record is gone", state: "nothing",
		prepare: on("DELETE", "", mockapi.Fault{Status: 500}),
		writes:  []string{delete101, delete101}, next: create, then: []string{rerun100}, holds: 102,
	},
	{
		fault: "DELETE: 403", phase: destroying, sees: "error: the Editor team permission is missing", server: "the record", state: nothing,
		prepare: on("DELETE", "", mockapi.Fault{Status: 403}), says: []string{"Cannot delete Run 101", "Editor team permission"},
		writes: []string{delete101}, next: noop, holds: 101,
	},
}
