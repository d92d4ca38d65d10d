// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const untaint = "To continue waiting for it instead, run `terraform untaint`"

// onePoll is a row in which the first polls get unexpected responses.
func onePoll(fault string, odd mockapi.Fault) faultRow {
	return faultRow{
		phase: creating, fault: "poll: " + fault, prepare: on("GET", readPath, odd),
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: noChanges, holds: 101,
	}
}

// Polls fail during the wait.
var faultsWaiting = []faultRow{
	onePoll("401, once", mockapi.Fault{Status: 401}),
	onePoll("404, twice", mockapi.Fault{Status: 404, Times: 2}),
	onePoll("connection closed, three times", mockapi.Fault{Close: true, Times: 3}),
	onePoll("200 with an HTML page, twice", mockapi.Fault{Status: 200, Body: htmlPage, Times: 2}),
	onePoll("503, 15 times", mockapi.Fault{Status: 503, Times: 15}),
	{
		phase: creating, fault: "poll: always 503", terraform: true,
		prepare: on("GET", readPath, mockapi.Fault{Status: 503, Times: mockapi.Always}), outcome: []mockapi.Outcome{endless},
		says:     []finding{fails("Cannot follow Run 101", untaint)},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101, tainted", next: "replace",
		then: []string{abort101, delete101, rerun100}, holds: 102,
	},
	{
		phase: creating, fault: "poll: always 401",
		prepare: on("GET", readPath, mockapi.Fault{Status: 401, Times: mockapi.Always}), outcome: []mockapi.Outcome{endless},
		says:     []finding{fails("Cannot follow Run 101", "The API token (set in the provider block) is wrong")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101, tainted", next: "replace",
		then: []string{abort101, delete101, rerun100}, holds: 102,
	},
	{
		phase: updating, fault: "poll: always 503",
		prepare:  on("GET", "/api/operations/102", mockapi.Fault{Status: 503, Times: mockapi.Always}),
		outcome:  []mockapi.Outcome{endless},
		says:     []finding{fails("Cannot follow Run 102", "It is recorded in the state. The next apply continues waiting for it.")},
		requests: []string{rerun100}, server: []int64{101, 102}, state: "Run 102", next: "update", then: []string{delete101},
		holds: 102,
	},
	{
		phase: creating, fault: "somebody deletes the record",
		prepare: func(s *scene) {
			s.Inject(mockapi.Fault{Method: "GET", Path: readPath, Hook: func() { s.Remove(101) }})
		},
		outcome:  []mockapi.Outcome{endless},
		says:     []finding{fails("Run 101 was deleted while it was waited for", "so its result is unknown")},
		requests: []string{rerun100}, state: "Run 101, tainted", next: "create", then: []string{rerun100}, holds: 102,
	},
	{
		phase: creating, fault: "timeouts.create expires", timeouts: `, "timeouts": {"create": "1s"}`,
		prepare: func(*scene) {}, outcome: []mockapi.Outcome{endless},
		says:     []finding{fails("Timed out while waiting for Run 101", untaint)},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101, tainted", next: "replace",
		then: []string{abort101, delete101, rerun100}, holds: 102,
	},
	{
		phase: updating, fault: "timeouts.update expires", timeouts: `, "timeouts": {"update": "2s"}`,
		prepare: func(*scene) {}, outcome: []mockapi.Outcome{endless},
		says:     []finding{fails("Timed out while waiting for Run 102", "The next apply continues waiting for it.")},
		requests: []string{rerun100}, server: []int64{101, 102}, state: "Run 102", next: "update", then: []string{delete101},
		holds: 102,
	},
}

// The Run ends, and does not pass.
var faultsPassing = []faultRow{
	{
		phase: creating, fault: "the Run fails",
		prepare: func(*scene) {}, outcome: []mockapi.Outcome{failing},
		says:     []finding{fails("Run 101 failed", "The apply failed because `fail_on` includes `failure`.")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101, tainted", next: "replace",
		then: []string{delete101, rerun100}, holds: 102,
	},
	{
		phase: updating, fault: "the Run is aborted",
		prepare: func(*scene) {}, outcome: []mockapi.Outcome{{Result: "aborted"}},
		says:     []finding{fails("Run 102 was aborted", "The next apply reruns Run 100.")},
		requests: []string{rerun100}, server: []int64{101, 102}, state: "Run 102", next: "update",
		nextSays: []string{"warning: Run 102 does not pass: Its result is .aborted., and .fail_on. includes .aborted.."},
		then:     []string{rerun100, delete101, delete102}, holds: 103,
	},
	{
		phase: creating, fault: "the Run has more anomalies than max_anomalies", resource: gateConfig,
		prepare: func(*scene) {}, outcome: []mockapi.Outcome{identifying(6)},
		says:     []finding{fails("Run 101 did not pass max_anomalies", "The Run identified 6 anomalies, and `max_anomalies` allows 5.")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101, tainted", next: "replace",
		then: []string{delete101, rerun100}, holds: 102,
	},
	{
		phase: updating, fault: "the Run has more anomalies than max_anomalies", resource: gateConfig,
		prepare: func(*scene) {}, outcome: []mockapi.Outcome{identifying(6)},
		says:     []finding{fails("Run 102 did not pass max_anomalies", "The Run identified 6 anomalies, and `max_anomalies` allows 5.")},
		requests: []string{rerun100}, server: []int64{101, 102}, state: "Run 102", next: "update", nextSays: []string{excess102},
		then: []string{rerun100, delete101, delete102}, holds: 103,
	},
	{
		phase: updating, fault: "the Run does not report the number of anomalies for max_anomalies", resource: gateConfig,
		prepare: func(s *scene) {
			s.Inject(mockapi.Fault{
				Method: "GET", Path: "/api/operations/102", Hook: func() { s.Finish(102, "success", "") }, Status: 200,
				Body: `{"id": 102, "type": "scan", "result": "success", "status": {"anomalies_identified": null}}`,
			})
		},
		says:     []finding{fails("Run 102 did not pass max_anomalies", "does not report the number of anomalies")},
		requests: []string{rerun100}, server: []int64{101, 102}, state: "Run 102", next: noChanges, holds: 102,
	},
	{
		phase: updating, fault: "a result that the provider does not know",
		prepare: on("GET", "/api/operations/102", mockapi.Fault{
			Status: 200, Body: `{"id": 102, "type": "scan", "result": "partially_successful", "end_time": "2026-05-01T09:31:30Z"}`,
		}),
		outcome:  []mockapi.Outcome{{Result: "partially_successful"}},
		says:     []finding{fails("Run 102 ended as partially_successful", "the provider does not know this result, which counts as `failure`")},
		requests: []string{rerun100}, server: []int64{101, 102}, state: "Run 102", next: "update",
		nextSays: []string{"warning: Run 102 does not pass: Its result is .partially_successful., which counts as .failure."},
		then:     []string{rerun100, delete101, delete102}, holds: 103,
	},
}

// Records are read, aborted and deleted.
var faultsRecords = []faultRow{
	{
		phase: updating, fault: "DELETE of the superseded record: 403",
		prepare: on("DELETE", readPath, mockapi.Fault{Status: 403}),
		says: []finding{
			warns("The record of the superseded Run 101 was not deleted", "The provider tries again after the next Run that passes"),
		},
		requests: []string{rerun100, delete101}, server: []int64{101, 102}, state: "Run 102", next: noChanges, holds: 102,
	},
	{
		phase: refreshing, fault: "GET: always 500", arguments: `, "max_retries": 1`,
		prepare: on("GET", readPath, mockapi.Fault{Status: 500, Times: mockapi.Always}),
		says:    []finding{fails("Cannot read Run 101", "The deployment failed to process the request.")},
		server:  []int64{101}, state: "Run 101", next: noChanges, holds: 101,
	},
	{
		phase: refreshing, fault: "GET: 404, an HTML page",
		prepare: on("GET", readPath, mockapi.Fault{Status: 404, Body: htmlPage, Times: mockapi.Always}),
		says:    []finding{fails("Cannot read Run 101", "so the provider's `url` is wrong")},
		server:  []int64{101}, state: "Run 101", next: noChanges, holds: 101,
	},
	{
		phase: refreshing, fault: "somebody has deleted the record",
		prepare: func(s *scene) { s.Remove(101) },
		says:    []finding{warns("The record of Run 101 was deleted", "An apply creates it again, which starts another Run.")},
		state:   "nothing", next: "create", then: []string{rerun100}, holds: 102,
	},
	{
		phase: destroying, fault: "DELETE: connection closed after the effect",
		prepare:  on("DELETE", "", mockapi.Fault{Close: true, AfterEffect: true}),
		requests: []string{delete101, delete101}, state: "nothing", next: "create", then: []string{rerun100}, holds: 102,
	},
	{
		phase: destroying, fault: "DELETE: 500, once",
		prepare:  on("DELETE", "", mockapi.Fault{Status: 500}),
		requests: []string{delete101, delete101}, state: "nothing", next: "create", then: []string{rerun100}, holds: 102,
	},
	{
		phase: destroying, fault: "somebody has deleted the record",
		prepare: func(s *scene) { s.Remove(101) },
		state:   "nothing", next: "create", then: []string{rerun100}, holds: 102,
	},
	{
		phase: destroying, fault: "DELETE: 403",
		prepare:  on("DELETE", "", mockapi.Fault{Status: 403}),
		says:     []finding{fails("Cannot delete Run 101", "needs the Editor team permission")},
		requests: []string{delete101}, server: []int64{101}, state: "Run 101", next: noChanges, holds: 101,
	},
	{
		phase: destroying, fault: "an active Run; the response to the abort is lost after the effect", resource: unawaited,
		given:    startsEndless,
		prepare:  on("PUT", "/api/operations/abort/*", mockapi.Fault{Close: true, AfterEffect: true}),
		requests: []string{abort101, abort101, delete101}, state: "nothing", next: "create", then: []string{rerun100}, holds: 102,
	},
	{
		phase: destroying, fault: "an active Run; the abort says aborted while the worker still runs", resource: unawaited,
		given:    startsEndless,
		prepare:  func(s *scene) { reportsAbortedEarly(s.api) },
		requests: []string{abort101, delete101}, state: "nothing", next: "create", then: []string{rerun100}, holds: 102,
	},
	{
		phase: destroying, fault: "an active Run; DELETE: 409 twice after the abort", resource: unawaited, given: startsEndless,
		prepare:  on("DELETE", "", mockapi.Fault{Status: 409, Times: 2}),
		requests: []string{abort101, delete101, delete101, delete101}, state: "nothing", next: "create",
		then: []string{rerun100}, holds: 102,
	},
	{
		phase: destroying, fault: "an active Run; timeouts.delete expires",
		resource: unawaited, timeouts: `, "timeouts": {"delete": "1s"}`, given: startsEndless,
		prepare:  on("PUT", "/api/operations/abort/*", mockapi.Fault{Status: 200, Body: `{"id": 101, "result": "running"}`}),
		says:     []finding{fails("Cannot wait for the end of Run 101", "timed out after the time in `timeouts.delete`. Repeat it to continue.")},
		requests: []string{abort101}, server: []int64{101}, state: "Run 101", next: "update", holds: 101,
	},
}

// startsEndless makes the first started Run active until it is aborted.
func startsEndless(s *scene) {
	s.Plan(mockapi.Outcome{Running: mockapi.Never, Queued: 5 * time.Millisecond})
}

// reportsAbortedEarly makes the response to an abort say aborted before polls do.
func reportsAbortedEarly(a *api) {
	a.Inject(mockapi.Fault{
		Method: "PUT", Path: "/api/operations/abort/*", Status: 200, Body: `{"id": 101, "result": "aborted", "end_time": "2026-05-01T09:31:30Z"}`,
	})
	a.Inject(mockapi.Fault{Method: "GET", Path: poll101, Skip: 2, Hook: func() { a.Finish(101, "aborted", "") }})
}
