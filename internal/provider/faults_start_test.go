// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The request is refused. Nothing is started or retried.
var faultsRefused = []faultRow{
	{
		phase: planning, fault: "the source does not exist (404)",
		prepare: on("GET", "/api/operations/100", mockapi.Fault{Status: 404, Body: `{"detail": "Operation not found"}`}),
		says:    []finding{fails("Cannot read Run 100", "No such Run exists")},
		state:   "nothing", next: "create", then: []string{rerun100}, holds: 101,
	},
	{
		phase: creating, fault: "PUT: 401",
		prepare:  onRerun(mockapi.Fault{Status: 401}),
		says:     []finding{fails(cannot, "The API token (set in the provider block) is wrong")},
		requests: []string{rerun100}, state: "nothing", next: "create", then: []string{rerun100}, holds: 101,
	},
	{
		phase: creating, fault: "PUT: 403",
		prepare: onRerun(mockapi.Fault{Status: 403}), says: []finding{fails(cannot, "needs the Editor team permission")},
		requests: []string{rerun100}, state: "nothing", next: "create", then: []string{rerun100}, holds: 101,
	},
	{
		phase: creating, fault: "PUT: 403, an HTML page of a firewall",
		prepare:  onRerun(mockapi.Fault{Status: 403, Body: htmlPage}),
		says:     []finding{fails(cannot, "No matching Run was found, so probably none was started")},
		requests: []string{rerun100}, state: "nothing", next: "create", then: []string{rerun100}, holds: 101,
	},
	{
		phase: updating, fault: "PUT: 403",
		prepare: onRerun(mockapi.Fault{Status: 403}), says: []finding{fails(cannot, "needs the Editor team permission")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: "update", then: []string{rerun100, delete101},
		holds: 102,
	},
	{
		phase: updating, fault: "PUT: 409 that the source does not explain, once",
		prepare:  onRerun(mockapi.Fault{Status: 409, Body: `{"detail": "A scan of datastore 101 is already running"}`}),
		requests: []string{rerun100, rerun100, delete101}, server: []int64{102}, state: "Run 102", next: noChanges, holds: 102,
	},
	{
		phase: updating, fault: "PUT: 409 that the source does not explain, until timeouts.update expires",
		timeouts: `, "timeouts": {"update": "900ms"}`,
		prepare:  onRerun(mockapi.Fault{Status: 409, Body: `{"detail": "A scan of datastore 101 is already running"}`}),
		says:     []finding{fails(cannot, "Something else is in the way, as described in the response")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: "update", then: []string{rerun100, delete101},
		holds: 102,
	},
	{
		phase: creating, fault: "PUT: 422",
		prepare: onRerun(mockapi.Fault{
			Status: 422, Body: `{"detail": [{"loc": ["path", "id"], "msg": "Input should be less", "type": "less_than"}]}`,
		}),
		says:     []finding{fails("Invalid run_id", "Input should be less")},
		requests: []string{rerun100}, state: "nothing", next: "create", then: []string{rerun100}, holds: 101,
	},
	{
		phase: creating, fault: "PUT: 307 to another host",
		prepare:  onRerun(mockapi.Fault{Status: 307, Header: http.Header{"Location": {"https://new.example.com/api/operations/rerun/100"}}}),
		says:     []finding{fails(cannot, "If https://new.example.com is your deployment, set the provider's `url` to it.")},
		requests: []string{rerun100}, state: "nothing", next: "create", then: []string{rerun100}, holds: 101,
	},
	{
		phase: creating, fault: "the list before the PUT: always 500", arguments: `, "max_retries": 1`,
		prepare: on("GET", listPath, mockapi.Fault{Status: 500, Times: mockapi.Always}),
		says:    []finding{fails(cannot, "The deployment failed to process the request.")},
		state:   "nothing", next: "create", then: []string{rerun100}, holds: 101,
	},
}

// The request certainly did not reach the application. It is retried.
var faultsNotReached = []faultRow{
	{
		phase: creating, fault: "PUT: 429 with Retry-After, once",
		prepare:  onRerun(mockapi.Fault{Status: 429, Header: http.Header{"Retry-After": {"1"}}}),
		requests: []string{rerun100, rerun100}, server: []int64{101}, state: "Run 101", next: noChanges, holds: 101,
	},
	{
		phase: creating, fault: "PUT: 429, an HTML page without Retry-After, three times",
		prepare:  onRerun(mockapi.Fault{Status: 429, Body: htmlPage, Times: 3}),
		requests: []string{rerun100, rerun100, rerun100, rerun100}, server: []int64{101}, state: "Run 101", next: noChanges,
		holds: 101,
	},
	{
		phase: creating, fault: "PUT: always 429",
		prepare:  onRerun(mockapi.Fault{Status: 429, Times: mockapi.Always}),
		says:     []finding{fails(cannot, "The deployment's rate limit is exceeded.")},
		requests: []string{rerun100}, repeated: true, state: "nothing", next: "create", then: []string{rerun100}, holds: 101,
	},
	{
		phase: creating, fault: "PUT: always 429, an HTML page of a gateway",
		prepare:  onRerun(mockapi.Fault{Status: 429, Body: htmlPage, Times: mockapi.Always}),
		says:     []finding{fails(cannot, "limits the requests per second for each IP address")},
		requests: []string{rerun100}, repeated: true, state: "nothing", next: "create", then: []string{rerun100}, holds: 101,
	},
	{
		phase: updating, fault: "PUT: 503 with Retry-After, once",
		prepare:  onRerun(mockapi.Fault{Status: 503, Header: http.Header{"Retry-After": {"0"}}}),
		requests: []string{rerun100, rerun100, delete101}, server: []int64{102}, state: "Run 102", next: noChanges, holds: 102,
	},
}

// The outcome of the request is unknown, and no Run is certainly its own. Nothing is retried or
// adopted.
var faultsUnknown = []faultRow{
	{
		phase: creating, fault: "PUT: connection closed before the effect", terraform: true,
		prepare: onRerun(mockapi.Fault{Close: true}), says: []finding{fails(cannot, noneFound)},
		requests: []string{rerun100}, state: "nothing", next: "create", then: []string{rerun100}, holds: 101,
	},
	{
		phase: updating, fault: "PUT: 504 before the effect",
		prepare: onRerun(mockapi.Fault{Status: 504, Body: htmlPage}), says: []finding{fails(cannot, noneFound)},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: "update", then: []string{rerun100, delete101},
		holds: 102,
	},
	{
		phase: creating, fault: "PUT: 500 of the API",
		prepare:  onRerun(mockapi.Fault{Status: 500, Body: `{"detail": "Internal Server Error"}`}),
		says:     []finding{fails(cannot, noneFound)},
		requests: []string{rerun100}, state: "nothing", next: "create", then: []string{rerun100}, holds: 101,
	},
	{
		phase: creating, fault: "PUT: connection closed before the effect; a schedule starts an identical Run meanwhile",
		prepare: onLost(false, starts(bySchedule)), says: []finding{fails(cannot, "(triggered by schedule 12)")},
		requests: []string{rerun100}, server: []int64{101}, others: []int64{101}, state: "nothing", next: "create",
		then: []string{rerun100}, holds: 102,
	},
	{
		phase:    creating,
		fault:    "PUT: connection closed before the effect; a colleague starts an identical Run meanwhile; the user is known from another start",
		prepare:  prepare(anotherFirst).and(onLost(false, starts(byColleague))),
		says:     []finding{fails(cannot, "(triggered by ann@example.com, not by terraform@service.example.com)")},
		requests: []string{rerun100, rerun100}, server: []int64{101, 102}, beside: 101, others: []int64{102}, state: "nothing",
		next: "create", then: []string{rerun100}, holds: 103,
	},
	{
		phase: updating, fault: "PUT: connection closed before the effect; a colleague starts an identical Run meanwhile",
		prepare:  onLost(false, starts(byColleague)),
		says:     []finding{fails(cannot, "(triggered by ann@example.com, not by terraform@service.example.com)")},
		requests: []string{rerun100}, server: []int64{101, 102}, others: []int64{102}, state: "Run 101",
		next: "update", then: []string{rerun100, delete101}, holds: 103,
	},
	{
		phase: creating, fault: "PUT: connection closed before the effect; another provider alias reruns the same Run meanwhile",
		prepare: func(s *scene) {
			alias := s.connect("")
			onLost(false, func(s *scene) { s.startBeside(alias, `{"run_id": 100}`) })(s)
		},
		says: []finding{fails(cannot, noneFound)}, requests: []string{rerun100, rerun100}, server: []int64{101}, beside: 101,
		state: "nothing", next: "create", then: []string{rerun100}, holds: 102,
	},
	{
		phase: creating,
		fault: "PUT: connection closed before the effect; another resource reruns the same Run meanwhile, " +
			"whose response is lost after the effect",
		prepare: onLost(false, func(s *scene) { s.startBeside(s.resource.protocol, `{"run_id": 100}`) }).
			and(onRerun(mockapi.Fault{Close: true, AfterEffect: true})),
		says: []finding{fails(cannot, noneFound)}, requests: []string{rerun100, rerun100}, server: []int64{101}, beside: 101,
		state: "nothing", next: "create", then: []string{rerun100}, holds: 102,
	},
	{
		phase: creating,
		fault: "PUT: 502 before the effect; another resource reruns a Run with other settings meanwhile, with 502 after the effect",
		given: func(s *scene) {
			run := older(90, 101, "success", time.Hour)
			run.Settings = map[string]any{"incremental": true}
			s.Seed(run)
		},
		prepare: func(s *scene) {
			p := s.resource.protocol
			s.Inject(
				mockapi.Fault{Method: "PUT", Path: rerunPath, Status: 502, Hook: func() { s.startBeside(p, `{"run_id": 90}`) }},
				mockapi.Fault{Method: "PUT", Path: rerunPath, Status: 502, AfterEffect: true},
			)
		},
		says: []finding{fails(cannot, noneFound)}, requests: []string{rerun100, rerunOf(90)}, server: []int64{101}, beside: 101,
		state: "nothing", next: "create", then: []string{rerun100}, holds: 102,
	},
	{
		phase:    creating,
		fault:    "PUT: connection closed after the effect; a colleague starts an identical Run meanwhile; the user is not known yet",
		prepare:  onLost(true, starts(byColleague)),
		says:     []finding{fails(cannot, "(same settings, indistinguishable from Run 102)")},
		requests: []string{rerun100}, server: []int64{101, 102}, orphans: []int64{101, 102}, state: "nothing", next: "create",
		then: []string{rerun100}, holds: 103,
	},
	{
		phase: updating, fault: "PUT: connection closed after the effect; the same user starts an identical Run meanwhile",
		prepare: onLost(true, starts(nil)), says: []finding{fails(cannot, oneOfThese)},
		requests: []string{rerun100}, server: []int64{101, 102, 103}, orphans: []int64{102, 103}, state: "Run 101",
		next: "update", then: []string{rerun100, delete101}, holds: 104,
	},
	{
		phase: updating, fault: "PUT: 200 with the id that the resource holds, without effect",
		prepare:  onRerun(mockapi.Fault{Status: 200, Body: `{"id": 101, "result": "queued"}`}),
		says:     []finding{fails(cannot, "the response names Run 101, which existed before the request")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: "update", then: []string{rerun100, delete101},
		holds: 102,
	},
	{
		phase: updating, fault: "PUT: 200 with the id of a Run on another datastore",
		prepare:  onRerun(mockapi.Fault{Status: 200, Body: `{"id": 900, "result": "queued", "datastore": {"id": 102}}`}),
		says:     []finding{fails(cannot, "the response names Run 900, which is on datastore 102, not 101")},
		requests: []string{rerun100}, server: []int64{101}, state: "Run 101", next: "update", then: []string{rerun100, delete101},
		holds: 102,
	},
	{
		phase: creating,
		fault: "PUT: connection closed before the effect; the list ignores sort_created, and shows a Run of April that it did not show before",
		given: func(s *scene) {
			for id := range int64(99) {
				s.Seed(older(200+id, 101, "success", 24*time.Hour))
			}
			s.rewriting(func(r *http.Request) { replaceQuery(r, "sort_created", "asc") })
		},
		prepare:  onLost(false, func(s *scene) { s.Seed(older(50, 101, "success", 240*24*time.Hour)) }),
		says:     []finding{fails(cannot, "the list of Runs is not sorted as requested")},
		requests: []string{rerun100}, server: []int64{50}, others: []int64{50}, state: "nothing", next: "create",
		then: []string{rerun100}, holds: 299,
	},
}

// replaceQuery replaces a query parameter if the request has it.
func replaceQuery(r *http.Request, name, value string) {
	if query := r.URL.Query(); query.Has(name) {
		query.Set(name, value)
		r.URL.RawQuery = query.Encode()
	}
}
