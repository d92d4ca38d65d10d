// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"reflect"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// Big integers, decimals and text of any script are unchanged in the normalized JSON.
func TestOperation_detailsUnchanged(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Inject(mockapi.Fault{Status: 200, Body: "{ \"type\": \"scan\",\n \"id\": 100, \"result\": \"success\"," +
		`"watermark": 123456789012345678901234567890, "share": 0.10, "tiny": 1e-9, ` +
		`"text": "größer <b>&amp; 表 \u2028 \ud83d\ude00 \"quoted\"", "empty": {}, "none": null, "list": [3, 1, 2] }`})
	state, diagnostics := api.protocol(t).read(t, "qualytics_operation", `{"id": 100}`)
	expectDiagnostics(t, diagnostics)
	const want = `{"empty":{},"id":100,"list":[3,1,2],"none":null,"result":"success","share":0.10,` +
		`"text":"größer <b>&amp; 表 \u2028 😀 \"quoted\"","tiny":1e-9,"type":"scan","watermark":123456789012345678901234567890}`
	if got := state["details"]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestOperation_fields(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	created := time.Date(2026, time.May, 1, 9, 30, 0, 123456000, time.UTC)
	run := scan(100, "failure")
	run.Created, run.StartTime, run.EndTime = created, created.Add(5*time.Second), created.Add(65*time.Second+500*time.Millisecond)
	run.Message, run.TriggeredBy, run.Schedule = "lost", "Nightly", &mockapi.Schedule{ID: 12, Name: "Nightly"}
	run.Containers = []mockapi.Container{
		{ID: 234, Name: "customers", ContainerType: "table"},
		{ID: 235, Name: "orders", ContainerType: "view"},
	}
	run.Status = map[string]int64{"total_containers": 2, "containers_analyzed": 1, "records_processed": 5_000_000_000}
	api.Seed(run)
	state, diagnostics := api.protocol(t).read(t, "qualytics_operation", `{"id": 100}`)
	expectDiagnostics(t, diagnostics)
	delete(state, "details")
	want := map[string]any{
		"id": int64(100), "type": "scan", "result": "failure", "message": "lost",
		"created": "2026-05-01T09:30:00.123456Z", "start_time": "2026-05-01T09:30:05.123456Z", "end_time": "2026-05-01T09:31:05.623456Z",
		"duration_seconds": "60.5", "triggered_by": "Nightly", "schedule_id": int64(12),
		"datastore": map[string]any{"id": int64(101), "name": "Warehouse", "store_type": "jdbc", "type": "snowflake"},
		"status":    map[string]any{"total_containers": int64(2), "containers_analyzed": int64(1), "records_processed": int64(5_000_000_000)},
		"containers": []any{
			map[string]any{"id": int64(234), "name": "customers", "container_type": "table"},
			map[string]any{"id": int64(235), "name": "orders", "container_type": "view"},
		},
		"url": api.url + "/datastores/101/activity?operation_id=100",
	}
	if !reflect.DeepEqual(state, want) {
		t.Errorf("got  %v\nwant %v", state, want)
	}
	api.expectRequests(t, "GET /api/operations/100")
}
