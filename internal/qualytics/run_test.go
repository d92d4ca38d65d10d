// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The body has the configuration as it was given: numbers keep their digits, and null is sent.
func TestRunBody(t *testing.T) {
	for name, test := range map[string]struct {
		settings json.RawMessage
		want     string
		err      string
	}{
		"no settings":    {nil, `{"datastore_id":101,"type":"scan"}`, ""},
		"empty settings": {json.RawMessage(`{}`), `{"datastore_id":101,"type":"scan"}`, ""},
		"settings": {
			json.RawMessage(`{"b": 9007199254740993, "a": {"c": [null, 1.50]}}`),
			`{"a":{"c":[null,1.50]},"b":9007199254740993,"datastore_id":101,"type":"scan"}`, "",
		},
		"not an object":    {json.RawMessage(`[1]`), "", "the settings are not a JSON object"},
		"null":             {json.RawMessage(`null`), "", "the settings are not a JSON object"},
		"not JSON":         {json.RawMessage(`{`), "", "the settings are not a JSON object"},
		"with a type":      {json.RawMessage(`{"type": "sync"}`), "", "the settings contain type"},
		"with a datastore": {json.RawMessage(`{"datastore_id": null}`), "", "the settings contain datastore_id"},
	} {
		body, err := Configuration{Type: TypeScan, DatastoreID: 101, Settings: test.settings}.body()
		if got := ""; err != nil || test.err != "" {
			if err != nil {
				got = err.Error()
			}
			equal(t, name, got, test.err)
			continue
		}
		equal(t, name, string(body), test.want)
	}
}

func TestRun(t *testing.T) {
	service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
	service.Inject(mockapi.Fault{Path: runPath, Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"0"}}})
	started, err := service.client.Run(t.Context(), configuration, "")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "result", started.Result, ResultQueued)
	equal(t, "others", len(started.Others(t.Context())), 0)
	equal(t, "requests", service.requests(), []string{listNewest, "POST " + runPath, "POST " + runPath})
	for _, request := range service.Requests()[1:] {
		equal(t, "body", request.Body, `{"container_names":["customers"],"datastore_id":101,"incremental":false,"type":"scan"}`)
		equal(t, "Content-Type", request.Header.Get("Content-Type"), "application/json")
	}
}

func TestRunRejected(t *testing.T) {
	service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
	invalid := configuration
	invalid.Settings = json.RawMessage(`{"remediation": "none"}`)
	_, err := service.client.Run(t.Context(), invalid, "")
	rejected := failure(t, err)
	equal(t, "kind", rejected.Kind, KindInvalid)
	equal(t, "parameter", first(t, rejected.Parameters).Parameter(), "remediation")
}

// After a lost response, only a Run with the requested configuration is adopted.
func TestWhichRequestedRunIsAdopted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requested := func(run *mockapi.Run) {
			run.Settings = map[string]any{"incremental": false}
			run.Containers = []mockapi.Container{{ID: 234, Name: "customers"}}
		}
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		lose := func(effect bool) {
			service.Inject(mockapi.Fault{Path: runPath, Close: true, AfterEffect: effect, Hook: func() {
				service.startRun(func(run *mockapi.Run) { run.Settings = map[string]any{"incremental": true} })
				service.startRun(func(run *mockapi.Run) { requested(run); scheduled(run) })
				service.startRun(func(run *mockapi.Run) { requested(run); by("ann@example.com")(run) })
			}})
		}
		lose(false)
		started, err := service.client.Run(t.Context(), configuration, user)
		_, reasons := notAdopted(t, started, err)
		equal(t, "candidates", reasons, map[int64]string{
			101: "its settings differ from the requested ones: container_names, incremental",
			102: "triggered by schedule 12",
			103: "triggered by ann@example.com, not by " + user,
		})
		lose(true)
		started, err = service.client.Run(t.Context(), configuration, user)
		equal(t, "adopted", adopted(t, started, err), int64(107))
	})
}

// The response to an accepted start shows the client's user.
func TestRunShowsUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		if _, err := service.client.Run(t.Context(), configuration, ""); err != nil {
			t.Fatal(err)
		}
		service.Inject(mockapi.Fault{Path: rerunPath, Close: true, Hook: func() { service.startRun(by("ann@example.com")) }})
		started, err := service.rerun(t)
		_, reasons := notAdopted(t, started, err)
		equal(t, "candidates", reasons, map[int64]string{102: "triggered by ann@example.com, not by " + user})
	})
}
