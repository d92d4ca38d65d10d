// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The response is lost after the Run was started. The Run is found and adopted.
var faultsLost = []faultRow{
	{
		phase: creating, fault: "PUT: connection closed after the effect",
		prepare: onRerun(mockapi.Fault{Close: true, AfterEffect: true}), says: []finding{warns(adoptLost, wasFound+"101")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: noChanges, holds: 101,
	},
	{
		phase: updating, fault: "PUT: 502 after the effect",
		prepare:  onRerun(mockapi.Fault{Status: 502, AfterEffect: true, Body: htmlPage}),
		says:     []finding{warns(adoptLost, wasFound+"102")},
		requests: []string{rerun100, delete101}, server: []int64{102}, state: "Run 102", next: noChanges, holds: 102,
	},
	{
		phase: creating, fault: "PUT: no response within request_timeout, after the effect",
		arguments: `, "request_timeout": "1s"`,
		prepare:   onRerun(mockapi.Fault{Delay: time.Hour, AfterEffect: true}), says: []finding{warns(adoptLost, wasFound+"101")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: noChanges, holds: 101,
	},
	{
		phase: creating, fault: "PUT: the response ends early",
		prepare: onRerun(mockapi.Fault{Truncate: 40}), says: []finding{warns(adoptLost, wasFound+"101")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: noChanges, holds: 101,
	},
	{
		phase: creating, fault: "PUT: 200 with an HTML page, after the effect",
		prepare:  onRerun(mockapi.Fault{Status: 200, AfterEffect: true, Body: htmlPage}),
		says:     []finding{warns(adoptLost, wasFound+"101")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: noChanges, holds: 101,
	},
	{
		phase: creating, fault: "PUT: 504; the Run is created during the search for it",
		prepare: onRerun(mockapi.Fault{Status: 504}).and(func(s *scene) {
			s.Inject(mockapi.Fault{Method: "GET", Path: listPath, Skip: 2, Hook: func() { s.Start(100, nil) }})
		}),
		says: []finding{warns(adoptLost, wasFound+"101")}, requests: []string{rerun100}, server: []int64{101}, state: "Run 101",
		next: noChanges, holds: 101,
	},
	{
		phase: creating, fault: "PUT of a sync: response lost; the list rejects operation_type",
		given: func(s *scene) {
			run := scan(100, "success")
			run.Type = "sync"
			s.Seed(run)
			s.rewriting(func(r *http.Request) { replaceQuery(r, "operation_type", "rejected") })
		},
		prepare: onRerun(mockapi.Fault{Close: true, AfterEffect: true}), says: []finding{warns(adoptLost, wasFound+"101")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: noChanges, holds: 101,
	},
	{
		phase: creating, fault: "PUT: connection closed after the effect; a schedule starts an identical Run meanwhile",
		prepare: onLost(true, starts(bySchedule)), says: []finding{warns(adoptLost, wasFound+"102")},
		requests: []string{rerun100}, server: []int64{101, 102}, others: []int64{101}, state: "Run 102", next: noChanges, holds: 102,
	},
	{
		phase:   creating,
		fault:   "PUT: connection closed after the effect; a colleague starts an identical Run meanwhile; the user is known from another start",
		prepare: prepare(anotherFirst).and(onLost(true, starts(byColleague))), says: []finding{warns(adoptLost, wasFound+"103")},
		requests: []string{rerun100, rerun100}, server: []int64{101, 102, 103}, beside: 101, others: []int64{102},
		state: "Run 103", next: noChanges, holds: 103,
	},
	{
		phase: updating, fault: "PUT: connection closed after the effect; a colleague starts an identical Run meanwhile",
		prepare: onLost(true, starts(byColleague)), says: []finding{warns(adoptLost, wasFound+"103")},
		requests: []string{rerun100, delete101}, server: []int64{102, 103}, others: []int64{102},
		state: "Run 103", next: noChanges, holds: 103,
	},
	{
		phase: creating, fault: "PUT: response lost; there is a record of 2099",
		given: func(s *scene) {
			run := scan(90, "success")
			run.Created = time.Date(2099, time.January, 1, 0, 0, 0, 0, time.UTC)
			run.StartTime, run.EndTime = run.Created, run.Created
			s.Seed(run)
		},
		prepare: onRerun(mockapi.Fault{Close: true, AfterEffect: true}), says: []finding{warns(adoptLost, wasFound+"101")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: noChanges, holds: 101,
	},
	{
		phase: creating, fault: "PUT: response lost; the first search fails, and the first read of the source", latest: true,
		arguments: `, "max_retries": 0`,
		prepare: onRerun(mockapi.Fault{Close: true, AfterEffect: true}).
			and(on("GET", "/api/operations/100", mockapi.Fault{Status: 500})).
			and(on("GET", listPath, mockapi.Fault{Status: 500, Skip: 2})),
		says: []finding{warns(adoptLost, wasFound+"101")}, requests: []string{rerun100}, server: []int64{101}, state: "Run 101",
		next: noChanges, holds: 101,
	},
	{
		phase: updating, fault: "PUT: 200 with the id that the resource holds, after the effect",
		prepare:  onRerun(mockapi.Fault{Status: 200, AfterEffect: true, Body: `{"id": 101, "result": "queued"}`}),
		says:     []finding{warns(adoptLost, "the response names Run 101, which existed before the request")},
		requests: []string{rerun100, delete101}, server: []int64{102}, state: "Run 102", next: noChanges, holds: 102,
	},
	{
		phase: creating, fault: "PUT: 200 with an object for triggered_by and message, a number for schedule and containers",
		prepare: onRerun(mockapi.Fault{
			AfterEffect: true, Body: `{"id": 101, "result": "queued", "triggered_by": {}, "message": {}, "schedule": 12, "containers": 3}`,
		}),
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: noChanges, holds: 101,
	},
}

// Terraform is interrupted with Ctrl-C.
var faultsInterrupted = []faultRow{
	{
		phase: creating, fault: "Ctrl-C while the PUT hangs, which ends without effect", arguments: `, "request_timeout": "1s"`,
		prepare: func(s *scene) {
			s.Inject(mockapi.Fault{Method: "PUT", Path: rerunPath, Delay: time.Hour, Hook: s.interrupt})
		},
		says:     []finding{fails(cannot, "The search for the Run was interrupted. The deployment may still start it.")},
		requests: []string{rerun100}, state: "nothing", next: "create", then: []string{rerun100}, holds: 101,
	},
	{
		phase: creating, fault: "Ctrl-C while the PUT hangs, which responds a moment later",
		prepare: func(s *scene) {
			s.Inject(mockapi.Fault{Method: "PUT", Path: rerunPath, Delay: 100 * time.Millisecond, AfterEffect: true, Hook: s.interrupt})
		},
		says:     []finding{warns("Interrupted while waiting for Run 101", "The next apply continues waiting for it.")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: noChanges, holds: 101,
	},
	{
		phase: creating, fault: "Ctrl-C while the PUT hangs, whose response is lost after the effect",
		arguments: `, "request_timeout": "1s"`,
		prepare: func(s *scene) {
			s.Inject(mockapi.Fault{Method: "PUT", Path: rerunPath, Delay: time.Hour, AfterEffect: true, Hook: s.interrupt})
		},
		outcome: []mockapi.Outcome{endless},
		says: []finding{
			warns(adoptLost, wasFound+"101"),
			warns("Interrupted while waiting for Run 101", "The next apply continues waiting for it."),
		},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: "update", holds: 101,
	},
	{
		phase: creating, fault: "Ctrl-C while waiting",
		prepare:  func(s *scene) { s.Inject(mockapi.Fault{Method: "GET", Path: readPath, Hook: s.interrupt}) },
		outcome:  []mockapi.Outcome{endless},
		says:     []finding{warns("Interrupted while waiting for Run 101", "The next apply continues waiting for it.")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: "update", holds: 101,
	},
	{
		phase: updating, fault: "Ctrl-C while waiting",
		prepare: func(s *scene) {
			s.Inject(mockapi.Fault{Method: "GET", Path: "/api/operations/102", Hook: s.interrupt})
		},
		outcome:  []mockapi.Outcome{endless},
		says:     []finding{warns("Interrupted while waiting for Run 102", "The next apply continues waiting for it.")},
		requests: []string{rerun100}, server: []int64{101, 102}, state: "Run 102", next: "update", then: []string{delete101},
		holds: 102,
	},
}
