// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The example of the API page: 14 containers of 50000 records each.
func TestContainers(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Demo(noon)...)
	payload := api.get(t, "/api/operations/53388/containers")
	entries := items(payload)
	equal(t, "fields", len(payload), 2)
	equal(t, "total", payload["total"], 14.0)
	if len(entries) != 14 {
		t.Fatalf("got %d items", len(entries))
	}
	first, run := entries[0], api.get(t, "/api/operations/53388")
	equal(t, "start_time", first["start_time"], run["start_time"])
	equal(t, "end_time", entries[13]["end_time"], run["end_time"])
	delete(first, "start_time")
	delete(first, "end_time")
	equal(t, "first", first, decode(t, `{
		"id": 53388001, "container": {"id": 234, "name": "customers", "container_type": "table"},
		"records_processed": 50000, "anomaly_count": 0, "result": "success", "message": null
	}`))
}

func TestContainersProgress(t *testing.T) {
	outcome := mockapi.Outcome{Queued: 10 * time.Second, Running: 40 * time.Second, Result: "failure", Message: "lost"}
	api := start(t, mockapi.Options{Outcome: outcome},
		mockapi.Run{ID: 1, Type: "scan", Status: map[string]int64{
			"total_containers": 4, "containers_analyzed": 4, "records_processed": 4000, "anomalies_identified": 8,
		}})
	api.put(t, "/api/operations/rerun/1")
	second := func(seconds int) any {
		return fmt.Sprintf("2026-05-01T12:00:%02d.000000Z", seconds)
	}
	type row struct {
		result     string
		start, end any
		records    float64
		anomalies  float64
		message    any
	}
	waiting := row{"queued", nil, nil, 0, 0, nil}
	first := row{"success", second(10), second(30), 1000, 2, nil}
	for _, step := range []struct {
		at   time.Duration
		want []row
	}{
		{0, []row{waiting, waiting, waiting, waiting}},
		{20 * time.Second, []row{{"running", second(10), nil, 500, 1, nil}, waiting, waiting, waiting}},
		{30 * time.Second, []row{first, {"running", second(30), nil, 0, 0, nil}, waiting, waiting}},
		{50 * time.Second, []row{
			first,
			{"success", second(30), second(50), 1000, 2, nil},
			{"failure", second(50), second(50), 0, 0, "lost"},
			{"aborted", nil, nil, 0, 0, nil},
		}},
	} {
		api.advanceTo(step.at)
		var got []row
		for _, item := range items(api.get(t, "/api/operations/2/containers")) {
			got = append(got, row{
				item["result"].(string), item["start_time"], item["end_time"],
				item["records_processed"].(float64), item["anomaly_count"].(float64), item["message"],
			})
		}
		equal(t, fmt.Sprint("after ", step.at), got, step.want)
	}
}

// The containers of a Run that was aborted in the queue are never processed.
func TestContainersNeverReached(t *testing.T) {
	api := start(t, mockapi.Options{Outcome: mockapi.Outcome{Queued: time.Minute}}, mockapi.Run{ID: 1, Type: "scan"})
	api.put(t, "/api/operations/rerun/1")
	api.put(t, "/api/operations/abort/2")
	for _, item := range items(api.get(t, "/api/operations/2/containers")) {
		shows(t, "container", item, object{"result": "aborted", "start_time": nil, "end_time": nil})
	}
}

func TestContainersPages(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1, Status: map[string]int64{"total_containers": 60}})
	for _, test := range []struct {
		query string
		want  []int64
	}{
		{"page=2", []int64{1051, 1052, 1053, 1054, 1055, 1056, 1057, 1058, 1059, 1060}},
		{"page=20&size=3", []int64{1058, 1059, 1060}},
		{"page=21&size=3", []int64{}},
	} {
		payload := api.get(t, "/api/operations/1/containers?"+test.query)
		equal(t, test.query, ids(payload), test.want)
		equal(t, "total", payload["total"], 60.0)
	}
	equal(t, "first page", len(ids(api.get(t, "/api/operations/1/containers"))), 50)
	equal(t, "largest page", len(ids(api.get(t, "/api/operations/1/containers?size=100"))), 60)
}

// A sync targets its datastore and has no containers.
func TestNoContainers(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1, Type: "sync"}, mockapi.Run{ID: 2, Containers: []mockapi.Container{}})
	for _, id := range []int{1, 2} {
		api.call(t, "GET", fmt.Sprintf("/api/operations/%d/containers", id)).expect(t, 200, `{"items":[],"total":0}`)
	}
}

// Some deployments list the containers themselves, with the work nested.
func TestNestedContainers(t *testing.T) {
	api := start(t, mockapi.Options{NestedContainers: true},
		mockapi.Run{ID: 1, Type: "scan"}, mockapi.Run{ID: 2, Type: "profile"}, mockapi.Run{ID: 3, Result: "queued"})
	flat := start(t, mockapi.Options{}, mockapi.Run{ID: 1, Type: "scan"}, mockapi.Run{ID: 2, Type: "profile"})
	for path, nested := range map[string]string{
		"/api/operations/1/containers": "container_scan",
		"/api/operations/2/containers": "container_profile",
	} {
		listing := api.get(t, path)
		for i, item := range items(flat.get(t, path)) {
			got := items(listing)[i]
			work := got[nested].(object)
			work["container"] = object{"id": got["id"], "name": got["name"], "container_type": got["container_type"]}
			equal(t, path, work, item)
		}
		delete(listing, "items")
		equal(t, path, listing, object{"total": 2.0, "page": 1.0, "size": 50.0, "pages": 1.0})
	}
	for _, item := range items(api.get(t, "/api/operations/3/containers")) {
		equal(t, "not reached", item["container_scan"], nil)
	}
}
