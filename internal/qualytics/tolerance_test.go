// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// oddValues are unexpected values of a field; "" omits it.
var oddValues = []string{`null`, ``, `"text"`, `""`, `7`, `7.5`, `7e400`, `{}`, `{"id": null}`, `[]`, `[null]`, `[7]`, `true`, `false`}

var (
	wholeRun = map[string]string{
		"id": `53388`, "type": `"scan"`, "result": `"success"`, "message": `"fine"`, "created": `"2026-05-01T09:30:00Z"`,
		"start_time": `"2026-05-01T09:30:01Z"`, "end_time": `"2026-05-01T09:31:30Z"`, "triggered_by": `"user@example.com"`,
		"datastore": `{"id": 101, "name": "Warehouse", "store_type": "jdbc", "type": "snowflake"}`, "schedule": `{"id": 7}`,
		"status": `{"records_processed": 10}`, "containers": `[{"id": 234, "name": "customers", "container_type": "table"}]`,
	}
	wholeEntry = map[string]string{
		"id": `456`, "container": `{"id": 234, "name": "customers", "container_type": "table"}`, "start_time": `"2026-05-01T09:30:01Z"`,
		"end_time": `"2026-05-01T09:31:30Z"`, "records_processed": `50000`, "anomaly_count": `3`, "result": `"success"`, "message": `"fine"`,
	}
)

// with returns a JSON object in which one field has another value.
func with(fields map[string]string, name, value string) string {
	fields = maps.Clone(fields)
	fields[name] = value
	if value == "" {
		delete(fields, name)
	}
	var members []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		members = append(members, fmt.Sprintf("%q: %s", name, fields[name]))
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// equalExcept checks that all fields of two structs but the named ones are equal.
func equalExcept[T any](t *testing.T, what string, got, whole T, except ...string) {
	t.Helper()
	left, right := reflect.ValueOf(got), reflect.ValueOf(whole)
	for i := range left.NumField() {
		name := left.Type().Field(i).Name
		if !slices.Contains(except, name) && !reflect.DeepEqual(left.Field(i).Interface(), right.Field(i).Interface()) {
			t.Errorf("%s: %s is %v, want %v", what, name, left.Field(i), right.Field(i))
		}
	}
}

func goName(field string) string {
	names := map[string]string{"id": "ID", "schedule": "ScheduleID"}
	if name, ok := names[field]; ok {
		return name
	}
	var name strings.Builder
	for part := range strings.SplitSeq(field, "_") {
		name.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return name.String()
}

func TestOddFieldsOfRun(t *testing.T) {
	var body string
	client := respond(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/operations") {
			fmt.Fprintf(w, `{"items": [%s], "total": 1}`, body)
			return
		}
		fmt.Fprint(w, body)
	})
	body = with(wholeRun, "tags", "[]")
	whole, err := client.Operation(t.Context(), 53388)
	if err != nil {
		t.Fatal(err)
	}
	for field := range wholeRun {
		for _, value := range oddValues {
			what := field + " " + value
			body = with(wholeRun, field, value)
			listing, listErr := client.Operations(t.Context(), Filter{}, 0)
			got, err := client.Operation(t.Context(), 53388)
			if field == "id" {
				if listErr == nil && value != "7" || err == nil {
					t.Errorf("%s: an invalid id is accepted: %v, %v", what, listErr, err)
				}
				continue
			}
			if listErr != nil || err != nil {
				t.Errorf("%s: %v, %v", what, listErr, err)
				continue
			}
			equalExcept(t, what, *got, *whole, goName(field), "Payload", "URL")
			equalExcept(t, what+", listed", listing.Items[0], *whole, goName(field), "Payload", "URL")
			if value == "null" || value == "" {
				if empty := reflect.ValueOf(*got).FieldByName(goName(field)); !empty.IsZero() {
					t.Errorf("%s: got %v, want a zero value", what, empty)
				}
			}
			if got.ScheduleID != nil && *got.ScheduleID == 0 || got.Datastore != nil && got.Datastore.ID != nil && *got.Datastore.ID == 0 {
				t.Errorf("%s: got 0 instead of null in %+v", what, got)
			}
		}
	}
}

