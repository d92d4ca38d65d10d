// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"encoding/json"
	"math/big"
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

func TestNullFields(t *testing.T) {
	got := decoded(t, `{"id": 1, "type": "scan", "result": "queued", "message": null, "created": null, "start_time": null,
		"end_time": null, "triggered_by": null, "datastore": null, "schedule": null, "status": null, "containers": null}`)
	equal(t, "Run", got, Operation{ID: 1, Type: "scan", Result: ResultQueued})
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
		`{}`:                    false,
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

// Strict reading gives the same result as lenient reading, whatever the value of one field.
func TestStrictAndLenientReadingAgree(t *testing.T) {
	values := []string{
		`null`, `"text"`, `""`, `7`, `411.0`, `0.5`, `1e3`, `-1`, `true`, `[]`, `[null]`, `[7]`, `{}`,
		`[{"id": null, "name": 3}]`, `{"id": null}`,
		`{"id": "7", "name": {}}`, `{"id": 411.0, "name": "a", "store_type": null}`, `{"a": 1, "b": null, "c": "x"}`, `[{"id": 1}, null, 5]`,
	}
	fields := []string{
		"id", "type", "result", "message", "created", "start_time", "end_time", "triggered_by", "datastore", "schedule", "status",
		"containers", "ID", "other",
	}
	for _, field := range fields {
		for _, value := range values {
			text := `{"` + field + `": ` + value + `, "tags": []}`
			var lenient Operation
			if err := lenient.readLeniently([]byte(text)); err != nil {
				t.Fatal(err)
			}
			equal(t, text, decoded(t, text), lenient)
		}
	}
}
