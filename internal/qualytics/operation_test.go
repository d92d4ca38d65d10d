// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func decoded(t *testing.T, text string) Operation {
	t.Helper()
	var operation Operation
	if err := json.Unmarshal([]byte(text), &operation); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return operation
}

func TestUnknownValuesPassThrough(t *testing.T) {
	got := decoded(t, `{"id": 1, "type": "anomaly_export", "result": "paused", "new": {"a": [1]}, "status": {"widgets": 3}}`)
	equal(t, "Run", got, Operation{ID: 1, Type: "anomaly_export", Result: "paused", Status: Counters{"widgets": number("3")}})
	equal(t, "finished", got.Finished(), false)
}

func TestTimestamp(t *testing.T) {
	second := time.Date(2026, time.May, 1, 9, 30, 0, 0, time.UTC)
	for text, want := range map[string]struct {
		kept string
		time time.Time
	}{
		"2026-05-01T09:30:00.123456Z":      {"2026-05-01T09:30:00.123456Z", second.Add(123456 * time.Microsecond)},
		"2026-05-01T09:30:00Z":             {"2026-05-01T09:30:00Z", second},
		"2026-05-01T09:30:00":              {"2026-05-01T09:30:00Z", second},
		"2026-05-01T09:30:00.5":            {"2026-05-01T09:30:00.5Z", second.Add(500 * time.Millisecond)},
		"2026-05-01T11:30:00+02:00":        {"2026-05-01T11:30:00+02:00", second},
		"2026-05-01T07:30:00-02:00":        {"2026-05-01T07:30:00-02:00", second},
		"2026-05-01T09:30:00.000000+00:00": {"2026-05-01T09:30:00.000000+00:00", second},
		"2026-05-01":                       {"2026-05-01", time.Time{}},
		"yesterday":                        {"yesterday", time.Time{}},
		"":                                 {"", time.Time{}},
	} {
		got := decoded(t, `{"created": "`+text+`"}`).Created
		equal(t, text, string(got), want.kept)
		instant, err := got.Time()
		if !instant.Equal(want.time) || (err == nil) != !want.time.IsZero() {
			t.Errorf("%q: got %v, %v; want %v", text, instant, err, want.time)
		}
	}
	equal(t, "a number", decoded(t, `{"created": 1777627800}`).Created, Timestamp(""))
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		`{"start_time": "2026-05-01T09:30:00Z", "end_time": "2026-05-01T09:31:30.5Z", "result": "success"}`: 90500 * time.Millisecond,
		`{"start_time": "2026-05-01T09:30:00", "end_time": "2026-05-01T11:31:00+02:00", "result": "odd"}`:   time.Minute,
		`{"start_time": "2026-05-01T09:30:00Z", "end_time": null, "result": "running"}`:                     -1,
		`{"start_time": "2026-05-01T09:30:00Z", "end_time": null, "result": "failure"}`:                     -1,
		`{"start_time": null, "end_time": "2026-05-01T09:31:30Z", "result": "aborted"}`:                     -1,
		`{"start_time": "once", "end_time": "2026-05-01T09:31:30Z", "result": "aborted"}`:                   -1,
	} {
		operation := decoded(t, text)
		got, ok := operation.Duration()
		if !ok {
			got = -1
		}
		equal(t, text, got, want)
	}
}

func TestFinished(t *testing.T) {
	for text, want := range map[string]bool{
		`{"result": "queued"}`:  false,
		`{"result": "running"}`: false,
		`{"result": "success"}`: true,
		`{"result": "failure"}`: true,
		`{"result": "aborted"}`: true,
		`{"result": "partial", "end_time": "2026-05-01T09:31:30Z"}`: true,
		`{"result": "partial"}`: false,
		`{"result": "running", "end_time": "2026-05-01T09:31:30Z"}`: false,
		`{"result": "queued", "end_time": "2026-05-01T09:31:30Z"}`:  false,
		`{"end_time": "2026-05-01T09:31:30Z"}`:                      true,
		`{}`:                                                        false,
	} {
		operation := decoded(t, text)
		equal(t, text, operation.Finished(), want)
	}
}

// number returns a counter as the client decodes it.
func number(text string) *big.Float { return finiteNumber([]byte(text)) }

func TestCounters(t *testing.T) {
	for text, want := range map[string]Counters{
		`{"status": {"a": 1, "b": -2.5}}`:                                                           {"a": number("1"), "b": number("-2.5")},
		`{"status": {"c": 12345678901234567890}}`:                                                   {"c": number("12345678901234567890")},
		`{"status": {"a": "1", "b": null, "c": true, "d": [1], "e": {"f": 1}, "g": 0, "h": false}}`: {"b": nil, "g": number("0")},
		`{"status": {"a": 1e999999999, "b": -1e999999999, "c": 411.0}}`:                             {"c": number("411.0")},
		`{"status": {}}`:        {},
		`{"status": null}`:      nil,
		`{"status": "done"}`:    nil,
		`{"status": ["a", 1]}`:  nil,
		`{"status": 7}`:         nil,
		`{"status": {"a": 1} }`: {"a": number("1")},
		`{}`:                    nil,
	} {
		equal(t, text, decoded(t, text).Status, want)
	}
}

func TestWholeCounters(t *testing.T) {
	status := decoded(t, `{"status": {"whole": 7, "float": 411.0, "half": 0.5, "negative": -1, "null": null, "huge": 1e30}}`).Status
	for name, want := range map[string]int64{"whole": 7, "float": 411, "half": -1, "negative": -1, "null": -1, "huge": -1, "missing": -1} {
		got, ok := status.Whole(name)
		if !ok {
			got = -1
		}
		equal(t, name, got, want)
	}
}

