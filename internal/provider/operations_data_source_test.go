// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// newHistory serves one Run per type, created one day apart from May 1 on, with increasing
// durations.
func newHistory(t *testing.T) *api {
	t.Helper()
	api := newAPI(t, mockapi.Options{})
	api.Remove(100)
	for i, run := range []mockapi.Run{
		{Type: "catalog"},
		{Type: "profile", Schedule: &mockapi.Schedule{ID: 7}, Datastore: mockapi.Datastore{ID: 102, Name: "Orders"}},
		{Type: "scan", HasLogs: true, Containers: []mockapi.Container{{ID: 501, Name: "orders"}, {ID: 502, Name: "items"}}},
		{Type: "external_scan", Result: "failure", Schedule: &mockapi.Schedule{ID: 8}},
		{Type: "export", Result: "aborted", Datastore: mockapi.Datastore{ID: 103, Name: "Lake"}},
		{Type: "materialize", Result: "running", HasLogs: true},
		{Type: "promote_quality_check", Result: "queued", Containers: []mockapi.Container{{ID: 502, Name: "items"}}},
	} {
		run.ID = int64(i + 1)
		run.Created = time.Date(2026, time.May, i+1, 23, 30, 0, 0, time.UTC)
		run.StartTime = run.Created.Add(time.Hour)
		run.EndTime = run.StartTime.Add(time.Duration(i+1) * time.Minute)
		api.Seed(run)
	}
	return api
}

// Every filter is sent to the API under its own name, and the matching Runs are returned, by the data
// source and by the list resource.
func TestOperations_filters(t *testing.T) {
	t.Parallel()
	api := newHistory(t)
	p := api.protocol(t)
	for _, test := range []struct {
		config string
		query  string
		ids    []any
	}{
		{`{}`, "", int64s(7, 6, 5, 4, 3, 2, 1)},
		{`{"id": 3}`, "id=3", int64s(3)},
		{`{"id": 99}`, "id=99", int64s()},
		{`{"schedule_id": 7}`, "schedule_id=7", int64s(2)},
		{`{"operation_type": "sync"}`, "operation_type=sync", int64s(1)},
		{`{"operation_type": "promote"}`, "operation_type=promote", int64s(7)},
		{`{"finished": false}`, "finished=false", int64s(7, 6)},
		{`{"result": ["running", "failure"]}`, "result=running&result=failure", int64s(6, 4)},
		{`{"start_date": "2026-05-04"}`, "start_date=2026-05-04", int64s(3)},
		{`{"end_date": "2026-05-05"}`, "end_date=2026-05-05", int64s(4)},
		{`{"created_date": "2026-05-04", "offset": 60}`, "created_date=2026-05-04&offset=60", int64s(3)},
		{`{"created_date": "2024-02-29", "offset": 1440}`, "created_date=2024-02-29&offset=1440", int64s()},
		{`{"offset": -1440}`, "offset=-1440", int64s(7, 6, 5, 4, 3, 2, 1)},
		{`{"offset": 0}`, "offset=0", int64s(7, 6, 5, 4, 3, 2, 1)},
		{`{"datastore": [103, 102]}`, "datastore=103&datastore=102", int64s(5, 2)},
		{`{"container": [501, 502]}`, "container=501&container=502", int64s(7, 3)},
		{`{"has_logs": true}`, "has_logs=true", int64s(6, 3)},
		{`{"has_logs": false, "finished": false}`, "finished=false&has_logs=false", int64s(7)},
		{`{"sort_created": "asc"}`, "sort_created=asc", int64s(1, 2, 3, 4, 5, 6, 7)},
		{`{"sort_duration": "desc", "finished": true}`, "finished=true&sort_duration=desc", int64s(5, 4, 3, 2, 1)},
		{
			`{"operation_type": "scan", "result": ["success"], "datastore": [101], "container": [501], "has_logs": true, "finished": true, "id": 3}`,
			"container=501&datastore=101&finished=true&has_logs=true&id=3&operation_type=scan&result=success",
			int64s(3),
		},
	} {
		requested := 1
		if strings.Contains(test.config, `"sync"`) {
			requested = 2 // whether catalog means the same here
		}
		expectRequested := func(what string) {
			t.Helper()
			requests := api.Requests()
			query := first(t, requests).Query
			query.Del("page")
			query.Del("size")
			if got := query.Encode(); len(requests) != requested || requests[0].Path != listPath || got != test.query {
				t.Errorf("%s, %s: got %d requests, %s, want %d, %s", what, test.config, len(requests), got, requested, test.query)
			}
			api.ResetRequests()
		}
		api.ResetRequests()
		expectDiagnostics(t, p.validateDataSource(t, "qualytics_operations", test.config))
		state, diagnostics := p.read(t, "qualytics_operations", test.config)
		expectDiagnostics(t, diagnostics)
		expectListed(t, test.config, state, int64(len(test.ids)), test.ids)
		expectRequested("data source")
		expectDiagnostics(t, p.validateList(t, test.config))
		results, diagnostics := p.list(t, test.config, 0, false)
		expectDiagnostics(t, diagnostics)
		if ids := idsOf(results); !reflect.DeepEqual(ids, test.ids) {
			t.Errorf("the list resource, %s: got %v, want %v", test.config, ids, test.ids)
		}
		expectRequested("list resource")
	}
}

func int64s(numbers ...int64) []any {
	values := make([]any, 0, len(numbers))
	for _, number := range numbers {
		values = append(values, number)
	}
	return values
}

// expectListed checks the Runs in operations and ids of a qualytics_operations state.
func expectListed(t *testing.T, config string, state map[string]any, total int64, ids []any) {
	t.Helper()
	listed := []any{}
	operations, _ := state["operations"].([]any)
	for _, operation := range operations {
		run, _ := operation.(map[string]any)
		listed = append(listed, run["id"])
	}
	if !reflect.DeepEqual(listed, ids) {
		t.Errorf("%s: got the Runs %v, want %v", config, listed, ids)
	}
	if !reflect.DeepEqual(state["ids"], ids) {
		t.Errorf("%s: got the ids %v, want %v", config, state["ids"], ids)
	}
	if state["total"] != total {
		t.Errorf("%s: got the total %v, want %d", config, state["total"], total)
	}
}

// Unknown types, results and counters are passed through, and missing values are null.
func TestOperations_unknownValues(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	const run = `{
		"id": 9007199254740993, "type": "reconcile", "result": "paused", "created": "2026-05-01T09:30:00",
		"status": {"rows_matched": 12345678901234567890, "ratio": 0.5, "phase": "second", "detail": {"a": 1}, "none": null},
		"later": [1]
	}`
	api.Inject(mockapi.Fault{Status: 200, Body: fmt.Sprintf(`{"items": [%s], "total": 1}`, run)})
	state, diagnostics := api.protocol(t).read(t, "qualytics_operations", `{}`)
	expectDiagnostics(t, diagnostics)
	expectListed(t, "unknown", state, 1, int64s(9007199254740993))
	want := map[string]any{
		"id": int64(9007199254740993), "type": "reconcile", "result": "paused", "message": nil, "created": "2026-05-01T09:30:00Z",
		"start_time": nil, "end_time": nil, "duration_seconds": nil, "triggered_by": nil, "schedule_id": nil, "datastore": nil, "url": nil,
		"status": map[string]any{"rows_matched": "12345678901234567890", "ratio": "0.5", "none": nil},
	}
	operations, _ := state["operations"].([]any)
	if got := first(t, operations); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}
