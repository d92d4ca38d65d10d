// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"
)

func TestKindOfResponse(t *testing.T) {
	const html = "<html><head><title> Sign\n in </title></head></html>"
	inJSON := map[int]Kind{
		400: KindBadRequest, 401: KindUnauthorized, 403: KindForbidden, 404: KindNotFound, 409: KindConflict, 422: KindInvalid,
		402: KindUnknown, 405: KindUnknown, 408: KindUnknown, 410: KindUnknown, 418: KindUnknown, 451: KindUnknown,
		429: KindRateLimited, 500: KindUnavailable, 501: KindUnavailable, 502: KindUnavailable,
		503: KindUnavailable, 504: KindUnavailable, 599: KindUnavailable,
		300: KindRedirected, 302: KindRedirected, 304: KindRedirected, 307: KindRedirected,
	}
	inHTML := map[int]Kind{
		400: KindBlocked, 401: KindLoginRequired, 403: KindBlocked, 404: KindWrongURL, 409: KindBlocked,
		414: KindTooLong, 431: KindTooLong, 422: KindBlocked,
		405: KindBlocked, 418: KindBlocked, 429: KindRateLimited, 500: KindUnavailable, 502: KindUnavailable, 503: KindUnavailable,
		200: KindNotAPI, 201: KindNotAPI, 203: KindNotAPI,
	}
	for status, expected := range inJSON {
		for _, endpoint := range endpoints {
			synctest.Test(t, func(t *testing.T) {
				client := simulated(t, respondingToWrites(endpoint, func() *http.Response {
					return canned(status, http.Header{"Content-Type": {"application/json"}}, `{"detail": "Run 100 says no"}`)
				}), noRetries, impatient)
				want := expected
				if status == 404 && endpoint.name == "list" {
					want = KindWrongURL // the list itself cannot be missing
				}
				failed := failure(t, endpoint.call(t.Context(), client))
				equal(t, fmt.Sprint(status, " ", endpoint.name), failed.Kind, want)
				equal(t, "gateway", failed.Gateway, false)
				equal(t, "status", failed.StatusCode, status)
				call, _, _ := strings.Cut(endpoint.request, "?")
				call = strings.Replace(call, " /api", " "+client.base.String(), 1)
				equal(t, "call", failed.Call, call)
				if want != KindRedirected {
					equal(t, "message", failed.Error(), fmt.Sprintf("%s: HTTP %d: Run 100 says no", call, status))
				}
			})
		}
	}
	for status, want := range inHTML {
		for _, endpoint := range endpoints {
			synctest.Test(t, func(t *testing.T) {
				client := simulated(t, func(*http.Request) (*http.Response, error) {
					return canned(status, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, html), nil
				}, noRetries, impatient)
				err := endpoint.call(t.Context(), client)
				failed := failure(t, err)
				equal(t, fmt.Sprint(status, " ", endpoint.name), failed.Kind, want)
				equal(t, "detail", failed.Detail, `an HTML page titled "Sign in"`)
				equal(t, "gateway", failed.Gateway, status >= 400)
				if IsNotFound(err) || IsConflict(err) {
					t.Errorf("%d %s: an HTML page counts as a response of the API", status, endpoint.name)
				}
			})
		}
	}
}

func TestNotAPIResponses(t *testing.T) {
	for name, test := range map[string]struct {
		contentType, body, want string
	}{
		"empty":          {"application/json", "", "an empty response"},
		"blank":          {"application/json", " \n", "an empty response"},
		"HTML":           {"", "<!DOCTYPE html><p>Hi", "an HTML page"},
		"HTML by header": {"text/html", "Hi", "an HTML page"},
		"text":           {"text/plain", "upstream unavailable", `a response that is not JSON: "upstream unavailable"`},
		"truncated":      {"application/json", `{"id": 100, "type": "sc`, "the JSON is truncated"},
		"two values":     {"application/json", `{"id": 100}{"id": 100}`, "other data follows it"},
		"a string id":    {"application/json", `{"id": "100"}`, "the response is about another Run (id 0)"},
		"a number":       {"application/json", `100`, "unexpected JSON: 100"},
		"a list":         {"application/json", `[{"id": 100}]`, `unexpected JSON: [{"id": 100}]`},
		"deeply nested":  {"application/json", strings.Repeat("[", 100_000), "a response that is not JSON"},
		"not UTF-8":      {"application/json", "[\"\xff\xfe\"]", "unexpected JSON: [\"\uFFFD\"]"},
	} {
		client := respond(t, responding(http.StatusOK, test.contentType, test.body))
		_, err := client.Operation(t.Context(), 100)
		failed := failure(t, err)
		equal(t, name, failed.Kind, KindNotAPI)
		if !strings.Contains(failed.Detail, test.want) {
			t.Errorf("%s: got %q, want %q", name, failed.Detail, test.want)
		}
		if len(failed.Detail) > 2*maxTextLength || !utf8.ValidString(failed.Detail) {
			t.Errorf("%s: %d bytes, UTF-8: %v", name, len(failed.Detail), utf8.ValidString(failed.Detail))
		}
	}
}

func TestDeleteRejectsNonJSON(t *testing.T) {
	for body, succeeds := range map[string]bool{"": true, `{"id": 100}`: true, "null": true, "<html>Sign in</html>": false, "ok": false} {
		client := respond(t, responding(http.StatusOK, "", body))
		equal(t, body, client.Delete(t.Context(), 100) == nil, succeeds)
	}
}

