// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzOperation(f *testing.F) {
	for _, seed := range []string{
		`{"id": 53388, "type": "scan", "result": "success", "created": "2026-05-01T09:30:00.123456Z", "start_time": "2026-05-01T09:30:01Z",
			"end_time": "2026-05-01T09:31:30", "datastore": {"id": 101, "name": "a"}, "schedule": {"id": 1},
			"status": {"total_containers": 14, "odd": "x", "deep": {"a": [1]}, "f": -1.5e3}, "containers": [{"id": 1, "name": "t"}]}`,
		`{"id": 1, "created": "0000-00-00T00:00:00", "start_time": "9999-12-31T23:59:59Z", "end_time": "0001-01-01T00:00:00Z"}`,
		`{"status": [1], "datastore": null, "containers": null}`, `{"status": {"": 0}}`,
		`null`, `{}`, `[]`, `{"id": 1e3}`, `{"created": "0123456789T"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var operation Operation
		if decode(body, &operation) != nil {
			return
		}
		operation.Finished()
		if _, ok := operation.Duration(); ok && !operation.Finished() {
			t.Error("an active Run has a duration")
		}
		for name, count := range operation.Status {
			if count != nil && count.IsInf() {
				t.Errorf("counter %q is infinite", name)
			}
		}
	})
}

func FuzzTimestamp(f *testing.F) {
	for _, seed := range []string{
		`"2026-05-01T09:30:00.123456Z"`, `"2026-05-01T09:30:00"`, `"2026-05-01 09:30:00+02:00"`, `null`, `""`, `1`, `"\ud800"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		var timestamp Timestamp
		if err := json.Unmarshal(data, &timestamp); err != nil {
			t.Fatalf("%s was rejected: %v", data, err)
		}
		var text string
		if json.Unmarshal(data, &text) != nil {
			text = ""
		}
		if string(timestamp) != text && string(timestamp) != text+"Z" {
			t.Errorf("%s is %q", data, timestamp)
		}
		if _, err := timestamp.Time(); err == nil && timestamp == "" {
			t.Error("an empty timestamp has a time")
		}
	})
}

func FuzzParseURL(f *testing.F) {
	for _, seed := range []string{
		"https://a.qualytics.io", "http://[::1%25eth0]:8080//api//", "https://a/%2F/api", "https://a/x?y#z", "HTTP://A/api/api",
		"https://a:/", "https://ä.example/ü/", "https://a/..;/api",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		base, err := parseURL(text)
		if err != nil {
			return
		}
		if !strings.HasSuffix(base.Path, "/api") || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
			t.Errorf("%q becomes %+v", text, base)
		}
		again, err := parseURL(base.String())
		if err != nil || again.String() != base.String() {
			t.Errorf("%q becomes %v, which becomes %v: %v", text, base, again, err)
		}
		_ = PlainHTTP(text)
	})
}

func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2026, time.May, 1, 12, 0, 0, 0, time.UTC)
	for _, seed := range []string{
		"7", "-1", "9223372036854775807", "1e3", "", "Fri, 01 May 2026 12:00:09 GMT", "Friday, 01-May-26 12:00:09 GMT",
	} {
		f.Add(seed, "Fri, 01 May 2026 12:00:00 GMT")
	}
	f.Fuzz(func(t *testing.T, text, date string) {
		header := http.Header{"Retry-After": {text}, "Date": {date}}
		if wait, ok := retryAfter(header, now); wait < 0 || !ok && wait != 0 {
			t.Errorf("%q is %v", text, wait)
		}
	})
}

func FuzzReadDetail(f *testing.F) {
	for _, seed := range []string{
		`{"detail": "text"}`, `{"detail": [{"loc": ["query", 1, null, {}], "msg": "m"}]}`, `{"detail": {}}`, `{"detail": null}`,
		`{"detail": [null, 1]}`, `<html>`, "{\"detail\": \"\xff\"}", "{\"detail\": {\"\xff\": 1}}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		detail, parameters, isAPI := readDetail(body)
		if !isAPI && (detail != "" || parameters != nil) {
			t.Errorf("%q is not an API error, but has the detail %q", body, detail)
		}
		if !utf8.ValidString(detail) || len(detail) > 2*utf8.UTFMax*maxTextLength {
			t.Errorf("the detail is %q", detail)
		}
		for _, parameter := range parameters {
			_ = parameter.Parameter()
		}
		description := describeBody(&http.Response{Header: http.Header{}}, body)
		if !utf8.ValidString(description) || description == "" {
			t.Errorf("%q is described as %q", body, description)
		}
	})
}

func FuzzCleanToken(f *testing.F) {
	for _, seed := range []string{"abc", " Bearer abc", "a\x00b", "ä", "bearer", "\r\na\r\n", "a b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		token, err := cleanToken(text)
		if err != nil {
			return
		}
		if again, err := cleanToken(token); err != nil || again != token {
			t.Errorf("%q becomes %q, which becomes %q: %v", text, token, again, err)
		}
		if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Errorf("%q becomes %q", text, token)
		}
	})
}

func FuzzTokenExpiry(f *testing.F) {
	for _, seed := range []string{jwt(`{"exp": 1777627800}`), jwt(`{"exp": 1e11}`), jwt(`{"exp": 0.1}`), "a.b.c", "..", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		expiry := tokenExpiry(token)
		if !expiry.IsZero() && (expiry.Year() < 1970 || expiry.Year() > 5200) {
			t.Errorf("%q expires %v", token, expiry)
		}
	})
}
