// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

const realisticToken = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZiJ9.c2lnbmF0dXJlLW9mLXRva2Vu"

func TestTokenIsRedacted(t *testing.T) {
	json := func(status int, body string) http.HandlerFunc { return responding(status, "application/json", body) }
	for name, handler := range map[string]http.HandlerFunc{
		"detail":         json(400, `{"detail": "bad token `+realisticToken+`"}`),
		"entry":          json(422, `{"detail": [{"loc": ["header", "`+realisticToken+`"], "msg": "Bearer `+realisticToken+`"}]}`),
		"an object":      json(409, `{"detail": {"`+realisticToken+`": "`+realisticToken+`"}}`),
		"a server error": json(500, realisticToken+realisticToken),
		"JSON":           json(200, `["`+realisticToken+`"]`),
		"a type error":   json(200, `{"id": "`+realisticToken+`"}`),
		"a title":        responding(502, "text/html", "<title>"+realisticToken+"</title>"),
		"text":           responding(404, "text/plain", "no route for "+realisticToken),
		"a payload": json(200, `{"id": 100, "message": "`+realisticToken+`", "items": [{"id": 1, "message": "`+realisticToken+`"}],
			"total": 1, "echo": {"Authorization": "Bearer `+realisticToken+`"}}`),
		"Location": redirectTo(302, func(*http.Request) string {
			return "https://login.example/" + realisticToken + "/?t=" + realisticToken
		}),
		"a bad Location": redirectTo(302, func(*http.Request) string { return "http://%zz/" + realisticToken }),
		"headers": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", realisticToken)
			w.Header().Set("Date", realisticToken)
			w.Header().Set("Retry-After", realisticToken)
			w.WriteHeader(http.StatusServiceUnavailable)
		},
		"an invalid response": func(w http.ResponseWriter, _ *http.Request) {
			connection, _, _ := http.NewResponseController(w).Hijack()
			_, _ = fmt.Fprintf(connection, "HTTP/1.1 %s\r\n\r\n", realisticToken)
			_ = connection.Close()
		},
	} {
		var (
			mutex  sync.Mutex
			logged []string
		)
		client := respond(t, handler, func(config *Config) {
			config.Token = realisticToken
			config.Log = func(_ context.Context, message string, fields map[string]any) {
				mutex.Lock()
				defer mutex.Unlock()
				logged = append(logged, fmt.Sprint(message, fields))
			}
		})
		shown := []string{}
		for _, endpoint := range endpoints {
			for err := endpoint.call(t.Context(), client); err != nil; err = errors.Unwrap(err) {
				shown = append(shown, err.Error())
				if failed := new(Error); errors.As(err, &failed) {
					shown = append(shown, failed.Detail, failed.Location, fmt.Sprint(failed.Parameters))
				}
			}
		}
		if run, err := client.Operation(t.Context(), 100); err == nil {
			shown = append(shown, string(run.Payload), *run.Message)
		}
		if listing, err := client.Operations(t.Context(), Filter{}, 0); err == nil {
			shown = append(shown, *first(t, listing.Items).Message)
		}
		if len(logged) == 0 || len(shown) == 0 {
			t.Errorf("%s: no errors or no log", name)
		}
		for _, text := range append(shown, logged...) {
			if strings.Contains(text, realisticToken) {
				t.Errorf("%s: the token is in %q", name, text)
			}
		}
	}
}

// A token of a few letters is not a real one, and redacting it would garble responses.
func TestShortTokenIsNotRedacted(t *testing.T) {
	client := respond(t, responding(200, "", `{"id": 100, "message": "a scan of a table"}`), func(config *Config) { config.Token = "a" })
	run, err := client.Operation(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "message", *run.Message, "a scan of a table")
}