func TestReadDetail(t *testing.T) {
	for body, want := range map[string]struct {
		detail     string
		parameters []ParameterError
		isAPI      bool
	}{
		`{"detail": "Run 7 does not exist"}`: {"Run 7 does not exist", nil, true},
		`{"detail": ""}`:                     {"", nil, true},
		`{"detail": {"code": 7}}`:            {`{"code": 7}`, nil, true},
		`{"detail": []}`:                     {"", nil, true},
		`{"detail": [{"loc": ["query", "operation_type"], "msg": "Input should be 'scan'", "type": "enum", "input": "x"}]}`: {
			"query.operation_type: Input should be 'scan'",
			[]ParameterError{{[]string{"query", "operation_type"}, "Input should be 'scan'"}},
			true,
		},
		`{"detail": [{"loc": ["query", "result", 1], "msg": "no"}, {"loc": ["path"], "msg": "bad"}, {"msg": "worse"}]}`: {
			"query.result.1: no; path: bad; : worse",
			[]ParameterError{{[]string{"query", "result", "1"}, "no"}, {[]string{"path"}, "bad"}, {nil, "worse"}},
			true,
		},
		`{"detail": ["odd"]}`: {`["odd"]`, nil, true},
		`{"message": "no"}`:   {"", nil, false},
		`{}`:                  {"", nil, false},
		`[]`:                  {"", nil, false},
		`"no"`:                {"", nil, false},
		`null`:                {"", nil, false},
		`<html>`:              {"", nil, false},
		``:                    {"", nil, false},
	} {
		detail, parameters, isAPI := readDetail([]byte(body))
		equal(t, body, detail, want.detail)
		equal(t, body, parameters, want.parameters)
		equal(t, body, isAPI, want.isAPI)
	}
}

func TestParameterError(t *testing.T) {
	client := respond(t, responding(422, "application/json", `{"detail": [
		{"loc": ["query", "created_date"], "msg": "Input should be a valid date", "type": "date_parsing"},
		{"loc": ["query", "result", 0], "msg": "Input should be 'queued'", "type": "enum"},
		{"loc": ["query"], "msg": "odd"}]}`))
	_, err := client.Operations(t.Context(), Filter{}, 0)
	failed := failure(t, err)
	equal(t, "kind", failed.Kind, KindInvalid)
	names := []string{}
	for _, parameter := range failed.Parameters {
		names = append(names, parameter.Parameter())
	}
	equal(t, "parameters", names, []string{"created_date", "result", ""})
}

func TestLongDetails(t *testing.T) {
	for name, body := range map[string]string{
		"detail":  `{"detail": "` + strings.Repeat("ä", 5000) + `"}`,
		"entries": `{"detail": [` + strings.Repeat(`{"loc": ["query"], "msg": "`+strings.Repeat("ä", 200)+`"},`, 50) + `{}]}`,
		"title":   "<title>" + strings.Repeat("ä", 5000) + "</title>",
		"text":    strings.Repeat("ä", 5000),
	} {
		client := respond(t, responding(400, "", body))
		failed := failure(t, client.Delete(t.Context(), 100))
		if size := len(failed.Detail); size > 2*maxTextLength+100 || size < maxTextLength || !strings.Contains(failed.Detail, "…") {
			t.Errorf("%s: %d bytes", name, size)
		}
		if !utf8.ValidString(failed.Detail) {
			t.Errorf("%s: not UTF-8", name)
		}
	}
}

func TestTooLargeResponses(t *testing.T) {
	const limit = 1 << 16
	var bomb bytes.Buffer
	writer := gzip.NewWriter(&bomb)
	_, _ = writer.Write(make([]byte, 2*limit))
	_ = writer.Close()
	for name, handler := range map[string]http.HandlerFunc{
		"a gzip bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		},
		"endless": func(w http.ResponseWriter, r *http.Request) {
			for piece := make([]byte, limit/4); r.Context().Err() == nil; {
				if _, err := w.Write(piece); err != nil {
					return
				}
			}
		},
		"with Content-Length": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(1<<40))
			for piece := make([]byte, limit/4); r.Context().Err() == nil; {
				if _, err := w.Write(piece); err != nil {
					return
				}
			}
		},
	} {
		requests := 0
		client := respond(t, func(w http.ResponseWriter, r *http.Request) { requests++; handler(w, r) })
		attemptsOf(client).maxBody = limit
		_, err := client.Operation(t.Context(), 100)
		failed := failure(t, err)
		equal(t, name, failed.Kind, KindNotAPI)
		equal(t, name, failed.Detail, errTooLarge.Error())
		equal(t, name, requests, 1)
	}
}

func TestLog(t *testing.T) {
	var lines []string
	client := respond(t, responding(404, "application/json", `{"detail": "gone"}`), func(config *Config) {
		config.Log = func(_ context.Context, message string, fields map[string]any) {
			if _, ok := fields["duration_ms"].(int64); !ok {
				t.Errorf("duration_ms is %v", fields["duration_ms"])
			}
			delete(fields, "duration_ms")
			lines = append(lines, fmt.Sprint(message, " ", fields))
		}
	})
	_ = client.Delete(t.Context(), 100)
	_, _ = client.Operations(t.Context(), Filter{}, 3)
	equal(t, "log", lines, []string{
		"Qualytics API request completed map[method:DELETE path:/api/operations/100 status:404]",
		"Qualytics API request completed map[method:GET path:/api/operations query:page=1&size=3 status:404]",
	})
}
