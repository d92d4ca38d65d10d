// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A rerun starts a new Run with the same configuration. It is queued, then running, then has its
// result, and its counters grow.
func TestRerun(t *testing.T) {
	api := start(t, mockapi.Options{
		User:    "automation@example.com",
		Outcome: mockapi.Outcome{Queued: 10 * time.Second, Running: 20 * time.Second, Result: "failure", Message: "out of memory"},
	}, scan())
	source := api.get(t, "/api/operations/53388")

	accepted := api.put(t, "/api/operations/rerun/53388")
	shows(t, "accepted", accepted, object{
		"id": 53389.0, "type": "scan", "result": "queued", "message": nil, "triggered_by": "automation@example.com", "schedule": nil,
		"created": "2026-05-01T12:00:00.000000Z", "start_time": nil, "end_time": nil,
		"datastore": source["datastore"], "containers": source["containers"], "tags": source["tags"],
		"incremental": false, "remediation": "append",
		"status": object{
			"total_containers": 2.0, "containers_analyzed": 0.0, "partitions_scanned": 0.0,
			"records_processed": 0.0, "anomalies_identified": 0.0,
		},
	})
	equal(t, "the source", api.get(t, "/api/operations/53388"), source)

	const startTime, endTime = "2026-05-01T12:00:10.000000Z", "2026-05-01T12:00:30.000000Z"
	for _, step := range []struct {
		at         time.Duration
		result     string
		start, end any
		message    any
		records    float64
	}{
		{0, "queued", nil, nil, nil, 0},
		{9 * time.Second, "queued", nil, nil, nil, 0},
		{10 * time.Second, "running", startTime, nil, nil, 0},
		{20 * time.Second, "running", startTime, nil, nil, 25000},
		{29 * time.Second, "running", startTime, nil, nil, 47500},
		{30 * time.Second, "failure", startTime, endTime, "out of memory", 50000},
		{time.Hour, "failure", startTime, endTime, "out of memory", 50000},
	} {
		api.advanceTo(step.at)
		payload := api.get(t, "/api/operations/53389")
		shows(t, step.at.String(), payload, object{
			"result": step.result, "start_time": step.start, "end_time": step.end, "message": step.message,
		})
		equal(t, "records", payload["status"].(object)["records_processed"], step.records)
	}
}

// A rerun processes every container from scratch, even after a resume.
func TestRerunStartsFromScratch(t *testing.T) {
	api := start(t, mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}},
		mockapi.Run{ID: 1, Type: "scan", Result: "aborted"})
	api.put(t, "/api/operations/run/1")
	api.put(t, "/api/operations/abort/1")
	api.Plan(mockapi.Outcome{Running: time.Hour})
	payload := api.put(t, "/api/operations/rerun/1")
	equal(t, "start_time", payload["start_time"], nil)
	equal(t, "containers_analyzed", payload["status"].(object)["containers_analyzed"], 0.0)
	api.clock.Advance(30 * time.Minute)
	equal(t, "containers_analyzed", api.get(t, "/api/operations/2")["status"].(object)["containers_analyzed"], 1.0)
}

// Without an Outcome, a Run succeeds at the first poll. The response to the rerun still shows it as
// active.
func TestRerunAtOnce(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 2})
	const at = "2026-05-01T12:00:00.000000Z"
	shows(t, "accepted", api.put(t, "/api/operations/rerun/2"), object{"result": "queued", "start_time": nil, "end_time": nil})
	payload := api.get(t, "/api/operations/3")
	shows(t, "first poll", payload, object{"result": "success", "start_time": at, "end_time": at})
	equal(t, "records", payload["status"].(object)["records_processed"], 100000.0)
}

// A promote Run skips queued.
func TestPromoteIsNeverQueued(t *testing.T) {
	api := start(t, mockapi.Options{Outcome: mockapi.Outcome{Queued: time.Minute, Running: time.Minute}}, mockapi.Run{ID: 1, Type: "promote"})
	equal(t, "accepted", api.put(t, "/api/operations/rerun/1")["result"], "running")
	run, _ := api.Run(2)
	equal(t, "result", run.Result, "running")
	api.clock.Advance(time.Minute)
	run, _ = api.Run(2)
	equal(t, "result", run.Result, "success")
	equal(t, "end", run.EndTime, noon.Add(time.Minute))
}

func TestPlan(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	api.Plan(mockapi.Outcome{Result: "aborted"}, mockapi.Outcome{Result: "success", Message: "2 warnings"})
	api.Plan(mockapi.Outcome{Running: mockapi.Never})
	for i, want := range []string{"aborted", "success", "running", "success"} {
		api.put(t, "/api/operations/rerun/1")
		run, _ := api.Run(int64(i) + 2)
		equal(t, "result", run.Result, want)
		equal(t, "message", run.Message, []string{"", "2 warnings", "", ""}[i])
	}
	api.clock.Advance(1000 * time.Hour)
	run, _ := api.Run(4)
	equal(t, "a Run that never ends", run.Result, "running")
}

// Another user or a schedule reruns a Run.
func TestStart(t *testing.T) {
	api := start(t, mockapi.Options{User: "automation"}, mockapi.Run{ID: 1, Settings: object{"incremental": false}})
	equal(t, "id", api.Start(1, nil), int64(2))
	equal(t, "id", api.Start(1, func(run *mockapi.Run) {
		run.Schedule, run.TriggeredBy = &mockapi.Schedule{ID: 12}, ""
		run.Settings = object{"incremental": true}
		run.Containers = run.Containers[:1]
	}), int64(3))
	first, second := api.get(t, "/api/operations/2"), api.get(t, "/api/operations/3")
	equal(t, "user", first["triggered_by"], "automation")
	equal(t, "settings", first["incremental"], false)
	equal(t, "no user", second["triggered_by"], nil)
	equal(t, "schedule", second["schedule"].(object)["id"], 12.0)
	equal(t, "changed settings", second["incremental"], true)
	equal(t, "changed containers", len(second["containers"].([]any)), 1)
	source, _ := api.Run(1)
	equal(t, "the source's containers", len(source.Containers), 2)
}

// An id is never reused, even after its Run was deleted.
func TestFreshIDs(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1}, mockapi.Run{ID: 40})
	api.Remove(40)
	equal(t, "first", api.put(t, "/api/operations/rerun/1")["id"], 41.0)
	api.call(t, "DELETE", "/api/operations/41").expect(t, 204, "")
	equal(t, "second", api.put(t, "/api/operations/rerun/1")["id"], 42.0)
}

// The response to a rerun or a resume can show the state from before the start. A GET tells the
// truth.
func TestStaleStarts(t *testing.T) {
	api := start(t, mockapi.Options{StaleStarts: true},
		mockapi.Run{ID: 1, Result: "failure", Message: "lost", Anomalies: []int64{2}}, mockapi.Run{ID: 2, Result: "aborted"})
	for request, id := range map[string]string{"/api/operations/rerun/1": "1", "/api/operations/run/2": "2"} {
		before := api.get(t, "/api/operations/"+id)
		api.Plan(mockapi.Outcome{Running: mockapi.Never, Anomalies: new(int64(37)), Message: "never reached"})
		response := api.put(t, request)
		for _, name := range []string{"result", "message", "start_time", "end_time", "status", "aborted_by", "aborted_by_user"} {
			shows(t, request, response, object{name: before[name]})
		}
		now, _ := api.Run(int64(response["id"].(float64)))
		equal(t, request, now.Result, "running")
		equal(t, request, now.Created.Equal(noon), id == "1")
	}
}
