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
		for _, item := range items(api.get(t, "/api/operations/2/containers")) {
			count := item["anomaly_count"].(float64)
			counts, sum = append(counts, count), sum+count
		}
		equal(t, "by container", counts, want)
		equal(t, "of the Run", api.get(t, "/api/operations/2")["status"].(object)["anomalies_identified"], any(sum))
	}
}

// A failed Run can have several failed containers, and a successful one some.
func TestFailingContainers(t *testing.T) {
	for name, test := range map[string]struct {
		outcome mockapi.Outcome
		want    []any // results, messages and whether it has ended
	}{
		"failure": {mockapi.Outcome{Result: "failure", Message: "lost", Failing: 2}, []any{
			"success", nil, true, "success", nil, true, "failure", "lost", true, "failure", "lost", true,
		}},
		"success": {mockapi.Outcome{Message: "1 warning", Failing: 1}, []any{
			"success", nil, true, "success", nil, true, "success", nil, true, "failure", "1 warning", true,
		}},
		"still running": {mockapi.Outcome{Running: mockapi.Never, Failing: 1}, []any{
			"success", nil, true, "success", nil, true, "running", nil, false, "queued", nil, false,
		}},
	} {
		api := start(t, mockapi.Options{Outcome: test.outcome}, mockapi.Run{ID: 1, Status: map[string]int64{"total_containers": 4}})
		api.put(t, "/api/operations/rerun/1")
		var got []any
		for _, item := range items(api.get(t, "/api/operations/2/containers")) {
			got = append(got, item["result"], item["message"], item["end_time"] != nil)
		}
		equal(t, name, got, test.want)
	}
}
