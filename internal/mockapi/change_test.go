// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// While a Run is active, everything but its result, times and counters can change. It continues.
func TestChangeActive(t *testing.T) {
	outcome := mockapi.Outcome{Running: 10 * time.Second, Result: "failure", Message: "lost", Anomalies: new(int64(4))}
	api := start(t, mockapi.Options{Outcome: outcome}, mockapi.Run{ID: 1, Type: "catalog"}, mockapi.Run{ID: 2})
	for _, id := range []int64{api.Start(1, nil), api.Start(2, nil)} {
		path := fmt.Sprintf("/api/operations/%d", id)
		before := api.get(t, path)
		api.Change(id, func(run *mockapi.Run) {
			equal(t, "shown", run.Result, "running")
			run.ID, run.Result, run.Message, run.Status = 99, "success", "no", nil
			run.TriggeredBy, run.Type, run.Datastore.Name = "", "sync", "renamed"
			run.Settings = object{"incremental": false}
		})
		after := api.get(t, path)
		for _, name := range []string{"id", "result", "message", "status", "start_time", "end_time", "created"} {
			equal(t, name, after[name], before[name])
		}
		shows(t, path, after, object{"triggered_by": nil, "triggered_by_user": nil, "type": "sync", "incremental": false})
		equal(t, "datastore", after["datastore"].(object)["name"], "renamed")
	}
	api.clock.Advance(10 * time.Second)
	shows(t, "ended", api.get(t, "/api/operations/4"), object{"result": "failure", "message": "lost"})
	equal(t, "start", api.post(t, `{"type": "sync", "datastore_id": 101}`).payload(t)["datastore"].(object)["name"], "renamed")
}

// Who aborts a Run is not forgotten while the worker stops.
func TestChangeWhileStopping(t *testing.T) {
	api := start(t, mockapi.Options{User: "ann", AbortDelay: time.Minute}, mockapi.Run{ID: 1, Result: "running"})
	api.put(t, "/api/operations/abort/1")
	api.Change(1, func(run *mockapi.Run) { run.Tags = []string{"new"} })
	api.clock.Advance(time.Minute)
	equal(t, "by", api.get(t, "/api/operations/1")["aborted_by"], "ann")
}

// After the end everything can change, and shows as it is set.
func TestChangeEnded(t *testing.T) {
	for _, seeded := range []mockapi.Run{
		{},
		{Result: "failure"},
		{Result: "aborted"},
		{Anomalies: []int64{2, 1}},
		{Result: "failure", Anomalies: []int64{2, 1}},
		{Status: map[string]int64{"total_containers": 14, "containers_analyzed": 9, "records_processed": 444444}},
	} {
		seeded.ID = 1
		api := start(t, mockapi.Options{}, seeded)
		before := api.get(t, "/api/operations/1")
		api.Change(1, func(*mockapi.Run) {})
		equal(t, "nothing changed", api.get(t, "/api/operations/1"), before)
		api.Change(1, func(run *mockapi.Run) { run.Status["anomalies_identified"], run.Status["records_processed"] = 37, 5 })
		after := api.get(t, "/api/operations/1")
		status := before["status"].(object)
		status["anomalies_identified"], status["records_processed"] = 37.0, 5.0
		equal(t, "status", after["status"], any(status))
		api.Change(1, func(run *mockapi.Run) {
			run.Result, run.Message, run.EndTime, run.TriggeredBy = "failure", "revised", noon, ""
		})
		shows(t, "revised", api.get(t, "/api/operations/1"), object{
			"result": "failure", "message": "revised", "triggered_by": nil, "end_time": "2026-05-01T12:00:00.000000Z",
			"start_time": before["start_time"], "status": status,
		})
	}
}

// A Run that never started, and one that was resumed, stay so.
func TestChangeKeepsTimes(t *testing.T) {
	api := start(t, mockapi.Options{Outcome: mockapi.Outcome{Queued: time.Minute}},
		mockapi.Run{ID: 1}, stoppedScan())
	for _, request := range []string{"/api/operations/rerun/1", "/api/operations/abort/10", "/api/operations/run/9"} {
		api.put(t, request)
	}
	api.clock.Advance(time.Minute)
	for _, path := range []string{"/api/operations/10", "/api/operations/9"} {
		before := api.get(t, path)
		api.Change(int64(before["id"].(float64)), func(run *mockapi.Run) { run.HasLogs = true })
		after := api.get(t, path)
		if path == "/api/operations/9" { // whose containers were processed before and after the resume
			delete(before, "container_scans")
			delete(after, "container_scans")
		}
		equal(t, path, after, before)
	}
}

// An ended Run can become active again, and its place in the list follows its time of creation.
func TestChangeOther(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1}, mockapi.Run{ID: 2})
	api.Change(2, func(run *mockapi.Run) { run.Created = run.Created.Add(-time.Hour) })
	equal(t, "ids", ids(api.get(t, "/api/operations")), []int64{1, 2})
	api.Change(1, func(run *mockapi.Run) { run.Result = "running" })
	equal(t, "active", ids(api.get(t, "/api/operations?finished=false")), []int64{1})
	api.Finish(1, "success", "")
	equal(t, "ended", ids(api.get(t, "/api/operations?finished=false")), []int64{})
	api.Change(9, func(*mockapi.Run) { t.Error("no such Run") })
}

// A Run to which something refers cannot be deleted until that is over. A rerun of it can.
func TestReferencedRun(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 53390, ReferencedBy: "report 12"})
	remove := func(id string) response { return api.call(t, http.MethodDelete, "/api/operations/"+id) }
	remove("53390").expect(t, 409, `{"detail":"Run 53390 is referenced by report 12"}`)
	api.put(t, "/api/operations/rerun/53390")
	remove("53391").expect(t, 204, "")
	api.Change(53390, func(run *mockapi.Run) { run.ReferencedBy = "" })
	remove("53390").expect(t, 204, "")
}
