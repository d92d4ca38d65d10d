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
		`"greater_than_batch": 10, "include": ["a", {"b": 1}]`
	const differ = "its settings differ from the source's: "
	for name, test := range map[string]struct{ source, run, want string }{
		"equal": {source + `}`, source + `}`, ""},
		"identity and outcome": {
			source + `, "result": "success", "status": {"x": 1}, "containers": [1], "container_scans": [1], "has_logs": true}`,
			source + `, "result": "queued", "auto_resolved_anomaly_count": 4, ` +
				`"message": "m", "start_time": "s", "end_time": "e", "created": "c", "tags": []}`, "",
		},
		"who and when": {
			source + `, "triggered_by_user": {"id": 1}, "aborted_by": "ann", "aborted_by_user": {"id": 2}, "archived_at": "x"}`,
			source + `, "triggered_by_user": {"id": 3}, "aborted_by": null, "archived_at": "y", "worker": 7}`, "",
		},
		"white space and notation": {
			source + `}`, `{ "greater_than_batch" : 1e1, "include":["a",{"b":1.0}], "type": "scan", "incremental" : true, ` +
				`"datastore": {"id": 101.0}}`, "",
		},
		"null for missing":         {source + `, "prune": null}`, source + `, "recreate": null}`, ""},
		"a number too large":       {source + `, "prune": 1e999}`, source + `, "prune": 1e999}`, ""},
		"another number too large": {source + `, "prune": 1e999}`, source + `, "prune": 1e998}`, differ + "prune"},
		"numbers that are equal as floats": {
			source + `, "prune": 9007199254740993}`, source + `, "prune": 9007199254740992}`, differ + "prune",
		},
		"null for a value":    {source + `, "prune": 1}`, source + `, "prune": null}`, differ + "prune"},
		"missing for a value": {source + `, "prune": 1}`, source + `}`, differ + "prune"},
		"a value for missing": {source + `}`, source + `, "prune": false}`, differ + "prune"},
		"an unknown field":    {source + `, "new": 1}`, source + `, "new": 2, "newer": 3}`, ""},
		"several differences": {
			source + `, "prune": 1, "recreate": 2}`, strings.Replace(source, `{"b": 1}`, `{"b": 2}`, 1) + `, "prune": 2}`,
			differ + "include, prune, recreate",
		},
		"the datastore":                     {source + `}`, strings.Replace(source, "101", "102", 1) + `}`, "it is on datastore 102, not 101"},
		"the source's datastore is unknown": {`{"type": "scan"}`, source + `}`, "it is not known to be on the same datastore"},
		"its datastore is unknown":          {source + `}`, `{"type": "scan"}`, "it is not known to be on the same datastore"},
		"no datastore is known":             {`{"type": "scan"}`, `{"type": "scan"}`, "it is not known to be on the same datastore"},
		"an unknown type":                   {source + `}`, `{"type": 5}`, "its type is unknown, not scan"},
		"no type is known":                  {`{"type": 5}`, `{"type": 5}`, "its type is unknown, not unknown"},
		"a schedule":                        {source + `}`, source + `, "schedule": {"id": 12}}`, "triggered by schedule 12"},
		"a schedule's id":                   {source + `}`, source + `, "schedule": null, "schedule_id": 12}`, "triggered by schedule 12"},
		"a schedule without id":             {source + `}`, source + `, "schedule": {"id": null}}`, "triggered by a schedule"},
		"a schedule's odd id":               {source + `}`, source + `, "schedule_id": "nightly"}`, "triggered by a schedule"},
		"a flow":                            {source + `}`, source + `, "action_execution": {"id": 1}}`, "triggered by a flow"},
		"the source's schedule":             {source + `, "schedule": {"id": 12}, "schedule_id": 12}`, source + `, "schedule": null}`, ""},
	} {
		source, run := read(t, test.source), read(t, test.run)
		source.ID = 1
		equal(t, name, new(startedRuns).mismatch(&run, &source, ""), test.want)
	}
}

