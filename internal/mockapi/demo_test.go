// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

func TestDemo(t *testing.T) {
	runs := mockapi.Demo(noon)
	equal(t, "Runs", len(runs), 240)
	if !reflect.DeepEqual(runs, mockapi.Demo(noon)) {
		t.Error("two demos differ")
	}
	api := start(t, mockapi.Options{}, runs...)
	seenIDs, seenTypes, seenResults := map[int64]bool{}, map[string]bool{}, map[string]bool{}
	datastores, schedules, messages := map[int64]bool{}, 0, 0
	for _, run := range api.Runs() {
		equal(t, "seen before", seenIDs[run.ID], false)
		seenIDs[run.ID], seenTypes[run.Type], seenResults[run.Result] = true, true, true
		datastores[run.Datastore.ID] = true
		if run.Schedule != nil {
			schedules++
		}
		if run.Message != "" {
			messages++
		}
		active := run.Result == "queued" || run.Result == "running"
		equal(t, "ended", run.EndTime.IsZero(), active)
		equal(t, "started", run.StartTime.IsZero(), run.Result == "queued")
		if run.Created.Before(noon.AddDate(0, 0, -30)) || run.Created.After(noon) || run.EndTime.After(noon) {
			t.Errorf("Run %d has a time outside the history: %v", run.ID, run)
		}
		if !active && (!run.Created.Before(run.StartTime) || !run.StartTime.Before(run.EndTime)) {
			t.Errorf("the times of Run %d are not in order: %v", run.ID, run)
		}
		if run.Type == "promote" && run.Result == "queued" {
			t.Errorf("Run %d is a promote that is queued", run.ID)
		}
	}
	equal(t, "types", seenTypes, map[string]bool{
		"sync": true, "profile": true, "scan": true, "external_scan": true, "export": true, "materialize": true,
		"promote": true, "promote_quality_check": true,
	})
	equal(t, "results", seenResults, map[string]bool{"queued": true, "running": true, "success": true, "failure": true, "aborted": true})
	equal(t, "datastores", datastores, map[int64]bool{101: true, 102: true, 103: true})
	if schedules < 100 || messages < 10 {
		t.Errorf("%d scheduled Runs, %d messages", schedules, messages)
	}
}

// The two Runs of the API page, and the active ones.
func TestDemoLookups(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Demo(noon)...)
	payload := api.get(t, "/api/operations?operation_type=scan&datastore=101&result=success&sort_created=desc&size=1")
	newest := first(t, payload["items"].([]any)).(object)
	equal(t, "id", newest["id"], 53388.0)
	equal(t, "message", newest["message"], nil)
	equal(t, "status", newest["status"], object{
		"total_containers": 14.0, "containers_analyzed": 14.0, "partitions_scanned": 42.0,
		"records_processed": 700000.0, "anomalies_identified": 0.0,
	})
	equal(t, "the Run to resume", api.put(t, "/api/operations/run/53204")["result"], "queued")
	equal(t, "active", ids(api.get(t, "/api/operations?finished=false")), []int64{53393, 53392})
	api.clock.Advance(2 * time.Minute)
	equal(t, "active later", ids(api.get(t, "/api/operations?finished=false")), []int64{53393})
}

// Runs can be started on the datastores of the demo, on all containers or on some.
func TestDemoStarts(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Demo(noon)...)
	for body, want := range map[string][]int64{
		`{"type": "scan", "datastore_id": 103}`:                                           {434, 435, 436, 437},
		`{"type": "profile", "datastore_id": 101, "container_names": ["orders", "gone"]}`: {235},
	} {
		equal(t, body, ids(object{"items": api.post(t, body).payload(t)["containers"]}), want)
	}
}
