// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// sales is a datastore without Runs.
func sales(api service) {
	api.AddDatastore(mockapi.Datastore{ID: 7, Name: "Sales", StoreType: "jdbc", Type: "postgresql"},
		mockapi.Container{ID: 70, Name: "orders", ContainerType: "table"},
		mockapi.Container{ID: 71, Name: "returns", ContainerType: "table"},
		mockapi.Container{ID: 72, Name: "stores", ContainerType: "table"})
}

// The response is the new Run: queued, with the settings that were given and the defaults of the
// others.
func TestCreate(t *testing.T) {
	outcome := mockapi.Outcome{Queued: 10 * time.Second, Running: 20 * time.Second, Anomalies: new(int64(3))}
	api := start(t, mockapi.Options{User: "automation", Outcome: outcome}, mockapi.Run{ID: 40, Datastore: mockapi.Datastore{ID: 5}})
	sales(api)
	accepted := api.post(t, `{"type": "scan", "datastore_id": 7, "container_names": ["stores", "orders"],
		"incremental": false, "max_records_analyzed_per_partition": 5, "greater_than_time": "2026-05-01T00:00:00Z"}`).payload(t)
	shows(t, "accepted", accepted, object{
		"id": 41.0, "type": "scan", "result": "queued", "message": nil, "schedule": nil, "schedule_id": nil, "triggered_by": "automation",
		"created": "2026-05-01T12:00:00.000000Z", "start_time": nil, "end_time": nil,
		"container_names": []any{"stores", "orders"}, "incremental": false, "max_records_analyzed_per_partition": 5.0,
		"greater_than_time": "2026-05-01T00:00:00Z", "greater_than_batch": nil, "enrichment_source_record_limit": 10.0,
		"datastore_id": nil,
		"status": object{
			"total_containers": 2.0, "containers_analyzed": 0.0, "partitions_scanned": 0.0,
			"records_processed": 0.0, "anomalies_identified": 0.0,
		},
	})
	equal(t, "datastore", accepted["datastore"].(object)["name"], "Sales")
	equal(t, "containers", ids(object{"items": accepted["containers"]}), []int64{70, 72})
	api.clock.Advance(time.Minute)
	ended := api.get(t, "/api/operations/41")
	equal(t, "result", ended["result"], "success")
	equal(t, "anomalies", ended["status"].(object)["anomalies_identified"], 3.0)
	equal(t, "listed", ids(api.get(t, "/api/operations?datastore=7&container=70")), []int64{41})
	equal(t, "rerun", api.put(t, "/api/operations/rerun/41")["container_names"], []any{"stores", "orders"})
	equal(t, "journal", first(t, api.Requests()).String(), "POST /api/operations/run")
}

// What a Run targets follows from its type and settings.
func TestCreateTargets(t *testing.T) {
	api := start(t, mockapi.Options{})
	sales(api)
	for settings, want := range map[string][]int64{
		`"type": "scan"`: {70, 71, 72},
		`"type": "scan", "container_names": [], "container_tags": []`:     {70, 71, 72},
		`"type": "profile", "container_names": ["returns"]`:               {71},
		`"type": "materialize", "container_names": ["nothing"]`:           {},
		`"type": "scan", "container_tags": ["finance"]`:                   {},
		`"type": "export", "asset_type": "checks"`:                        {70, 71, 72},
		`"type": "export", "asset_type": "checks", "container_ids": [72]`: {72},
		`"type": "promote_quality_check", "container_id": 70`:             {70},
		`"type": "sync"`: {},
	} {
		run := api.post(t, `{"datastore_id": 7, `+settings+`}`).payload(t)
		equal(t, settings, ids(object{"items": run["containers"]}), want)
		if run["type"] != "sync" {
			equal(t, settings, run["status"].(object)["total_containers"], float64(len(want)))
		}
	}
}

