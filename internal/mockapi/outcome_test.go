// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A scan can succeed although it analyzed only some of its containers, or none because it had none.
func TestOutcomeStatus(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1, Status: map[string]int64{"total_containers": 14, "containers_analyzed": 14}},
		mockapi.Run{ID: 2, Containers: []mockapi.Container{}})
	api.Plan(mockapi.Outcome{Status: map[string]int64{"containers_analyzed": 9}})
	api.put(t, "/api/operations/rerun/1")
	equal(t, "some", api.get(t, "/api/operations/3")["status"], any(object{"total_containers": 14.0, "containers_analyzed": 9.0}))
	equal(t, "the source", api.get(t, "/api/operations/1")["status"], any(object{"total_containers": 14.0, "containers_analyzed": 14.0}))
	api.put(t, "/api/operations/rerun/2")
	none := api.get(t, "/api/operations/4")
	equal(t, "none", none["status"].(object)["total_containers"], 0.0)
	equal(t, "result", none["result"], "success")
}

// A Run can have an end before it has a result. Until then it cannot be deleted.
func TestOutcomeResultLag(t *testing.T) {
	outcome := mockapi.Outcome{Running: 10 * time.Second, Result: "failure", Message: "lost", ResultLag: 5 * time.Second}
	api := start(t, mockapi.Options{Outcome: outcome}, mockapi.Run{ID: 1})
	api.put(t, "/api/operations/rerun/1")
	const end = "2026-05-01T12:00:10.000000Z"
	for _, step := range []struct {
		at           time.Duration
		result       string
		end, message any
		deleted      int
	}{
		{9 * time.Second, "running", nil, nil, 409},
		{10 * time.Second, "running", end, nil, 409},
		{14 * time.Second, "running", end, nil, 409},
		{15 * time.Second, "failure", end, "lost", 204},
	} {
		api.advanceTo(step.at)
		shows(t, step.at.String(), api.get(t, "/api/operations/2"), object{
			"result": step.result, "end_time": step.end, "message": step.message,
		})
		equal(t, "listed", ids(api.get(t, "/api/operations?result="+step.result+"&id=2")), []int64{2})
		equal(t, "deleted", api.call(t, "DELETE", "/api/operations/2").status, step.deleted)
	}
}
