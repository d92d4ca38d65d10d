// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"encoding/json"
	"strings"
	"testing"
)

func read(t *testing.T, payload string) Operation {
	t.Helper()
	operation := Operation{}
	if err := json.Unmarshal([]byte(payload), &operation); err != nil {
		t.Fatal(err)
	}
	operation.Payload = []byte(payload)
	return operation
}

func TestMismatch(t *testing.T) {
	const source = `{"id": 1, "type": "scan", "datastore": {"id": 101}, "incremental": true, "tags": ["a"], ` +
		`"limit": 10, "include": ["a", {"b": 1}]`
	for name, test := range map[string]struct{ source, run, want string }{
		"equal": {source + `}`, source + `}`, ""},
		"identity and outcome": {
			source + `, "result": "success", "status": {"x": 1}, "containers": [1], "container_scans": [1], "has_logs": true}`,
			source + `, "result": "queued", "auto_resolved_anomaly_count": 4, ` +
				`"message": "m", "start_time": "s", "end_time": "e", "created": "c", "tags": []}`, "",
		},
		"white space and notation": {source + `}`, `{ "limit" : 1e1, "include":["a",{"b":1.0}], "type": "scan", "incremental" : true }`, ""},
		"null for missing":         {source + `, "a": null}`, source + `, "b": null}`, ""},
		"a number too large":       {source + `, "a": 1e999}`, source + `, "a": 1e999}`, ""},
		"another number too large": {source + `, "a": 1e999}`, source + `, "a": 1e998}`, "its settings differ from the source's: a"},
		"null for a value":         {source + `, "a": 1}`, source + `, "a": null}`, "its settings differ from the source's: a"},
		"missing for a value":      {source + `, "a": 1}`, source + `}`, "its settings differ from the source's: a"},
		"a value for missing":      {source + `}`, source + `, "a": false}`, "its settings differ from the source's: a"},
		"a deep difference": {
			source + `, "z": 1}`, strings.Replace(source, `{"b": 1}`, `{"b": 2}`, 1) + `, "z": 2}`,
			"its settings differ from the source's: include, z",
		},
		"several differences": {
			source + `, "f": 1, "e": 1, "d": 1, "c": 1, "b": 1, "g": 1}`, source + `, "f": 2, "e": 2, "d": 2, "c": 2, "b": 2, "g": 2}`,
			"its settings differ from the source's: b, c, d, e, f, g",
		},
		"the datastore":         {source + `}`, strings.Replace(source, "101", "102", 1) + `}`, "it is on datastore 102, not 101"},
		"an unknown datastore":  {`{"type": "scan"}`, `{"type": "scan", "datastore": {"id": 102}}`, ""},
		"an unknown type":       {source + `}`, `{"type": 5}`, "its type is unknown, not scan"},
		"a schedule":            {source + `}`, source + `, "schedule": {"id": 12}}`, "triggered by schedule 12"},
		"a schedule without id": {source + `}`, source + `, "schedule": {"id": null}}`, "triggered by a schedule"},
		"the source's schedule": {source + `, "schedule": {"id": 12}}`, source + `, "schedule": null}`, ""},
	} {
		source, run := read(t, test.source), read(t, test.run)
		equal(t, name, new(startedRuns).mismatch(&run, &source, ""), test.want)
	}
}

func TestSameType(t *testing.T) {
	for types, want := range map[[2]OperationType]bool{
		{"scan", "scan"}: true, {"scan", "profile"}: false, {"scan", "external_scan"}: false,
		{"sync", "catalog"}: true, {"catalog", "catalog"}: true,
		{"promote", "promote_a"}: true, {"promote_a", "promote_a"}: true, {"promote_a", "promote_b"}: false,
		{"new", "new"}: true, {"new", ""}: false, {"", ""}: true,
	} {
		equal(t, "types", sameType(types[0], types[1]), want)
		equal(t, "types swapped", sameType(types[1], types[0]), want)
	}
}

func TestChoose(t *testing.T) {
	on := func(id int64, containers ...int64) Candidate {
		operation := Operation{ID: id}
		for _, container := range containers {
			operation.Containers = append(operation.Containers, Container{ID: new(container)})
		}
		return Candidate{Operation: operation}
	}
	mismatch := func(candidate Candidate) Candidate {
		candidate.Reason = "a reason"
		return candidate
	}
	full, none := on(1, 234, 235).Operation, on(1).Operation
	for name, test := range map[string]struct {
		source     Operation
		candidates []Candidate
		want       int64
	}{
		"none":                          {full, nil, 0},
		"no match":                      {full, []Candidate{mismatch(on(2, 234, 235))}, 0},
		"one, on other containers":      {full, []Candidate{on(2, 9)}, 2},
		"one match":                     {full, []Candidate{mismatch(on(2, 234, 235)), on(3)}, 3},
		"one on the same containers":    {full, []Candidate{on(2, 234), on(3, 235, 234)}, 3},
		"two on the same containers":    {full, []Candidate{on(2, 234, 235), on(3, 235, 234), on(4)}, 0},
		"two on other containers":       {full, []Candidate{on(2, 234), on(3)}, 0},
		"the source's are unknown":      {none, []Candidate{on(2), on(3, 1)}, 0},
		"same containers, but no match": {full, []Candidate{mismatch(on(2, 234, 235)), on(3, 1), on(4, 2)}, 0},
	} {
		var got int64
		if chosen := choose(test.candidates, &test.source); chosen != nil {
			got = chosen.ID
		}
		equal(t, name, got, test.want)
		for _, candidate := range test.candidates {
			if got == 0 && candidate.Reason == "" {
				t.Errorf("%s: Run %d was not adopted, but has no reason", name, candidate.ID)
			}
		}
	}
}
