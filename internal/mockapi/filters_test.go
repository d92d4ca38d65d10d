// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// history has a Run for every filter, the newest with the highest id.
func history() []mockapi.Run {
	at := func(day, hour int) time.Time { return time.Date(2026, time.April, day, hour, 0, 0, 0, time.UTC) }
	first, second := mockapi.Datastore{ID: 101, Name: "first"}, mockapi.Datastore{ID: 102, Name: "second"}
	customers, orders := mockapi.Container{ID: 900, Name: "customers"}, mockapi.Container{ID: 901, Name: "orders"}
	return []mockapi.Run{
		{ID: 1, Type: "sync", Result: "success", Datastore: first, Created: at(1, 1), EndTime: at(1, 23), HasLogs: true},
		{ID: 2, Type: "catalog", Result: "failure", Datastore: first, Created: at(2, 1), EndTime: at(2, 5)},
		{
			ID: 3, Type: "profile", Result: "aborted", Datastore: second,
			Created: at(3, 1), EndTime: at(3, 2), Containers: []mockapi.Container{customers, orders},
		},
		{
			ID: 4, Type: "scan", Result: "success", Datastore: second,
			Created: at(4, 1), EndTime: at(4, 3), Containers: []mockapi.Container{orders}, Schedule: &mockapi.Schedule{ID: 7},
		},
		{
			ID: 5, Type: "external_scan", Result: "success", Datastore: first,
			Created: at(5, 1), EndTime: at(5, 4), Containers: []mockapi.Container{customers},
		},
		{ID: 6, Type: "export", Result: "failure", Datastore: first, Created: at(6, 1), StartTime: at(6, 2), EndTime: at(6, 3)},
		{
			ID: 7, Type: "materialize", Result: "success", Datastore: first,
			Created: at(7, 22), StartTime: at(8, 3), EndTime: at(8, 5), HasLogs: true,
		},
		{ID: 8, Type: "promote_quality_check", Result: "running", Datastore: first, Created: at(9, 1), Schedule: &mockapi.Schedule{ID: 8}},
		{ID: 9, Type: "promote", Result: "success", Datastore: first, Created: at(10, 1), EndTime: at(10, 2)},
		{ID: 10, Type: "scan", Result: "queued", Datastore: first, Created: at(11, 1), Containers: []mockapi.Container{orders}},
	}
}

func TestFilters(t *testing.T) {
	api := start(t, mockapi.Options{}, history()...)
	all := []int64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}
	tests := []struct {
		query string
		want  []int64
	}{
		{"", all},
		{"unknown=1", all},
		{"id=4", []int64{4}},
		{"id=%204", []int64{4}},
		{"id=99", []int64{}},
		{"id=4&id=5", []int64{5}},
		{"schedule_id=7", []int64{4}},
		{"schedule_id=9", []int64{}},
		{"operation_type=catalog", []int64{2, 1}},
		{"operation_type=sync", []int64{2, 1}},
		{"operation_type=profile", []int64{3}},
		{"operation_type=scan", []int64{10, 4}},
		{"operation_type=external_scan", []int64{5}},
		{"operation_type=export", []int64{6}},
		{"operation_type=materialize", []int64{7}},
		{"operation_type=promote", []int64{9, 8}},
		{"finished=true", []int64{9, 7, 6, 5, 4, 3, 2, 1}},
		{"finished=false", []int64{10, 8}},
		{"finished=Yes&operation_type=scan", []int64{4}},
		{"result=queued", []int64{10}},
		{"result=running", []int64{8}},
		{"result=success", []int64{9, 7, 5, 4, 1}},
		{"result=failure", []int64{6, 2}},
		{"result=aborted", []int64{3}},
		{"result=failure&result=aborted", []int64{6, 3, 2}},
		{"created_date=2026-04-07", []int64{7}},
		{"start_date=2026-04-07", []int64{}},
		{"start_date=2026-04-08", []int64{7}},
		{"end_date=2026-04-08", []int64{7}},
		{"end_date=2026-04-01", []int64{1}},
		{"start_date=2026-04-11", []int64{}},
		{"created_date=2026-04-07&offset=120", []int64{}},
		{"created_date=2026-04-08&offset=120", []int64{7}},
		{"end_date=2026-04-02&offset=60", []int64{2, 1}},
		{"created_date=2026-04-08&offset=-120", []int64{8}},
		{"offset=120", all},
		{"datastore=102", []int64{4, 3}},
		{"datastore=102&datastore=101", all},
		{"container=900", []int64{5, 3}},
		{"container=900&container=901", []int64{10, 5, 4, 3}},
		{"has_logs=true", []int64{7, 1}},
		{"has_logs=0", []int64{10, 9, 8, 6, 5, 4, 3, 2}},
		{"datastore=101&result=success&finished=true&operation_type=promote", []int64{9}},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			payload := api.get(t, "/api/operations?"+test.query)
			equal(t, "ids", ids(payload), test.want)
			equal(t, "total", payload["total"], float64(len(test.want)))
		})
	}
}

// Some deployments take the types of a sync literally. The history has both.
func TestLiteralTypes(t *testing.T) {
	api := start(t, mockapi.Options{LiteralTypes: true}, history()...)
	for filter, want := range map[string][]int64{"sync": {1}, "catalog": {2}, "promote": {9, 8}, "scan": {10, 4}} {
		equal(t, filter, ids(api.get(t, "/api/operations?operation_type="+filter)), want)
	}
	api.put(t, "/api/operations/rerun/2")
	api.post(t, `{"type": "catalog", "datastore_id": 101}`)
	equal(t, "rerun", ids(api.get(t, "/api/operations?operation_type=catalog")), []int64{11, 2})
	equal(t, "started", ids(api.get(t, "/api/operations?operation_type=sync")), []int64{12, 1})
}

// An ignored filter has no effect, whatever its value.
func TestIgnoredFilters(t *testing.T) {
	api := start(t, mockapi.Options{IgnoredFilters: []string{"container", "schedule_id"}}, history()...)
	equal(t, "ids", ids(api.get(t, "/api/operations?container=900&schedule_id=x&datastore=102")), []int64{4, 3})
}

// A filter applies to a Run's state at the time of the request.
func TestFiltersFollowTheClock(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{
		ID: 1, Created: noon, StartTime: noon.Add(time.Minute), EndTime: noon.Add(12 * time.Hour),
	})
	for _, step := range []struct {
		advance         time.Duration
		result, endDate string
	}{
		{0, "queued", ""},
		{time.Minute, "running", ""},
		{12*time.Hour - time.Minute, "success", "2026-05-02"},
	} {
		api.clock.Advance(step.advance)
		equal(t, step.result, ids(api.get(t, "/api/operations?result="+step.result)), []int64{1})
		if step.endDate == "" {
			equal(t, "unfinished", ids(api.get(t, "/api/operations?finished=false")), []int64{1})
		} else {
			equal(t, "ended", ids(api.get(t, "/api/operations?end_date="+step.endDate)), []int64{1})
		}
	}
}
