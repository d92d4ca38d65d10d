// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// stoppedScan is a scan that was aborted with 2 of its 4 containers done.
func stoppedScan() mockapi.Run {
	return mockapi.Run{
		ID: 9, Type: "scan", Result: "aborted", Message: "stopped by hand", TriggeredBy: "somebody",
		Created: noon.Add(-time.Hour), StartTime: noon.Add(-50 * time.Minute), EndTime: noon.Add(-40 * time.Minute),
		Status: map[string]int64{"total_containers": 4, "containers_analyzed": 2, "records_processed": 2000},
	}
}

// The same Run continues from where it stopped, and shows the time of its new dispatch.
func TestResume(t *testing.T) {
	api := start(t, mockapi.Options{Outcome: mockapi.Outcome{Queued: 10 * time.Second, Running: 20 * time.Second}}, stoppedScan())
	accepted := api.put(t, "/api/operations/run/9")
	shows(t, "accepted", accepted, object{
		"id": 9.0, "result": "queued", "message": nil, "triggered_by": "somebody",
		"created": "2026-05-01T11:00:00.000000Z", "start_time": "2026-05-01T12:00:00.000000Z", "end_time": nil,
		"status": object{"total_containers": 4.0, "containers_analyzed": 2.0, "records_processed": 2000.0},
	})
	for _, step := range []struct {
		at       time.Duration
		result   string
		end      any
		analyzed float64
		records  float64
	}{
		{9 * time.Second, "queued", nil, 2, 2000},
		{10 * time.Second, "running", nil, 2, 2000},
		{20 * time.Second, "running", nil, 3, 3000},
		{30 * time.Second, "success", "2026-05-01T12:00:30.000000Z", 4, 4000},
	} {
		api.advanceTo(step.at)
		shows(t, step.at.String(), api.get(t, "/api/operations/9"), object{
			"result": step.result, "start_time": "2026-05-01T12:00:00.000000Z", "end_time": step.end,
			"status": object{"total_containers": 4.0, "containers_analyzed": step.analyzed, "records_processed": step.records},
		})
	}
	equal(t, "Runs", len(api.Runs()), 1)
}

// Containers that are done are not processed again: they keep their times.
func TestResumeKeepsDoneContainers(t *testing.T) {
	api := start(t, mockapi.Options{Outcome: mockapi.Outcome{Running: 20 * time.Second}}, stoppedScan())
	before := items(api.get(t, "/api/operations/9/containers"))
	equal(t, "unfinished", before[2]["result"], "aborted")
	api.put(t, "/api/operations/run/9")
	api.clock.Advance(time.Minute)
	after := items(api.get(t, "/api/operations/9/containers"))
	equal(t, "done before", after[:2], before[:2])
	for i, times := range [][2]string{
		{"2026-05-01T12:00:00.000000Z", "2026-05-01T12:00:10.000000Z"},
		{"2026-05-01T12:00:10.000000Z", "2026-05-01T12:00:20.000000Z"},
	} {
		shows(t, "done", after[2+i], object{
			"result": "success", "start_time": times[0], "end_time": times[1], "records_processed": 1000.0,
		})
	}
}

func TestResumePromote(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 9, Type: "promote", Result: "failure", Message: "no"})
	shows(t, "accepted", api.put(t, "/api/operations/run/9"), object{
		"result": "running", "start_time": "2026-05-01T12:00:00.000000Z", "end_time": nil,
	})
	run, _ := api.Run(9)
	equal(t, "first poll", run.Result, "success")
}

// As the lifecycle page describes: a new Run does the remaining work.
func TestResumeAsNew(t *testing.T) {
	outcome := mockapi.Outcome{Queued: time.Second, Running: 20 * time.Second}
	api := start(t, mockapi.Options{ResumeAsNew: true, User: "automation", Outcome: outcome}, stoppedScan())
	source := api.get(t, "/api/operations/9")
	accepted := api.put(t, "/api/operations/run/9")
	shows(t, "accepted", accepted, object{
		"id": 10.0, "result": "queued", "created": "2026-05-01T12:00:00.000000Z",
		"start_time": "2026-05-01T12:00:00.000000Z", "end_time": nil, "triggered_by": "automation",
		"status": object{"total_containers": 4.0, "containers_analyzed": 2.0, "records_processed": 2000.0},
	})
	api.clock.Advance(11 * time.Second)
	equal(t, "records", api.get(t, "/api/operations/10")["status"].(object)["records_processed"], 3000.0)
	equal(t, "the source", api.get(t, "/api/operations/9"), source)
	equal(t, "the newest first", ids(api.get(t, "/api/operations")), []int64{10, 9})
}

// A forced abort stops the Run immediately, whatever AbortDelay is.
func TestForceAbort(t *testing.T) {
	run := stoppedScan()
	run.Result, run.EndTime, run.StartTime = "success", noon.Add(30*time.Minute), noon.Add(-30*time.Minute)
	run.Status = nil
	api := start(t, mockapi.Options{AbortDelay: time.Minute, Outcome: mockapi.Outcome{Running: time.Hour}}, run)
	api.call(t, "PUT", "/api/operations/run/9").expect(t, 409, `{"detail":"Run 9 cannot be resumed: its result is running"}`)
	accepted := api.put(t, "/api/operations/run/9?force_abort=true")
	shows(t, "accepted", accepted, object{"id": 9.0, "result": "queued"})
	equal(t, "containers_analyzed", accepted["status"].(object)["containers_analyzed"], 1.0)
	api.clock.Advance(30 * time.Minute)
	equal(t, "halfway", api.get(t, "/api/operations/9")["result"], "running")
	api.clock.Advance(30 * time.Minute)
	equal(t, "at the end", api.get(t, "/api/operations/9")["result"], "success")
}

// If a resume starts a new Run, force_abort leaves the old one aborted.
func TestForceAbortAsNew(t *testing.T) {
	api := start(t, mockapi.Options{ResumeAsNew: true}, mockapi.Run{ID: 9, Type: "profile", Result: "running"})
	equal(t, "id", api.put(t, "/api/operations/run/9?force_abort=1")["id"], 10.0)
	run, _ := api.Run(9)
	equal(t, "result", run.Result, "aborted")
	equal(t, "end", run.EndTime, noon)
}
