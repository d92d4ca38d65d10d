// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

func TestRequests(t *testing.T) {
	for _, endpoint := range endpoints {
		t.Run(endpoint.name, func(t *testing.T) {
			result := map[string]string{"abort": "running", "resume": "failure"}[endpoint.name]
			service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, result)})
			if err := endpoint.call(t.Context(), service.client); err != nil {
				t.Fatal(err)
			}
			equal(t, "requests", service.requests(), endpoint.requests())
			header := first(t, service.Requests()).Header
			equal(t, "Authorization", header["Authorization"], []string{"Bearer " + testToken})
			equal(t, "Accept", header["Accept"], []string{"application/json"})
			equal(t, "User-Agent", header["User-Agent"], []string{"test/1"})
		})
	}
}

func TestFilterQuery(t *testing.T) {
	number, text, yes, no := int64(7), "2026-05-01", true, false
	offset, newest := int64(-120), "desc"
	scanType := TypeScan
	for name, test := range map[string]struct {
		filter Filter
		want   string
	}{
		"id":             {Filter{ID: &number}, "id=7"},
		"schedule_id":    {Filter{ScheduleID: &number}, "schedule_id=7"},
		"operation_type": {Filter{OperationType: &scanType}, "operation_type=scan"},
		"finished":       {Filter{Finished: &yes}, "finished=true"},
		"unfinished":     {Filter{Finished: &no}, "finished=false"},
		"result":         {Filter{Results: []Result{"success", "failure"}}, "result=success&result=failure"},
		"created_date":   {Filter{CreatedDate: &text}, "created_date=2026-05-01"},
		"start_date":     {Filter{StartDate: &text}, "start_date=2026-05-01"},
		"end_date":       {Filter{EndDate: &text}, "end_date=2026-05-01"},
		"datastore":      {Filter{Datastores: []int64{101, 102}}, "datastore=101&datastore=102"},
		"container":      {Filter{Containers: []int64{234, 235}}, "container=234&container=235"},
		"has_logs":       {Filter{HasLogs: &no}, "has_logs=false"},
		"offset":         {Filter{Offset: &offset}, "offset=-120"},
		"sort_created":   {Filter{SortCreated: &newest}, "sort_created=desc"},
		"sort_duration":  {Filter{SortDuration: &newest}, "sort_duration=desc"},
		"all": {
			Filter{ID: &number, Finished: &yes, Results: []Result{"aborted"}, SortCreated: &newest},
			"finished=true&id=7&result=aborted&sort_created=desc",
		},
	} {
		equal(t, name, test.filter.query().Encode(), test.want)
		service := serve(t, mockapi.Options{}, nil)
		if _, err := service.client.Operations(t.Context(), test.filter, 5); err != nil {
			t.Errorf("%s: the API rejects it: %v", name, err)
		}
		query := first(t, service.Requests()).Query
		query.Del("page")
		query.Del("size")
		equal(t, name, query.Encode(), test.want)
	}
}

