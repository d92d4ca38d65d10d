// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"errors"
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	for text, want := range map[string]string{
		"https://a.qualytics.io":                "https://a.qualytics.io/api",
		"https://a.qualytics.io/":               "https://a.qualytics.io/api",
		"https://a.qualytics.io/api":            "https://a.qualytics.io/api",
		"https://a.qualytics.io/api/":           "https://a.qualytics.io/api",
		"https://a.qualytics.io//api//":         "https://a.qualytics.io/api",
		" https://a.qualytics.io\n":             "https://a.qualytics.io/api",
		"HTTPS://a.qualytics.io":                "https://a.qualytics.io/api",
		"https://a.qualytics.io:8443":           "https://a.qualytics.io:8443/api",
		"http://127.0.0.1:8080":                 "http://127.0.0.1:8080/api",
		"http://[::1]:8080/":                    "http://[::1]:8080/api",
		"https://a.example/tools/qualytics/":    "https://a.example/tools/qualytics/api",
		"https://a.example/tools/qualytics/api": "https://a.example/tools/qualytics/api",
		"https://a.example/rapi":                "https://a.example/rapi/api",
	} {
		got, err := parseURL(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		equal(t, text, got.String(), want)
	}
}

func TestParseURLRejects(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "is empty",
		" \t":                           "is empty",
		"a.qualytics.io":                "starts with https://",
		"localhost:8080":                "starts with https://",
		"ftp://a.qualytics.io":          "starts with https://",
		"https:a.qualytics.io":          "starts with https://",
		"https://a.qualytics.io:port":   "starts with https://",
		"https://a b":                   "starts with https://",
		"https://a\x7f.qualytics.io":    "starts with https://",
		"https://":                      "has no host name",
		"https://:8443":                 "has no host name",
		"https:///api":                  "has no host name",
		"http://127.0.0.1:":             "a colon without a port",
		"https://[::1]:/api":            "a colon without a port",
		"https://u:p@a.qualytics.io":    "user name",
		"https://u@a.qualytics.io":      "user name",
		"https://a.qualytics.io?":       "query",
		"https://a.qualytics.io?x=1":    "query",
		"https://a.qualytics.io/#/runs": "fragment",
	} {
		_, err := New(Config{URL: text, Token: testToken})
		var invalid *ConfigError
		if !errors.As(err, &invalid) || invalid.Field != "URL" || !strings.Contains(invalid.Unwrap().Error(), want) {
			t.Errorf("%q: got %v, want an error for URL with %q", text, err, want)
		}
	}
}

func TestPlainHTTP(t *testing.T) {
	for text, want := range map[string]bool{
		"http://a.qualytics.io":      true,
		"http://192.168.0.7:8080/":   true,
		"http://[2001:db8::1]/":      true,
		"http://localhost.evil.com":  true,
		"https://a.qualytics.io":     false,
		"http://localhost:8080":      false,
		"http://127.0.0.1":           false,
		"http://127.8.8.8/api":       false,
		"http://[::1]:8080":          false,
		"":                           false,
		"http://a.qualytics.io?no=1": false,
	} {
		equal(t, text, PlainHTTP(text), want)
	}
}

func TestSameURL(t *testing.T) {
	for _, pair := range [][2]string{
		{"https://a.qualytics.io", "https://a.qualytics.io"},
		{"https://a.qualytics.io", "https://A.Qualytics.IO/api/"},
		{"https://a.qualytics.io", " HTTPS://a.qualytics.io:443/ "},
		{"http://a.qualytics.io:80", "http://a.qualytics.io"},
		{"http://[::1]:8080", "http://[::1]:8080/api"},
		{"https://a.example/tools/", "https://a.example:443/tools/api"},
	} {
		if !SameURL(pair[0], pair[1]) || !SameURL(pair[1], pair[0]) {
			t.Errorf("%q", pair)
		}
	}
	for _, pair := range [][2]string{
		{"https://a.qualytics.io", "https://b.qualytics.io"},
		{"https://a.qualytics.io", "https://a.qualytics.io.example"},
		{"https://a.qualytics.io", "http://a.qualytics.io"},
		{"https://a.qualytics.io", "https://a.qualytics.io:8443"},
		{"https://a.qualytics.io:80", "http://a.qualytics.io"},
		{"https://a.example/tools", "https://a.example/Tools"},
		{"https://a.example/tools", "https://a.example"},
		{"https://a.qualytics.io", ""},
		{"", ""},
		{"a.qualytics.io", "a.qualytics.io"},
	} {
		if SameURL(pair[0], pair[1]) || SameURL(pair[1], pair[0]) {
			t.Errorf("%q", pair)
		}
	}
}
