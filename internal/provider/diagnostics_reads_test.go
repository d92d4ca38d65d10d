// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// Every diagnostic about a response says what was requested, what came back and what to do. The list
// resource reports the same as the data source.
func TestDiagnostics_reads(t *testing.T) {
	t.Parallel()
	rejected := func(details string) mockapi.Fault {
		return mockapi.Fault{Status: 422, Body: `{"detail": [` + details + `]}`}
	}
	redirect := func(location string) mockapi.Fault {
		return mockapi.Fault{Status: 307, Header: http.Header{"Location": {location}}}
	}
	const (
		list, read, containers = "qualytics_operations", "qualytics_operation", "qualytics_operation_containers"
		cannotList             = "error: Cannot list Runs: GET http.*/api/operations "
	)
	for name, test := range map[string]struct {
		source, config string
		fault          mockapi.Fault
		want           []string
	}{
		"parameters": {
			list, `{}`,
			rejected(`{"loc": ["query", "result", 1], "msg": "no such result"}, {"loc": ["query", "offset"], "msg": "too far"}`),
			[]string{
				"error at result: Invalid result: The Qualytics API rejected this value: no such result.",
				"error at offset: Invalid offset: The Qualytics API rejected this value: too far.",
			},
		},
		"parameter without an attribute": {
			list, `{}`, rejected(`{"loc": ["query", "size"], "msg": "too large"}`),
			[]string{cannotList + "returned HTTP status 422: query.size: too large.\n\nThe API rejected a value"},
		},
		"both": {
			list, `{}`, rejected(`{"loc": ["query", "id"], "msg": "odd"}, {"loc": ["body"], "msg": "none"}`),
			[]string{"error at id: Invalid id: .*odd", cannotList + "returned HTTP status 422: query.id: odd; body: none"},
		},
		"token": {
			list, `{}`,
			mockapi.Fault{Status: 401, Body: `{"detail": "Invalid token ` + testToken + `"}`},
			[]string{cannotList + `returned HTTP status 401: Invalid token \(token\).\n\nThe API token \(set in the provider block\) is wrong, `},
		},
		"rate limit": {
			list, `{}`,
			mockapi.Fault{Status: 429},
			[]string{cannotList + "returned HTTP status 429: Too Many Requests.\n\nThe deployment's rate limit is exceeded"},
		},
		"other JSON": {
			list, `{}`,
			mockapi.Fault{Status: 200, Body: `{"status": "ok"}`},
			[]string{cannotList + "returned HTTP status 200: JSON without items.\n\nThe response is not from the Qualytics API"},
		},
		"closed": {
			list, `{}`, mockapi.Fault{Close: true}, []string{cannotList + "received no usable response: .*\n\nThe connection broke"},
		},
		"redirect": {
			list, `{}`, redirect("https://new.example.com/api/operations?page=1"),
			[]string{cannotList + "returned HTTP status 307: redirected to https://new.example.com/api/operations.\n\n" +
				".*If https://new.example.com is your deployment, set the provider's .url. to it."},
		},
		"login": {
			list, `{}`, redirect("https://login.example.com/authorize?state=1"),
			[]string{cannotList + ".*redirected to https://login.example.com/authorize.\n\n.*may lead to a login page"},
		},
		"no Run": {
			read, `{"id": 99}`,
			mockapi.Fault{Path: "none"},
			[]string{"error at id: Cannot read Run 99: GET http.*/api/operations/99 returned HTTP status 404: Run 99 does not exist.\n\n" +
				"No such Run exists.*qualytics_operations lists the Runs"},
		},
		"400": {
			read, `{"id": 100}`,
			mockapi.Fault{Status: 400, Body: `{"detail": "odd id"}`},
			[]string{"error at id: Cannot read Run 100: .*HTTP status 400: odd id.\n\nThe API rejected a value"},
		},
		"403": {
			read, `{"id": 100}`,
			mockapi.Fault{Status: 403},
			[]string{"error at id: Cannot read Run 100: .*HTTP status 403: Forbidden.\n\nThe token's user lacks the team permission"},
		},
		"503": {
			read, `{"id": 100}`,
			mockapi.Fault{Status: 503},
			[]string{"error: Cannot read Run 100: .*HTTP status 503: Service Unavailable.\n\nThe deployment failed to process the request."},
		},
		"rejected id": {
			read, `{"id": 100}`, rejected(`{"loc": ["path", "id"], "msg": "odd"}`), []string{"error at id: Invalid id: "},
		},
		"no Run with containers": {
			containers, `{"operation_id": 99}`,
			mockapi.Fault{Path: "none"},
			[]string{"error at operation_id: Cannot list the containers of Run 99: " +
				"GET http.*/api/operations/99/containers returned HTTP status 404: Run 99 does not exist."},
		},
		"rejected id of containers": {
			containers, `{"operation_id": 100}`, rejected(`{"loc": ["path", "id"], "msg": "odd"}`),
			[]string{"error at operation_id: Invalid operation_id: "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, p := newAPI(t, mockapi.Options{}), newProtocol(t)
			expectDiagnostics(t, p.configure(t, api.json(`"max_retries": 0`)))
			test.fault.Times = mockapi.Always
			api.Inject(test.fault)
			state, diagnostics := p.read(t, test.source, test.config)
			expectDiagnostics(t, diagnostics, test.want...)
			if state["operations"] != nil {
				t.Errorf("got Runs: %v", state["operations"])
			}
			if test.source == list {
				results, diagnostics := p.list(t, test.config, 0, false)
				expectDiagnostics(t, diagnostics, test.want...)
				if len(results) != 0 {
					t.Errorf("there are results: %v", results)
				}
			}
		})
	}
}