// The schedule shows as schedule.id, as schedule_id, or as both.
func TestScheduleID(t *testing.T) {
	for text, want := range map[string]int64{
		`{"schedule": {"id": 7}}`:                       7,
		`{"schedule_id": 7.0}`:                          7,
		`{"schedule": {"id": 7}, "schedule_id": 8}`:     7,
		`{"schedule": {"id": "7"}, "schedule_id": 8}`:   8,
		`{"schedule": null, "schedule_id": 8}`:          8,
		`{"schedule": {"name": "x"}, "schedule_id": 8}`: 8,
		`{"schedule": null, "schedule_id": null}`:       0,
		`{"schedule_id": "8"}`:                          0,
	} {
		got := decoded(t, text).ScheduleID
		equal(t, text, orZero(got), want)
		equal(t, text, got == nil, want == 0)
	}
}

// Each Run that the client returns has the URL of its page in the web application.
func TestURL(t *testing.T) {
	for base, host := range map[string]string{"": "", "/": "", "/api": "", "/q/api/": "/q"} {
		var body atomic.Value // the look after a start may still read it
		body.Store(`{"id": 100, "result": "running", "datastore": {"id": 7}}`)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == host+"/api/operations":
				fmt.Fprintf(w, `{"items": [%s], "total": 1}`, body.Load())
			case strings.Contains(r.URL.Path, "/rerun/"):
				fmt.Fprint(w, strings.Replace(body.Load().(string), "100", "101", 1))
			default:
				fmt.Fprint(w, body.Load())
			}
		}))
		client := newClient(t, server.URL+base)
		link := func(id int64) string {
			return fmt.Sprintf("%s%s/datastores/7/activity?operation_id=%d", server.URL, host, id)
		}
		run, err := client.Operation(t.Context(), 100)
		listing, listErr := client.Operations(t.Context(), Filter{}, 0)
		aborted, abortErr := client.Abort(t.Context(), 100)
		if err != nil || listErr != nil || abortErr != nil {
			t.Fatal(err, listErr, abortErr)
		}
		started, err := client.Rerun(t.Context(), run, "")
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "retrieved", *run.URL, link(100))
		equal(t, "listed", *listing.Items[0].URL, link(100))
		equal(t, "aborted", *aborted.URL, link(100))
		equal(t, "started", *started.URL, link(101))

		body.Store(`{"id": 100, "datastore": {"name": "Warehouse"}}`)
		if run, err = client.Operation(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
		equal(t, "without a datastore id", run.URL, (*string)(nil))
		server.Close()
	}
}

// A response with one Run may be a page of one item.
func TestRunInAPage(t *testing.T) {
	const run = `{"id": 100, "type": "scan", "new": 1}`
	client := respond(t, func(w http.ResponseWriter, r *http.Request) {
		body := run
		if strings.Contains(r.URL.Path, "/rerun/") {
			body = `{"id": 101, "type": "scan"}`
		}
		fmt.Fprintf(w, `{"items": [%s], "total": 1, "page": 1, "size": 50, "pages": 1}`, body)
	})
	got, err := client.Operation(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "type", got.Type, TypeScan)
	equal(t, "payload", string(got.Payload), run)
	if _, err := client.Abort(t.Context(), 100); err != nil {
		t.Error(err)
	}
	started, err := client.Rerun(t.Context(), got, "")
	equal(t, "error", err, error(nil))
	equal(t, "started", started.ID, int64(101))
	for _, items := range []string{``, run + "," + run, `7`, `{"items": []}`} {
		client := respond(t, responding(200, "application/json", `{"items": [`+items+`]}`))
		_, err := client.Operation(t.Context(), 100)
		equal(t, items, KindOf(err), KindNotAPI)
	}
}

func TestLimits(t *testing.T) {
	const early = `"greater_than_batch": 1.5, "greater_than_time": "2026-05-01T00:00:00Z"`
	for payload, want := range map[string][]string{
		`{}`: nil,
		`{"container_names": [], "container_tags": null, "max_records_analyzed_per_partition": 10000000}`: nil,
		`{"max_records_analyzed_per_partition": -1, "incremental": true}`:                                 nil,
		`{"max_records_analyzed_per_partition": 1000, "container_names": ["a"]}`:                          {"container_names", recordLimit},
		`{"container_tags": ["finance"], ` + early + `}`: {
			"container_tags", "greater_than_batch", "greater_than_time",
		},
		`not JSON`: nil,
	} {
		run := Operation{Payload: json.RawMessage(payload)}
		if got := run.Limits(); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", payload, got, want)
		}
	}
}

func TestMissingContainers(t *testing.T) {
	orders, nameless := Container{Name: new("orders")}, Container{}
	payload := json.RawMessage(`{"container_names": ["orders", "custmers"]}`)
	for name, test := range map[string]struct {
		run  Operation
		want []string
	}{
		"misspelt":      {Operation{Payload: payload, Containers: []Container{orders}}, []string{"custmers"}},
		"none shown":    {Operation{Payload: payload}, nil},
		"without names": {Operation{Payload: payload, Containers: []Container{orders, nameless}}, nil},
		"all targeted":  {Operation{Payload: json.RawMessage(`{}`), Containers: []Container{orders}}, nil},
	} {
		if got := test.run.MissingContainers(); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