// Every type can be started. A sync is a sync whatever it was called; a promote Run skips queued.
func TestCreateTypes(t *testing.T) {
	for given, want := range map[string][2]string{
		`"type": "sync", "include": ["table", "view"], "prune": true, "recreate": false`: {"sync", "queued"},
		`"type": "catalog", "prune": true`:                                               {"sync", "queued"},
		`"type": "profile", "ai_effort": "low", "infer_as_draft": true, "percent_testing_threshold": 0.5,
			"max_count_testing_sample": 5, "high_correlation_threshold": 1, "histogram_max_distinct_values": 2,
			"max_records_analyzed_per_partition": 1, "greater_than_time": "2026-05-01", "greater_than_batch": 1.5`: {"profile", "queued"},
		`"type": "scan", "auto_resolve_passed_anomalies": true, "enrichment_source_record_limit": 1`: {"scan", "queued"},
		`"type": "materialize", "max_records_per_partition": 9`:                                      {"materialize", "queued"},
		`"type": "export", "asset_type": "anomalies", "include_deleted": true`:                       {"export", "queued"},
		`"type": "promote_quality_check", "container_id": 70, "destination_container_id": 71, "check_ids": [1], "check_tags": ["a"],
			"check_additional_tags": ["b"], "as_draft": true`: {"promote_quality_check", "running"},
	} {
		api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
		run := api.post(t, `{"datastore_id": 101, `+given+`}`).payload(t)
		equal(t, given, [2]string{run["type"].(string), run["result"].(string)}, want)
	}
}

// Whatever is invalid is rejected at its location, and nothing starts.
func TestCreateInvalid(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	const (
		types   = `'sync', 'catalog', 'profile', 'scan', 'materialize', 'export' or 'promote_quality_check'`
		integer = "Input should be a valid integer"
		extra   = "Extra inputs are not permitted"
	)
	at := func(location ...any) []any { return append([]any{"body"}, location...) }
	for _, test := range []struct {
		body          string
		location      []any
		kind, message string
	}{
		{`{"type":"scan"}`, at("datastore_id"), "missing", "Field required"},
		{`{"datastore_id":101}`, at("type"), "missing", "Field required"},
		{`{"datastore_id":101,"type":"export"}`, at("asset_type"), "missing", "Field required"},
		{`{"datastore_id":"101","type":"scan"}`, at("datastore_id"), "int_type", integer},
		{`{"datastore_id":null,"type":"scan"}`, at("datastore_id"), "int_type", integer},
		{`{"datastore_id":1.5,"type":"scan"}`, at("datastore_id"), "int_from_float", integer + ", got a number with a fractional part"},
		{`{"datastore_id":101,"type":"external_scan","a":1}`, at("type"), "enum", "Input should be " + types},
		{`{"datastore_id":101,"type":5}`, at("type"), "enum", "Input should be " + types},
		{`{"datastore_id":101,"type":"scan","max_record":5}`, at("max_record"), "extra_forbidden", extra},
		{`{"datastore_id":101,"type":"scan","remediation":"none"}`, at("remediation"), "extra_forbidden", extra},
		{`{"datastore_id":101,"type":"sync","container_names":[]}`, at("container_names"), "extra_forbidden", extra},
		{
			`{"datastore_id":101,"type":"scan","max_records_analyzed_per_partition":"many"}`,
			at("max_records_analyzed_per_partition"), "int_type", integer,
		},
		{
			`{"datastore_id":101,"type":"scan","container_names":["orders",5]}`,
			at("container_names", 1.0), "string_type", "Input should be a valid string",
		},
		{
			`{"datastore_id":101,"type":"scan","container_names":"orders"}`,
			at("container_names"), "list_type", "Input should be a valid list",
		},
		{`{"datastore_id":101,"type":"scan","incremental":"false"}`, at("incremental"), "bool_type", "Input should be a valid boolean"},
		{`{"datastore_id":101,"type":"scan","incremental":null}`, at("incremental"), "bool_type", "Input should be a valid boolean"},
		{
			`{"datastore_id":101,"type":"scan","greater_than_batch":"1"}`,
			at("greater_than_batch"), "float_type", "Input should be a valid number",
		},
		{
			`{"datastore_id":101,"type":"scan","greater_than_time":5}`,
			at("greater_than_time"), "datetime_type", "Input should be a valid datetime",
		},
		{
			`{"datastore_id":101,"type":"scan","greater_than_time":"today"}`,
			at("greater_than_time"), "datetime_from_date_parsing", "Input should be a valid datetime or date, invalid datetime or date",
		},
		{
			`{"datastore_id":101,"type":"sync","include":["table","index"]}`,
			at("include", 1.0), "enum", "Input should be 'table' or 'view'",
		},
		{
			`{"datastore_id":101,"type":"export","asset_type":"scans"}`,
			at("asset_type"), "enum", "Input should be 'anomalies', 'checks' or 'profiles'",
		},
		{`[5]`, at(), "model_attributes_type", "Input should be a valid dictionary or object to extract fields from"},
		{`null`, at(), "model_attributes_type", "Input should be a valid dictionary or object to extract fields from"},
		{``, at(), "missing", "Field required"},
		{`{"a":`, at(5.0), "json_invalid", "JSON decode error"},
		{`{} {}`, at(4.0), "json_invalid", "JSON decode error"},
	} {
		t.Run(test.body, func(t *testing.T) {
			response := api.post(t, test.body)
			equal(t, "status", response.status, http.StatusUnprocessableEntity)
			details := decode(t, response.body)["detail"].([]any)
			equal(t, "details", len(details), 1)
			one := first(t, details).(object)
			equal(t, "location", one["loc"], any(test.location))
			equal(t, "type", one["type"], test.kind)
			equal(t, "message", one["msg"], test.message)
		})
	}
	equal(t, "Runs", len(api.Runs()), 1)
}

