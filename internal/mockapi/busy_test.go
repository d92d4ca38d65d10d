// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"net/http"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A datastore has one active Run of each type, whether it was started from a body or by a rerun.
func TestOneAtATime(t *testing.T) {
	orders := mockapi.Datastore{ID: 102, Name: "Orders"}
	api := start(t, mockapi.Options{OneAtATime: true, Outcome: mockapi.Outcome{Running: mockapi.Never}},
		mockapi.Run{ID: 1}, mockapi.Run{ID: 2, Type: "profile"}, mockapi.Run{ID: 3, Datastore: orders},
		mockapi.Run{ID: 4, Type: "export"}, mockapi.Run{ID: 5, Type: "catalog"})
	rerun := func(id string) response { return api.call(t, http.MethodPut, "/api/operations/rerun/"+id) }
	for _, test := range []struct{ id, body, conflict string }{
		{"1", `{"type": "scan", "datastore_id": 101}`, "A scan of datastore 101 is already running"},
		{"2", `{"type": "profile", "datastore_id": 101}`, "A profile of datastore 101 is already running"},
		{"3", `{"type": "scan", "datastore_id": 102}`, "A scan of datastore 102 is already running"},
		{"4", `{"type": "export", "datastore_id": 101, "asset_type": "checks"}`, "An export of datastore 101 is already running"},
		{"5", `{"type": "sync", "datastore_id": 101}`, "A sync of datastore 101 is already running"},
	} {
		want := `{"detail":"` + test.conflict + `"}`
		started := api.post(t, test.body)
		equal(t, test.body, started.status, 200)
		api.post(t, test.body).expect(t, http.StatusConflict, want)
		if test.id == "5" {
			want = `{"detail":"A catalog of datastore 101 is already running"}`
		}
		rerun(test.id).expect(t, http.StatusConflict, want)
		api.Finish(int64(started.payload(t)["id"].(float64)), "success", "")
		equal(t, "rerun of "+test.id, rerun(test.id).status, 200)
		rerun(test.id).expect(t, http.StatusConflict, want)
	}
	equal(t, "Runs", len(api.Runs()), 15)
}

// Otherwise a datastore can have several.
func TestSeveralAtATime(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1}, mockapi.Run{ID: 2, Result: "running"})
	equal(t, "started", api.post(t, `{"type": "scan", "datastore_id": 101}`).status, 200)
	equal(t, "rerun", api.call(t, http.MethodPut, "/api/operations/rerun/1").status, 200)
}