func TestOddFieldsOfContainer(t *testing.T) {
	var whole ContainerRun
	if err := json.Unmarshal([]byte(with(wholeEntry, "id", "456")), &whole); err != nil {
		t.Fatal(err)
	}
	var body string
	client := respond(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"items": [%s, %s], "total": 2}`, body, with(wholeEntry, "id", "457"))
	})
	for field := range wholeEntry {
		for _, value := range oddValues {
			what := field + " " + value
			body = with(wholeEntry, field, value)
			listing, err := client.Containers(t.Context(), 53388)
			if err != nil || len(listing.Items) != 2 {
				t.Errorf("%s: %v, %v", what, listing, err)
				continue
			}
			got := listing.Items[0]
			equalExcept(t, what, got, whole, goName(field))
			if value == "null" || value == "" {
				if empty := reflect.ValueOf(got).FieldByName(goName(field)); !empty.IsZero() {
					t.Errorf("%s: got %v, want a zero value", what, empty)
				}
			}
			if got.ID != nil && *got.ID == 0 || got.Container != nil && got.Container.ID != nil && *got.Container.ID == 0 {
				t.Errorf("%s: got 0 instead of null in %+v", what, got)
			}
		}
	}
}

func TestOddFieldsOfPage(t *testing.T) {
	for field, whole := range map[string]string{"items": "", "total": "1", "page": "1", "size": "100", "pages": "1"} {
		for _, value := range oddValues {
			page := map[string]string{"items": "[" + with(wholeRun, "id", "53388") + "]", "total": "1", "page": "1", "size": "100", "pages": "1"}
			client := respond(t, responding(200, "application/json", with(page, field, value)))
			listing, err := client.Operations(t.Context(), Filter{}, 0)
			switch {
			case field == "items" && value == "[]":
				equal(t, "Runs", len(listing.Items), 0)
			case field == "items":
				if err == nil {
					t.Errorf("items %s are accepted: %v", value, listing)
				}
			case err != nil || len(listing.Items) != 1 || listing.Items[0].ID != 53388:
				t.Errorf("%s %s instead of %s: %v, %v", field, value, whole, listing, err)
			}
		}
	}
}

// An entry names its container, or is the container with the work nested in it.
func TestContainerShapes(t *testing.T) {
	const work = `"start_time": "2026-05-01T09:30:01Z", "end_time": "2026-05-01T09:31:30Z", ` +
		`"records_processed": 411.0, "anomaly_count": 3, "result": "failure", "message": "lost"`
	customers := &Container{ID: new(int64(234)), Name: new("customers"), ContainerType: new("table")}
	done := ContainerRun{
		ID: new(int64(456)), Container: customers, StartTime: "2026-05-01T09:30:01Z", EndTime: "2026-05-01T09:31:30Z",
		RecordsProcessed: new(int64(411)), AnomalyCount: new(int64(3)), Result: new(ResultFailure), Message: new("lost"),
	}
	nameless := done
	nameless.Container = &Container{ID: new(int64(234))}
	const table = `"id": 234, "name": "customers", "container_type": "table"`
	for name, test := range map[string]struct {
		body string
		want ContainerRun
	}{
		"flat":           {`{"id": 456, "container": {` + table + `}, ` + work + `}`, done},
		"nested scan":    {`{` + table + `, "container_scan": {"id": 456, ` + work + `}, "metrics": {}}`, done},
		"nested profile": {`{` + table + `, "container_scan": null, "container_profile": {"id": 456, ` + work + `}}`, done},
		"not reached":    {`{` + table + `, "container_scan": null}`, ContainerRun{Container: customers}},
		"nameless":       {`{"id": 234, "container_scan": {"id": 456, ` + work + `}}`, nameless},
		"no container id": {
			`{"container_scan": {"id": 456, "records_processed": 7}}`,
			ContainerRun{ID: new(int64(456)), RecordsProcessed: new(int64(7))},
		},
		"odd work":         {`{` + table + `, "container_scan": [7]}`, ContainerRun{Container: customers}},
		"no container":     {`{"id": 456, "result": "queued"}`, ContainerRun{ID: new(int64(456)), Result: new(ResultQueued)}},
		"nothing":          {`{}`, ContainerRun{}},
		"a null container": {`{"id": 456, "container": null, "result": "queued"}`, ContainerRun{ID: new(int64(456)), Result: new(ResultQueued)}},
	} {
		var got ContainerRun
		if err := json.Unmarshal([]byte(test.body), &got); err != nil {
			t.Fatal(err)
		}
		equal(t, name, got, test.want)
	}
	client := respond(t, responding(200, "application/json",
		`{"items": [{}, {}, {"id": 234, "name": "a"}, {"id": 234, "name": "a"}, {"id": 235, "name": "b"}], "total": 5}`))
	listing, err := client.Containers(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "entries without ids are kept, duplicates are removed", len(listing.Items), 4)
}
