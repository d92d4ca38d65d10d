// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestCleanToken(t *testing.T) {
	for text, want := range map[string]string{
		"abc.def-ghi_jkl~+/=":   "abc.def-ghi_jkl~+/=",
		" abc ":                 "abc",
		"\tabc\r\n":             "abc",
		"bearer-of-bad-news":    "bearer-of-bad-news",
		"\u00a0abc\u2003\ufeff": "",
		"":                      "",
		" \n":                   "",
		"Bearer abc":            "",
		"bearer  abc":           "",
		"Bearer\tabc":           "",
		" BEARER abc":           "",
		`"abc"`:                 "",
		"'abc'":                 "",
		`"Bearer abc"`:          "",
		"ab c":                  "",
		"ab\nc":                 "",
		"ab\x00c":               "",
		"ab\x7fc":               "",
		"abç":                   "",
		"abc…":                  "",
		"ab\xffc":               "",
	} {
		got, err := cleanToken(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
		if err != nil && len(text) > 2 && strings.Contains(err.Error(), "abc") {
			t.Errorf("%q: the error shows the token: %v", text, err)
		}
	}
}

func TestTokenInQuotes(t *testing.T) {
	for _, token := range []string{`"abc"`, "'abc'", " \"abc\"\n"} {
		if _, err := cleanToken(token); err == nil || !strings.HasPrefix(err.Error(), "is in quotes; ") {
			t.Errorf("%s: got %v", token, err)
		}
	}
}

// The fingerprint of a token is the same in every client, and does not include the token.
func TestTokenID(t *testing.T) {
	id := func(url, token string) string {
		return newClient(t, url, func(config *Config) { config.Token = token }).TokenID()
	}
	equal(t, "fingerprint", id("https://a.qualytics.io", "abc"), "ba7816bf")
	equal(t, "another deployment", id("https://b.qualytics.io", " abc\n"), "ba7816bf")
	equal(t, "another token", id("https://a.qualytics.io", "abd"), "a52d159f")
}

func TestInvalidToken(t *testing.T) {
	_, err := New(Config{URL: "https://a.qualytics.io", Token: "Bearer abc"})
	var invalid *ConfigError
	if !errors.As(err, &invalid) || invalid.Field != "Token" || !strings.Contains(err.Error(), `without the word "Bearer"`) {
		t.Errorf("got %v", err)
	}
}

func jwt(claims string) string {
	return "eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
}

func TestTokenExpiry(t *testing.T) {
	expiry := time.Date(2026, time.May, 1, 9, 30, 0, 0, time.UTC)
	for token, want := range map[string]time.Time{
		jwt(`{"exp": 1777627800}`):               expiry,
		jwt(`{"sub": "x", "exp": 1777627800.9}`): expiry,
		jwt(`{"exp": 1777627800}`) + ".more":     {},
		jwt(`{}`):                                {},
		jwt(`{"exp": null}`):                     {},
		jwt(`{"exp": "soon"}`):                   {},
		jwt(`{"exp": -1}`):                       {},
		jwt(`{"exp": 1e300}`):                    {},
		jwt(`{"exp": 17776278000000}`):           {},
		jwt(`[1777627800]`):                      {},
		jwt(`not JSON`):                          {},
		"a.!.c":                                  {},
		"opaque":                                 {},
		"":                                       {},
		"..":                                     {},
	} {
		equal(t, token, tokenExpiry(token), want)
	}
	padded := "e30." + base64.URLEncoding.EncodeToString([]byte(`{"exp":1777627800 }`)) + ".c2ln"
	equal(t, "a padded token", tokenExpiry(padded), expiry)
}

func TestRejectedTokenIsDescribed(t *testing.T) {
	unauthorized := responding(401, "application/json", `{"detail": "Invalid or expired token"}`)
	for name, test := range map[string]struct {
		token string
		want  time.Time
	}{
		"expired": {jwt(`{"exp": 1577836800}`), time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)},
		"valid":   {jwt(`{"exp": 99999999999}`), time.Unix(99999999999, 0).UTC()},
		"opaque":  {testToken, time.Time{}},
	} {
		client := respond(t, unauthorized, func(config *Config) {
			config.Token, config.TokenSource = test.token, "set in the test"
		})
		equal(t, name, client.TokenExpiry(), test.want)
		_, err := client.Operation(t.Context(), 100)
		failed := failure(t, err)
		equal(t, name, failed.Kind, KindUnauthorized)
		equal(t, name, failed.TokenExpiry, test.want)
		equal(t, name, failed.TokenSource, "set in the test")
	}
}
