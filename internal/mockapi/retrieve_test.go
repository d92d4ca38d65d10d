// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// scan is the Run of the API page, as far as the page shows it.
func scan() mockapi.Run {
	created := time.Date(2026, time.May, 1, 9, 30, 0, 123456000, time.UTC)
	return mockapi.Run{
		ID: 53388, Type: "scan", Result: "success", TriggeredBy: "user@example.com",
		Created: created, StartTime: created.Add(time.Second), EndTime: created.Add(time.Minute),
		Datastore: mockapi.Datastore{ID: 101, Name: "Datastore-Sample", StoreType: "jdbc", Type: "snowflake", EnrichContainerPrefix: "_x"},
		Schedule:  &mockapi.Schedule{ID: 12, Name: "Daily", Crontab: "0 6 * * *"},
		Containers: []mockapi.Container{
			{ID: 234, Name: "customers", ContainerType: "table", TableType: "table"},
			{ID: 235, Name: "orders.csv", ContainerType: "file"},
		},
		Tags:     []string{"finance"},
		Settings: map[string]any{"incremental": false, "remediation": "append"},
	}
}

func TestRetrieveScan(t *testing.T) {
	api := start(t, mockapi.Options{}, scan())
	equal(t, "payload", api.get(t, "/api/operations/53388"), decode(t, `{
		"id": 53388, "type": "scan", "result": "success", "message": null,
		"triggered_by": "user@example.com", "triggered_by_user": null, "aborted_by": null, "aborted_by_user": null,
		"created": "2026-05-01T09:30:00.123456Z", "start_time": "2026-05-01T09:30:01.123456Z", "end_time": "2026-05-01T09:31:00.123456Z",
		"datastore": {"id": 101, "name": "Datastore-Sample", "store_type": "jdbc", "type": "snowflake",
			"enrich_only": false, "enrich_container_prefix": "_x", "favorite": false},
		"schedule": {"id": 12, "name": "Daily", "crontab": "0 6 * * *"}, "schedule_id": 12,
		"containers": [
			{"id": 234, "name": "customers", "container_type": "table", "table_type": "table"},
			{"id": 235, "name": "orders.csv", "container_type": "file"}],
		"tags": ["finance"],
		"status": {"total_containers": 2, "containers_analyzed": 2, "partitions_scanned": 6,
			"records_processed": 100000, "anomalies_identified": 0},
		"incremental": false, "remediation": "append", "max_records_analyzed_per_partition": 10000000,
		"greater_than_time": null, "greater_than_batch": null, "high_count_rollup_threshold": 10,
		"enrichment_source_record_limit": 10, "auto_resolved_anomaly_count": 0,
		"container_scans": [
			{"id": 53388001, "created": "2026-05-01T09:30:00.123456Z", "container": {"id": 234, "name": "customers", "container_type": "table"},
				"start_time": "2026-05-01T09:30:01.123456Z", "end_time": "2026-05-01T09:30:30.623456Z",
				"records_processed": 50000, "anomaly_count": 0, "result": "success", "message": null},
			{"id": 53388002, "created": "2026-05-01T09:30:00.123456Z", "container": {"id": 235, "name": "orders.csv", "container_type": "file"},
				"start_time": "2026-05-01T09:30:30.623456Z", "end_time": "2026-05-01T09:31:00.123456Z",
				"records_processed": 50000, "anomaly_count": 0, "result": "success", "message": null}]
	}`))
}

