// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// Missing values get consistent defaults.
func TestSeedDefaults(t *testing.T) {
	var zero time.Time
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	for _, test := range []struct {
		name                string
		given               mockapi.Run
		result              string
		created, start, end time.Time
	}{
		{"empty", mockapi.Run{}, "success", ago(10 * time.Minute), ago(595 * time.Second), ago(295 * time.Second)},
		{"failure", mockapi.Run{Result: "failure"}, "failure", ago(10 * time.Minute), ago(595 * time.Second), ago(295 * time.Second)},
		{"an unknown result", mockapi.Run{Result: "paused"}, "paused", ago(10 * time.Minute), ago(595 * time.Second), ago(295 * time.Second)},
		{"running", mockapi.Run{Result: "running"}, "running", ago(time.Minute), ago(55 * time.Second), zero},
		{"queued", mockapi.Run{Result: "queued"}, "queued", noon, zero, zero},
		{"created", mockapi.Run{Created: ago(time.Hour)}, "success", ago(time.Hour), ago(3595 * time.Second), ago(3295 * time.Second)},
		{"created just now", mockapi.Run{Created: noon}, "success", noon, noon, noon},
		{"start", mockapi.Run{StartTime: ago(time.Minute)}, "success", ago(65 * time.Second), ago(time.Minute), noon},
		{"end", mockapi.Run{EndTime: noon}, "success", ago(305 * time.Second), ago(300 * time.Second), noon},
		{"end in the future", mockapi.Run{EndTime: noon.Add(time.Second)}, "running", ago(304 * time.Second), ago(299 * time.Second), zero},
		{"created and end", mockapi.Run{Created: ago(3 * time.Second), EndTime: noon}, "success", ago(3 * time.Second), noon, noon},
	} {
		t.Run(test.name, func(t *testing.T) {
			api := start(t, mockapi.Options{}, test.given)
			run, ok := api.Run(1)
			equal(t, "found", ok, true)
			equal(t, "result", run.Result, test.result)
			equal(t, "created", run.Created, test.created)
			equal(t, "start", run.StartTime, test.start)
			equal(t, "end", run.EndTime, test.end)
			equal(t, "type", run.Type, "scan")
			equal(t, "datastore", run.Datastore.ID, int64(101))
			equal(t, "containers", len(run.Containers), 2)
		})
	}
}

// A Run shows the counters that it was seeded with. Seeding copies them.
func TestSeedKeepsValues(t *testing.T) {
	for _, result := range []string{"success", "failure", "aborted", "running"} {
		status := map[string]int64{"total_containers": 14, "containers_analyzed": 9, "records_processed": 444444, "odd": 7}
		api := start(t, mockapi.Options{}, mockapi.Run{ID: 3, Result: result, Status: status})
		run, _ := api.Run(3)
		equal(t, result, run.Status, map[string]int64{"total_containers": 14, "containers_analyzed": 9, "records_processed": 444444, "odd": 7})
		equal(t, "containers", len(run.Containers), 14)
		equal(t, "the caller's map", status["records_processed"], int64(444444))
		run.Status["odd"], run.Containers[0].ID = 0, 0
		again, _ := api.Run(3)
		equal(t, "a copy", again.Status["odd"], int64(7))
		equal(t, "a copy", again.Containers[0].ID, int64(234))
	}
}

func TestSeedIDs(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 7}, mockapi.Run{}, mockapi.Run{ID: 3}, mockapi.Run{})
	var found []int64
	for _, run := range api.Runs() {
		found = append(found, run.ID)
	}
	equal(t, "ids", found, []int64{3, 7, 8, 9})
	api.Seed(mockapi.Run{ID: 7, Type: "export"})
	run, _ := api.Run(7)
	equal(t, "replaced", run.Type, "export")
	equal(t, "Runs", len(api.Runs()), 4)
}

func TestRemove(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1}, mockapi.Run{ID: 2})
	api.Remove(1)
	api.Remove(99)
	_, ok := api.Run(1)
	equal(t, "found", ok, false)
	equal(t, "listed", ids(api.get(t, "/api/operations")), []int64{2})
	equal(t, "requests", len(api.Requests()), 1)
}

func TestFinish(t *testing.T) {
	for _, given := range []string{"queued", "running"} {
		api := start(t, mockapi.Options{}, mockapi.Run{ID: 1, Result: given})
		api.clock.Advance(time.Minute)
		api.Finish(1, "success", "2 warnings")
		api.clock.Advance(time.Hour)
		run, _ := api.Run(1)
		equal(t, "result", run.Result, "success")
		equal(t, "message", run.Message, "2 warnings")
		equal(t, "end", run.EndTime, noon.Add(time.Minute))
		equal(t, "records", run.Status["records_processed"], int64(100000))
		equal(t, "started", run.StartTime.IsZero(), false)
	}
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1, Result: "running"}, mockapi.Run{ID: 2})
	api.Finish(1, "failure", "disk full")
	run, _ := api.Run(1)
	equal(t, "result", run.Result, "failure")
	equal(t, "records", run.Status["records_processed"], int64(50000))
	before, _ := api.Run(2)
	api.Finish(2, "aborted", "")
	api.Finish(99, "aborted", "")
	after, _ := api.Run(2)
	equal(t, "a Run that had ended", after, before)
}
