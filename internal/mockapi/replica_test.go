// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// replicas are the ways to see a Run. Each returns its result, or nil if it is not there.
var replicas = map[string]func(t *testing.T, api service, id string) any{
	"alone": func(t *testing.T, api service, id string) any {
		t.Helper()
		response := api.call(t, http.MethodGet, "/api/operations/"+id)
		if response.status != http.StatusOK {
			response.expect(t, http.StatusNotFound, `{"detail":"Run `+id+` does not exist"}`)
			return nil
		}
		return response.payload(t)["result"]
	},
	"filtered list": func(t *testing.T, api service, id string) any {
		t.Helper()
		for _, item := range api.get(t, "/api/operations?id="+id)["items"].([]any) {
			return item.(object)["result"]
		}
		return nil
	},
	"list": func(t *testing.T, api service, id string) any {
		t.Helper()
		for _, item := range api.get(t, "/api/operations")["items"].([]any) {
			if item.(object)["id"] == decode(t, `{"id":`+id+`}`)["id"] {
				return item.(object)["result"]
			}
		}
		return nil
	},
}

// A replica shows a new Run, and an action on a Run, after its lag. The other one does at once.
func TestReplicas(t *testing.T) {
	outcome := mockapi.Outcome{Queued: 2 * time.Second, Running: time.Hour}
	for name, see := range replicas {
		for _, options := range []mockapi.Options{
			{Outcome: outcome, DetailLag: 10 * time.Second}, {Outcome: outcome, ListLag: 10 * time.Second},
		} {
			lags := (name == "alone") == (options.DetailLag > 0)
			api := start(t, options, mockapi.Run{ID: 1, Result: "aborted"})
			look := func(id string, want, wantLagging any) {
				t.Helper()
				if lags {
					want = wantLagging
				}
				equal(t, name+" at "+api.clock.Now().Format(time.TimeOnly), see(t, api, id), want)
			}
			look("1", "aborted", "aborted")
			api.put(t, "/api/operations/rerun/1")
			api.put(t, "/api/operations/run/1")
			api.post(t, `{"type": "scan", "datastore_id": 101}`)
			look("1", "queued", "aborted")
			look("2", "queued", nil)
			look("3", "queued", nil)
			api.clock.Advance(9 * time.Second)
			api.put(t, "/api/operations/abort/2")
			look("1", "running", "aborted")
			look("2", "aborted", nil)
			api.clock.Advance(time.Second)
			look("1", "running", "queued")
			look("2", "aborted", "queued")
			look("3", "running", "queued")
			api.clock.Advance(10 * time.Second)
			look("1", "running", "running")
			look("2", "aborted", "aborted")
			api.Change(2, func(run *mockapi.Run) { run.Result = "failure" })
			look("2", "failure", "aborted")
			api.clock.Advance(10 * time.Second)
			look("2", "failure", "failure")
		}
	}
}

// The containers of a Run come from the replica that has the Run. Actions do not: they take effect
// at once.
func TestReplicaOfContainers(t *testing.T) {
	api := start(t, mockapi.Options{DetailLag: time.Second}, mockapi.Run{ID: 1})
	api.put(t, "/api/operations/rerun/1")
	equal(t, "before", api.call(t, http.MethodGet, "/api/operations/2/containers").status, 404)
	api.call(t, http.MethodPut, "/api/operations/abort/2").expect(t, 409, `{"detail":"Run 2 cannot be aborted: its result is success"}`)
	api.clock.Advance(time.Second)
	equal(t, "after", api.call(t, http.MethodGet, "/api/operations/2/containers").status, 200)
}

// A replica shows everything as it was, also what the resume changes.
func TestReplicaOfStatus(t *testing.T) {
	api := start(t, mockapi.Options{DetailLag: time.Second}, mockapi.Run{ID: 1, Result: "failure", Message: "lost"})
	before := api.get(t, "/api/operations/1")
	api.Plan(mockapi.Outcome{Status: map[string]int64{"records_processed": 9}, Anomalies: new(int64(4))})
	api.put(t, "/api/operations/run/1")
	equal(t, "before", api.get(t, "/api/operations/1"), before)
	api.clock.Advance(time.Second)
	equal(t, "after", api.get(t, "/api/operations/1")["status"].(object)["records_processed"], 9.0)
}
