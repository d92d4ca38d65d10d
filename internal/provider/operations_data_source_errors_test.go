// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// Every diagnostic about a response says what was requested, what came back and what to do.
func TestOperations_errors(t *testing.T) {
	t.Parallel()
	const html = "<html><head><title>Sign in</title></head></html>"
	for name, test := range map[string]struct {
		fault mockapi.Fault
		want  []string
	}{
		"parameter": {
			mockapi.Fault{
				Status: 422, Body: `{"detail": [{"loc": ["query", "operation_type"], "msg": "Input should be 'catalog'", "type": "enum"}]}`,
			},
			[]string{"error at operation_type: Invalid operation_type: The Qualytics API rejected this value: Input should be 'catalog'."},
		},
		"parameters": {
			mockapi.Fault{
				Status: 422,
				Body:   `{"detail": [{"loc": ["query", "result", 1], "msg": "no such result"}, {"loc": ["query", "offset"], "msg": "too far"}]}`,
			},
			[]string{
				"error at result: Invalid result: The Qualytics API rejected this value: no such result.",
				"error at offset: Invalid offset: The Qualytics API rejected this value: too far.",
			},
		},
		"parameter without an attribute": {
			mockapi.Fault{Status: 422, Body: `{"detail": [{"loc": ["query", "size"], "msg": "too large"}]}`},
			[]string{
				"error: Cannot list Runs: GET http.*/api/operations returned HTTP status 422: query.size: too large.\n\nThe API rejected a value",
			},
		},
		"both": {
			mockapi.Fault{Status: 422, Body: `{"detail": [{"loc": ["query", "id"], "msg": "odd"}, {"loc": ["body"], "msg": "none"}]}`},
			[]string{"error at id: Invalid id: .*odd", "error: Cannot list Runs: .*HTTP status 422: query.id: odd; body: none"},
		},
		"400": {
			mockapi.Fault{Status: 400, Body: `{"detail": "malformed"}`},
			[]string{"error: Cannot list Runs: GET http.*/api/operations returned HTTP status 400: malformed.\n\nThe API rejected"},
		},
		"401": {
			mockapi.Fault{Status: 401, Body: `{"detail": "Invalid token test-token-9f4b"}`},
			[]string{
				`error: Cannot list Runs: .*HTTP status 401: Invalid token \(token\).\n\n` +
					`The API token \(set in the provider block\) is wrong, was revoked, `,
			},
		},
		"403": {
			mockapi.Fault{Status: 403},
			[]string{"error: Cannot list Runs: .*HTTP status 403: Forbidden.\n\nThe token's user lacks the team permission"},
		},
		"404": {
			mockapi.Fault{Status: 404, Body: html},
			[]string{
				`error: Cannot list Runs: .*HTTP status 404: an HTML page titled "Sign in".\n\n` +
					`There is no Qualytics API at this address, so the provider's .url. is wrong.`,
			},
		},
		"429": {
			mockapi.Fault{Status: 429, Times: mockapi.Always},
			[]string{"error: Cannot list Runs: .*HTTP status 429: Too Many Requests.\n\nThe deployment's rate limit is exceeded"},
		},
		"502": {
			mockapi.Fault{Status: 502, Times: mockapi.Always, Body: html},
			[]string{
				`error: Cannot list Runs: .*HTTP status 502: an HTML page titled "Sign in".\n\nA gateway in front of the deployment sent this response`,
			},
		},
		"HTML": {
			mockapi.Fault{Status: 200, Body: html},
			[]string{`error: Cannot list Runs: .*HTTP status 200: an HTML page titled "Sign in".\n\nThe response is not from the Qualytics API`},
		},
		"other JSON": {
			mockapi.Fault{Status: 200, Body: `{"status": "ok"}`},
			[]string{"error: Cannot list Runs: .*HTTP status 200: JSON without items.\n\nThe response is not"},
		},
		"wrong types": {
			mockapi.Fault{Status: 200, Body: `{"items": [{"id": "53388"}], "total": 1}`},
			[]string{`error: Cannot list Runs: .*HTTP status 200: JSON with a Run that has no usable id.\n\nThe response is not`},
		},
		"truncated": {
			mockapi.Fault{Truncate: 10, Times: mockapi.Always},
			[]string{"error: Cannot list Runs: GET http.*/api/operations received no usable response: unexpected EOF.\n\nThe connection broke"},
		},
		"closed": {
			mockapi.Fault{Close: true, Times: mockapi.Always},
			[]string{"error: Cannot list Runs: GET http.*/api/operations received no usable response: .*\n\nThe connection broke"},
		},
		"redirect": {
			mockapi.Fault{Status: 307, Header: http.Header{"Location": {"https://new.example.com/api/operations?page=1"}}},
			[]string{
				"error: Cannot list Runs: .*HTTP status 307: redirected to https://new.example.com/api/operations.\n\n" +
					".*If https://new.example.com is your deployment, set the provider's .url. to it.",
			},
		},
		"login": {
			mockapi.Fault{Status: 302, Header: http.Header{"Location": {"https://login.example.com/authorize?state=1"}}},
			[]string{"error: Cannot list Runs: .*redirected to https://login.example.com/authorize.\n\n.*may lead to a login page"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Inject(test.fault)
			state, diagnostics := api.protocol(t).read(t, "qualytics_operations", `{}`)
			expectDiagnostics(t, diagnostics, test.want...)
			if state["operations"] != nil {
				t.Errorf("got Runs: %v", state["operations"])
			}
		})
	}
}
