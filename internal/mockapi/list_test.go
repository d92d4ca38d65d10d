// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

func TestSorting(t *testing.T) {
	run := func(id int64, created, duration time.Duration) mockapi.Run {
		start := noon.Add(-time.Hour + created)
		return mockapi.Run{ID: id, Created: start, StartTime: start, EndTime: start.Add(duration)}
	}
	active := run(5, 30*time.Minute, 0)
	active.Result, active.EndTime = "running", time.Time{}
	waiting := run(6, 0, 0)
	waiting.Result = "queued"
	api := start(t, mockapi.Options{},
		run(1, 20*time.Minute, time.Second),
		run(2, 10*time.Minute, 5*time.Second),
		run(3, 10*time.Minute, 3*time.Second),
		run(4, 40*time.Minute, 3*time.Second),
		active, waiting)
	tests := []struct {
		query string
		want  []int64
	}{
		{"", []int64{4, 5, 1, 3, 2, 6}},
		{"sort_created=desc", []int64{4, 5, 1, 3, 2, 6}},
		{"sort_created=asc", []int64{6, 2, 3, 1, 5, 4}},
		{"sort_duration=asc", []int64{1, 3, 4, 2, 5, 6}},
		{"sort_duration=desc", []int64{2, 4, 3, 1, 6, 5}},
		{"sort_created=asc&sort_duration=asc", []int64{6, 3, 2, 1, 5, 4}},
		{"sort_created=desc&sort_duration=desc", []int64{4, 5, 1, 2, 3, 6}},
		{"sort_duration=asc&result=success&result=running", []int64{1, 3, 4, 2, 5}},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			equal(t, "ids", ids(api.get(t, "/api/operations?"+test.query)), test.want)
		})
	}
}

func TestPages(t *testing.T) {
	runs := make([]mockapi.Run, 103)
	api := start(t, mockapi.Options{}, runs...)
	tests := []struct {
		query                    string
		items                    int
		first, page, size, pages float64
	}{
		{"", 50, 103, 1, 50, 3},
		{"page=2", 50, 53, 2, 50, 3},
		{"page=3", 3, 3, 3, 50, 3},
		{"page=4", 0, 0, 4, 50, 3},
		{"page=9223372036854775807", 0, 0, 9223372036854775807, 50, 3},
		{"size=100", 100, 103, 1, 100, 2},
		{"size=100&page=2", 3, 3, 2, 100, 2},
		{"size=1&page=103", 1, 1, 103, 1, 103},
		{"sort_created=asc&size=10&page=2", 10, 11, 2, 10, 11},
		{"sort_duration=asc&size=10&page=2", 10, 11, 2, 10, 11},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			payload := api.get(t, "/api/operations?"+test.query)
			found := ids(payload)
			equal(t, "items", len(found), test.items)
			if len(found) > 0 {
				equal(t, "first", float64(found[0]), test.first)
			}
			delete(payload, "items")
			equal(t, "envelope", payload, object{"total": 103.0, "page": test.page, "size": test.size, "pages": test.pages})
		})
	}
}

func TestEmptyList(t *testing.T) {
	api := start(t, mockapi.Options{})
	api.call(t, "GET", "/api/operations").expect(t, 200, `{"items":[],"page":1,"pages":0,"size":50,"total":0}`)
}

// An item has the fields of the full payload, except the per-container arrays.
func TestListItem(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1, Type: "scan"}, mockapi.Run{ID: 2, Type: "profile"})
	items := api.get(t, "/api/operations?sort_created=asc")["items"].([]any)
	for i, array := range []string{"container_scans", "container_profiles"} {
		full := api.get(t, fmt.Sprintf("/api/operations/%d", i+1))
		if _, ok := full[array]; !ok {
			t.Errorf("no %s in %v", array, full)
		}
		delete(full, array)
		equal(t, array, items[i], full)
	}
}