// A Run is compared with the configuration that was sent: each setting that it shows.
func TestMismatchWithConfiguration(t *testing.T) {
	const (
		datastore = `"datastore": {"id": 101}`
		differ    = "its settings differ from the requested ones: "
	)
	for name, test := range map[string]struct{ sent, run, want string }{
		"no settings":   {`{}`, `"type": "catalog", "prune": true`, ""},
		"another type":  {`{}`, `"type": "profile"`, "its type is profile, not sync"},
		"the settings":  {`{"prune": false, "a": 1}`, `"type": "sync", "prune": false, "a": 1.0, "b": 2`, ""},
		"a time":        {`{"a": "2026-05-01T10:00:00Z"}`, `"type": "sync", "a": "2026-05-01T10:00:00.000000+00:00"`, ""},
		"another time":  {`{"a": "2026-05-01T10:00:00Z"}`, `"type": "sync", "a": "2026-05-01T10:00:01Z"`, differ + "a"},
		"other values":  {`{"prune": false, "new": 1}`, `"type": "sync", "prune": true, "new": 2`, differ + "new, prune"},
		"null instead":  {`{"prune": false}`, `"type": "sync", "prune": null`, differ + "prune"},
		"one not shown": {`{"prune": false, "new": 1}`, `"type": "sync", "prune": false`, ""},
		"none shown":    {`{"new": 1}`, `"type": "sync", "prune": false`, "it shows none of the requested settings"},
		"null":          {`{"new": null}`, `"type": "sync"`, ""},
		"containers":    {`{"container_names": ["a", "b"]}`, `"type": "sync", "containers": [{"name": "a"}, {"id": 2}]`, ""},
		"other containers": {
			`{"container_names": ["a"]}`, `"type": "sync", "containers": [{"name": "a"}, {"name": "b"}]`, differ + "container_names",
		},
		"other containers, and no names": {
			`{"container_names": ["a"]}`, `"type": "sync", "container_names": null, "containers": [{"name": "b"}]`, differ + "container_names",
		},
		"tags not shown": {`{"container_tags": ["a"], "prune": true}`, `"type": "sync", "container_tags": null, "prune": true`, ""},
	} {
		model := &Operation{Type: TypeSync, Datastore: &Datastore{ID: new(int64(101))}, Payload: []byte(test.sent)}
		run := read(t, `{"id": 7, `+datastore+`, `+test.run+`}`)
		equal(t, name, new(startedRuns).mismatch(&run, model, ""), test.want)
	}
}

// The expected user recognizes a Run until the API has shown who triggers the client's Runs. The same
// name has several forms in Unicode.
func TestUserOfCandidate(t *testing.T) {
	const composed, decomposed = "Jos\u00e9", "Jose\u0301"
	run := read(t, `{"id": 7, "type": "scan", "datastore": {"id": 101}, "triggered_by": "`+decomposed+`"}`)
	started := new(startedRuns)
	equal(t, "unknown", started.mismatch(&run, &run, ""), "")
	equal(t, "expected", started.mismatch(&run, &run, composed), "")
	equal(t, "expected another", started.mismatch(&run, &run, "Jose"), "triggered by "+decomposed+", not by Jose")
	started.learn(new("Ann"))
	equal(t, "known", started.mismatch(&run, &run, composed), "triggered by "+decomposed+", not by Ann")
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
	with := func(candidate Candidate, payload string) Candidate {
		candidate.Payload = []byte(payload)
		return candidate
	}
	full, none := on(1, 234, 235).Operation, on(1).Operation
	for name, test := range map[string]struct {
		source     Operation
		candidates []Candidate
		want       int64
	}{
		"none":                           {full, nil, 0},
		"no match":                       {full, []Candidate{mismatch(on(2, 234, 235))}, 0},
		"one, on other containers":       {full, []Candidate{on(2, 9)}, 2},
		"one match":                      {full, []Candidate{mismatch(on(2, 234, 235)), on(3)}, 3},
		"one on the same containers":     {full, []Candidate{on(2, 234), on(3, 235, 234)}, 3},
		"two on the same containers":     {full, []Candidate{on(2, 234, 235), on(3, 235, 234), on(4)}, 0},
		"two on other containers":        {full, []Candidate{on(2, 234), on(3)}, 0},
		"the source's are unknown":       {none, []Candidate{on(2), on(3, 1)}, 0},
		"another field tells them apart": {none, []Candidate{with(on(2), `{"new": 1}`), with(on(3), `{"worker_id": 1}`)}, 3},
		"after the containers, another field": {full, []Candidate{
			with(on(2, 234, 235), `{"new": 1}`), with(on(3, 234, 235), `{}`), on(4),
		}, 3},
		"same containers, but no match": {full, []Candidate{mismatch(on(2, 234, 235)), on(3, 1), on(4, 2)}, 0},
	} {
		var got int64
		if chosen, _ := choose(test.candidates, &test.source); chosen != nil {
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
