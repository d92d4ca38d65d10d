// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

func running() mockapi.Outcome {
	return mockapi.Outcome{Queued: 10 * time.Second, Running: 100 * time.Second, Result: "failure", Message: "never reached"}
}

// Without a delay, the response shows the Run as aborted, with the work that was done.
func TestAbort(t *testing.T) {
	api := start(t, mockapi.Options{Outcome: running()}, mockapi.Run{ID: 1, Type: "scan"})
	api.put(t, "/api/operations/rerun/1")
	api.clock.Advance(90 * time.Second)
	payload := api.put(t, "/api/operations/abort/2")
	shows(t, "aborted", payload, object{
		"result": "aborted", "message": nil, "start_time": "2026-05-01T12:00:10.000000Z", "end_time": "2026-05-01T12:01:30.000000Z",
	})
	equal(t, "records", payload["status"].(object)["records_processed"], 40000.0)
	api.clock.Advance(time.Hour)
	equal(t, "later", api.get(t, "/api/operations/2"), payload)
}

// A Run that is aborted while it is queued never starts.
func TestAbortQueued(t *testing.T) {
	api := start(t, mockapi.Options{Outcome: running()}, mockapi.Run{ID: 1, Type: "scan"})
	api.put(t, "/api/operations/rerun/1")
	api.clock.Advance(5 * time.Second)
	api.put(t, "/api/operations/abort/2")
	api.clock.Advance(time.Hour)
	payload := api.get(t, "/api/operations/2")
	shows(t, "aborted", payload, object{"result": "aborted", "start_time": nil, "end_time": "2026-05-01T12:00:05.000000Z"})
	equal(t, "records", payload["status"].(object)["records_processed"], 0.0)
}

// With a delay, the Run continues until the delay is over. A second abort changes nothing.
func TestAbortDelay(t *testing.T) {
	api := start(t, mockapi.Options{Outcome: running(), AbortDelay: 20 * time.Second}, mockapi.Run{ID: 1, Type: "scan"})
	api.put(t, "/api/operations/rerun/1")
	for _, step := range []struct {
		advance time.Duration
		method  string
		result  string
		end     any
		records float64
	}{
		{30 * time.Second, "PUT", "running", nil, 10000},
		{10 * time.Second, "PUT", "running", nil, 15000},
		{9 * time.Second, "GET", "running", nil, 19500},
		{time.Second, "GET", "aborted", "2026-05-01T12:00:50.000000Z", 20000},
		{time.Hour, "GET", "aborted", "2026-05-01T12:00:50.000000Z", 20000},
	} {
		api.clock.Advance(step.advance)
		path := "/api/operations/2"
		if step.method == "PUT" {
			path = "/api/operations/abort/2"
		}
		payload := api.call(t, step.method, path).payload(t)
		shows(t, step.method, payload, object{"result": step.result, "end_time": step.end})
		equal(t, "records", payload["status"].(object)["records_processed"], step.records)
	}
	api.call(t, "PUT", "/api/operations/abort/2").expect(t, 409, `{"detail":"Run 2 cannot be aborted: its result is aborted"}`)
}

// Some deployments refuse to abort a Run that is about to stop. A resumed Run can be aborted again.
func TestStoppingConflict(t *testing.T) {
	options := mockapi.Options{StoppingConflict: true, AbortDelay: time.Minute, Outcome: running()}
	api := start(t, options, mockapi.Run{ID: 1, Result: "running"})
	for range 2 {
		equal(t, "status", api.call(t, "PUT", "/api/operations/abort/1").status, 200)
		api.call(t, "PUT", "/api/operations/abort/1").expect(t, 409, `{"detail":"Run 1 cannot be aborted: it is already stopping"}`)
		api.clock.Advance(time.Minute)
		equal(t, "result", api.get(t, "/api/operations/1")["result"], "aborted")
		api.put(t, "/api/operations/run/1")
	}
}

// A Run that ends before the worker stops keeps its own result.
func TestAbortTooLate(t *testing.T) {
	api := start(t, mockapi.Options{AbortDelay: time.Minute}, mockapi.Run{
		ID: 1, Result: "success", StartTime: noon.Add(-time.Minute), EndTime: noon.Add(30 * time.Second),
	})
	equal(t, "result", api.put(t, "/api/operations/abort/1")["result"], "running")
	api.clock.Advance(time.Hour)
	run, _ := api.Run(1)
	equal(t, "result", run.Result, "success")
	equal(t, "end", run.EndTime, noon.Add(30*time.Second))
}