func TestRetrieveByType(t *testing.T) {
	const common = 17
	tests := []struct {
		runType string
		extra   []string
		status  object
	}{
		{"sync", []string{"include", "prune", "recreate"}, object{"containers_synchronized": 14.0}},
		{"profile", []string{
			"inference_threshold", "max_count_testing_sample", "histogram_max_distinct_values",
			"percent_testing_threshold", "high_correlation_threshold", "container_profiles",
		}, object{
			"total_containers": 2.0, "containers_analyzed": 2.0, "partitions_analyzed": 6.0,
			"records_processed": 100000.0, "fields_profiled": 24.0, "checks_synchronized": 16.0,
		}},
		{"external_scan", []string{
			"incremental", "remediation", "max_records_analyzed_per_partition", "greater_than_time", "greater_than_batch",
			"high_count_rollup_threshold", "enrichment_source_record_limit", "auto_resolved_anomaly_count", "container_scans",
		}, object{
			"total_containers": 2.0, "containers_analyzed": 2.0, "partitions_scanned": 6.0,
			"records_processed": 100000.0, "anomalies_identified": 0.0,
		}},
		{"export", nil, object{"total_containers": 2.0, "containers_analyzed": 2.0, "records_processed": 100000.0}},
		{"materialize", nil, object{"total_containers": 2.0, "containers_analyzed": 2.0, "records_processed": 100000.0}},
		{"promote", nil, object{"total_containers": 2.0, "containers_analyzed": 2.0, "records_processed": 100000.0}},
	}
	for _, test := range tests {
		t.Run(test.runType, func(t *testing.T) {
			api := start(t, mockapi.Options{}, mockapi.Run{ID: 1, Type: test.runType})
			payload := api.get(t, "/api/operations/1")
			equal(t, "fields", len(payload), common+len(test.extra))
			for _, name := range test.extra {
				if _, ok := payload[name]; !ok {
					t.Errorf("no %s", name)
				}
			}
			equal(t, "status", payload["status"], test.status)
			equal(t, "schedule", payload["schedule"], nil)
			equal(t, "tags", payload["tags"], []any{})
		})
	}
}

func TestProfilesOfContainers(t *testing.T) {
	run := scan()
	run.Type, run.Containers = "profile", run.Containers[:1]
	api := start(t, mockapi.Options{}, run)
	equal(t, "container_profiles", first(t, api.get(t, "/api/operations/53388")["container_profiles"].([]any)), decode(t, `{
		"id": 53388001, "created": "2026-05-01T09:30:00.123456Z", "parent_profile_id": null,
		"container": {"id": 234, "name": "customers", "container_type": "table"},
		"records_count": 50000, "records_processed": 50000, "checks_synchronized": 8, "field_profiles_count": 12,
		"result": "success", "message": null
	}`))
}

// A page of the list is long enough to be compressed, as a proxy would.
func TestCompression(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Demo(noon)...)
	request := api.request(t, http.MethodGet, "/api/operations")
	request.Header.Set("Accept-Encoding", "gzip")
	compressed := api.send(t, request)
	equal(t, "encoding", compressed.header.Get("Content-Encoding"), "gzip")
	// The transport decompresses automatically if the client did not request gzip.
	plain := api.call(t, http.MethodGet, "/api/operations")
	equal(t, "items", len(ids(plain.payload(t))), 50)
	if len(compressed.body)*4 > len(plain.body) {
		t.Errorf("%d bytes compressed to %d", len(plain.body), len(compressed.body))
	}
}

func TestHeaders(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	api.clock.Advance(90 * time.Second)
	header := api.call(t, http.MethodGet, "/api/operations/1").header
	equal(t, "Date", header.Get("Date"), "Fri, 01 May 2026 12:01:30 GMT")
	equal(t, "Content-Type", header.Get("Content-Type"), "application/json")
}

// Some deployments wrap a single Run in a page.
func TestWrappedRun(t *testing.T) {
	plain, wrapped := start(t, mockapi.Options{}, scan()), start(t, mockapi.Options{WrappedRun: true}, scan())
	equal(t, "payload", wrapped.get(t, "/api/operations/53388"), object{
		"items": []any{plain.get(t, "/api/operations/53388")}, "total": 1.0, "page": 1.0, "size": 50.0, "pages": 1.0,
	})
	equal(t, "rerun", wrapped.put(t, "/api/operations/rerun/53388")["id"], 53389.0)
}