func TestOperation(t *testing.T) {
	created := time.Date(2026, time.May, 1, 9, 30, 0, 123456000, time.UTC)
	service := serve(t, mockapi.Options{}, []mockapi.Run{{
		ID: 100, Type: "scan", Result: "success", Message: "2 partitions skipped", TriggeredBy: "ci@example.com",
		Created: created, StartTime: created.Add(time.Second), EndTime: created.Add(91 * time.Second),
		Datastore:  mockapi.Datastore{ID: 101, Name: "Warehouse", StoreType: "jdbc", Type: "snowflake"},
		Schedule:   &mockapi.Schedule{ID: 9, Name: "nightly"},
		Containers: []mockapi.Container{{ID: 234, Name: "customers", ContainerType: "table"}},
		Status:     map[string]int64{"total_containers": 1, "containers_analyzed": 1, "records_processed": 50000},
		Settings:   map[string]any{"incremental": false, "not_known_yet": []int{1, 2}},
	}})
	got, err := service.client.Operation(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	payload := got.Payload
	got.Payload, got.URL = nil, nil
	equal(t, "the Run", *got, Operation{
		ID: 100, Type: "scan", Result: ResultSuccess, Message: new("2 partitions skipped"), TriggeredBy: new("ci@example.com"),
		Created: "2026-05-01T09:30:00.123456Z", StartTime: "2026-05-01T09:30:01.123456Z", EndTime: "2026-05-01T09:31:31.123456Z",
		Datastore:  &Datastore{ID: new(int64(101)), Name: new("Warehouse"), StoreType: new("jdbc"), Type: new("snowflake")},
		ScheduleID: new(int64(9)),
		Status:     Counters{"total_containers": number("1"), "containers_analyzed": number("1"), "records_processed": number("50000")},
		Containers: []Container{{ID: new(int64(234)), Name: new("customers"), ContainerType: new("table")}},
	})
	duration, ok := got.Duration()
	equal(t, "duration", duration, 90*time.Second)
	equal(t, "has a duration", ok, true)
	var all map[string]any
	if err := json.Unmarshal(payload, &all); err != nil {
		t.Fatal(err)
	}
	equal(t, "a field of the payload", all["not_known_yet"], any([]any{1.0, 2.0}))
}

func idsOf(operations []Operation) []int64 {
	ids := []int64{}
	for _, operation := range operations {
		ids = append(ids, operation.ID)
	}
	return ids
}

// Entries with nested work give the same result as those of the API page. A container that was not
// reached has no work with an id; its own id identifies it.
func TestContainers(t *testing.T) {
	const count = 120
	status := map[string]int64{"total_containers": count, "containers_analyzed": count, "records_processed": count}
	for name, nested := range map[string]bool{"as on the API page": false, "nested": true} {
		service := serve(t, mockapi.Options{NestedContainers: nested}, []mockapi.Run{
			{ID: 100, Status: status}, {ID: 101, Result: "queued", Status: map[string]int64{"total_containers": count}},
		})
		listing, err := service.client.Containers(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, name+": count", len(listing.Items), count)
		equal(t, name+": total", listing.Total, int64(count))
		container := first(t, listing.Items)
		equal(t, name+": id", container.ID, new(int64(100_001)))
		equal(t, name+": container", container.Container, &Container{ID: new(int64(234)), Name: new("customers"), ContainerType: new("table")})
		equal(t, name+": result", container.Result, new(ResultSuccess))
		equal(t, name+": records", container.RecordsProcessed, new(int64(1)))
		equal(t, name+": finished", container.EndTime != "", true)
		if listing, err = service.client.Containers(t.Context(), 101); err != nil {
			t.Fatal(err)
		}
		equal(t, name+": not reached", len(listing.Items), count)
		equal(t, name+": last", *listing.Items[count-1].Container.ID, int64(234+count-1))
	}
}

func TestForceAbort(t *testing.T) {
	service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, "running")})
	if _, err := resume(t.Context(), service.client, 100, true); err != nil {
		t.Fatal(err)
	}
	equal(t, "requests", service.requests(), []string{readSource, listNewest, "PUT /api/operations/run/100?force_abort=true", listNewest})
}

func TestWrongRun(t *testing.T) {
	for _, endpoint := range endpoints {
		if endpoint.starts || !slices.Contains([]string{"retrieve", "abort"}, endpoint.name) {
			continue
		}
		for _, body := range []string{`{"id": 101, "result": "running"}`, `{}`, `null`} {
			client := respond(t, responding(200, "application/json", body))
			failed := failure(t, endpoint.call(t.Context(), client))
			equal(t, endpoint.name, failed.Kind, KindNotAPI)
			if !strings.Contains(failed.Detail, "another Run") {
				t.Errorf("%s of %s: %v", endpoint.name, body, failed)
			}
		}
	}
}

// Whether the list has a Run is known only if the list applies the filter.
func TestListed(t *testing.T) {
	service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, "success"), scan(101, "success")})
	for id, want := range map[int64]bool{100: true, 101: true, 102: false} {
		got, err := service.client.Listed(t.Context(), id)
		equal(t, "error", err, error(nil))
		equal(t, "listed", got, want)
	}
	client := respond(t, responding(200, "application/json", `{"items": [{"id": 101}], "total": 2}`))
	_, err := client.Listed(t.Context(), 100)
	equal(t, "another Run", KindOf(err), KindNotAPI)
	client = respond(t, responding(404, "application/json", `{"detail": "Not Found"}`))
	_, err = client.Listed(t.Context(), 100)
	equal(t, "no list", KindOf(err), KindWrongURL)
}

// A filter that is too long for gateways is refused before a request is sent.
func TestLongFilter(t *testing.T) {
	ids := make([]int64, 500)
	for i := range ids {
		ids[i] = 100_000 + int64(i)
	}
	service := serve(t, mockapi.Options{Gateway: &mockapi.Gateway{Rate: 10_000, Burst: 10_000}}, nil)
	for name, filter := range map[string]Filter{
		"datastore": {Datastores: ids, Containers: ids[:3]}, "container": {Containers: ids},
	} {
		_, err := service.client.Operations(t.Context(), filter, 0)
		failed := failure(t, err)
		equal(t, name, failed.Kind, KindTooLong)
		equal(t, name, first(t, failed.Parameters).Parameter(), name)
		equal(t, name, failed.Detail, name+" has too many values: the URL would be too long; split the list into several requests")
	}
	equal(t, "requests", service.requests(), []string{})
	for _, filter := range []Filter{{Datastores: ids[:220]}, {Containers: ids[:220]}} {
		if _, err := service.client.Operations(t.Context(), filter, 0); err != nil {
			t.Error(err)
		}
	}
}