// One response has all that is invalid, with what was given.
func TestCreateInvalidDetails(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	api.post(t, `{"type":"sync","include":["index"],"odd":[1.50]}`).expect(t, http.StatusUnprocessableEntity, `{"detail":[`+
		`{"input":{"include":["index"],"odd":[1.50],"type":"sync"},"loc":["body","datastore_id"],"msg":"Field required","type":"missing"},`+
		`{"ctx":{"expected":"'table' or 'view'"},"input":"index","loc":["body","include",0],`+
		`"msg":"Input should be 'table' or 'view'","type":"enum"},`+
		`{"input":[1.50],"loc":["body","odd"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"}]}`)
	api.post(t, `{]`).expect(t, http.StatusUnprocessableEntity, `{"detail":[`+
		`{"ctx":{"error":"invalid character ']' looking for beginning of object key string"},"input":{},"loc":["body",2],`+
		`"msg":"JSON decode error","type":"json_invalid"}]}`)
}

// Only a body that is declared as JSON is read as JSON.
func TestCreateContentType(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	const body = `{"type":"scan","datastore_id":101}`
	for media, status := range map[string]int{
		"application/json": 200, "application/json; charset=utf-8": 200, "text/plain": 422, "application/x-www-form-urlencoded": 422, "": 422,
	} {
		request := api.requestWith(t, http.MethodPost, "/api/operations/run", body)
		request.Header.Set("Content-Type", media)
		equal(t, media, api.send(t, request).status, status)
	}
	empty := api.requestWith(t, http.MethodPost, "/api/operations/run", "")
	empty.Header.Set("Content-Type", "application/json")
	api.send(t, empty).expect(t, 422, `{"detail":[{"input":null,"loc":["body"],"msg":"Field required","type":"missing"}]}`)
}

func TestCreateUnknownDatastore(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	const body = `{"type":"scan","datastore_id":%d}`
	api.post(t, fmt.Sprintf(body, 102)).expect(t, http.StatusNotFound, `{"detail":"Datastore 102 not found"}`)
	api.Remove(1)
	equal(t, "a datastore without Runs", api.post(t, fmt.Sprintf(body, 101)).status, 200)
}
