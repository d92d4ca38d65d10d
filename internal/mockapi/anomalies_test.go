// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A scan shows the anomalies of the containers that are done. Its counter is their sum.
func TestAnomalies(t *testing.T) {
	for after, want := range map[int][]float64{0: {0, 0, 0, 0}, 1: {6, 0, 0, 0}, 3: {6, 3, 1, 0}, 4: {6, 3, 1, 1}} {
		api := start(t, mockapi.Options{}, mockapi.Run{ID: 1, Status: map[string]int64{"total_containers": 4}})
		api.Plan(mockapi.Outcome{Running: 40 * time.Second, Anomalies: new(int64(11))})
		api.put(t, "/api/operations/rerun/1")
		api.clock.Advance(time.Duration(after) * 10 * time.Second)
		var counts []float64
		sum := 0.0
		for _, item := range api.get(t, "/api/operations/2/containers")["items"].([]any) {
			count := item.(object)["anomaly_count"].(float64)
			counts, sum = append(counts, count), sum+count
		}
		equal(t, "by container", counts, want)
		equal(t, "of the Run", api.get(t, "/api/operations/2")["status"].(object)["anomalies_identified"], any(sum))
	}
}

// A failed Run can have several failed containers, and a successful one some.
func TestFailingContainers(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1, Status: map[string]int64{"total_containers": 4}})
	api.Plan(mockapi.Outcome{Result: "failure", Message: "lost", Failing: 2})
	api.put(t, "/api/operations/rerun/1")
	var results []any
	for _, item := range api.get(t, "/api/operations/2/containers")["items"].([]any) {
		results = append(results, item.(object)["result"], item.(object)["message"])
	}
	equal(t, "results", results, []any{"success", nil, "success", nil, "failure", "lost", "failure", "lost"})
	api.Plan(mockapi.Outcome{Message: "1 warning", Failing: 1})
	api.put(t, "/api/operations/rerun/1")
	results = nil
	for _, item := range api.get(t, "/api/operations/3/containers")["items"].([]any) {
		results = append(results, item.(object)["result"], item.(object)["message"], item.(object)["end_time"] != nil)
	}
	equal(t, "results of a success", results, []any{
		"success", nil, true, "success", nil, true, "success", nil, true, "failure", "1 warning", true,
	})
	api.Plan(mockapi.Outcome{Running: mockapi.Never, Failing: 1})
	api.put(t, "/api/operations/rerun/1")
	last := api.get(t, "/api/operations/4/containers")["items"].([]any)[3].(object)
	equal(t, "the last container of a Run that is still running", last["result"], "queued")
}
