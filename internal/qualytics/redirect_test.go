// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// recordingServer records its requests, as "METHOD path Authorization".
type recordingServer struct {
	*httptest.Server
	mutex sync.Mutex
	seen  []string
}

// serveRecording serves a handler. If the handler is nil, the server responds like the API.
func serveRecording(t *testing.T, start func(http.Handler) *httptest.Server, handler http.HandlerFunc) *recordingServer {
	t.Helper()
	if handler == nil {
		handler = responding(http.StatusOK, "application/json", `{"id": 100, "items": [], "total": 0}`)
	}
	w := &recordingServer{}
	w.Server = start(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mutex.Lock()
		w.seen = append(w.seen, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization"))
		w.mutex.Unlock()
		handler(rw, r)
	}))
	t.Cleanup(w.Close)
	return w
}

func redirectTo(status int, target func(*http.Request) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", target(r))
		w.WriteHeader(status)
	}
}

var redirects = []int{301, 302, 303, 307, 308}

func TestGetFollowsSameHost(t *testing.T) {
	for _, status := range redirects {
		server := serveRecording(t, httptest.NewServer, func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/moved") {
				http.Redirect(w, r, "/moved"+r.URL.Path, status)
				return
			}
			_, _ = w.Write([]byte(`{"id": 100, "items": [], "total": 0}`))
		})
		for _, endpoint := range endpoints[:3] {
			server.seen = nil
			if err := endpoint.call(t.Context(), newClient(t, server.URL)); err != nil {
				t.Errorf("%d %s: %v", status, endpoint.name, err)
			}
			path, _, _ := strings.Cut(strings.TrimPrefix(endpoint.request, "GET "), "?")
			want := []string{"GET " + path + " Bearer " + testToken, "GET /moved" + path + " Bearer " + testToken}
			equal(t, endpoint.name, server.seen, want)
		}
	}
}

func TestGetFollowsToHTTPS(t *testing.T) {
	secure := serveRecording(t, httptest.NewTLSServer, nil)
	plain := serveRecording(t, httptest.NewServer, redirectTo(301, func(r *http.Request) string { return secure.URL + r.URL.String() }))
	client := newClient(t, plain.URL, insecure)
	if _, err := client.Operation(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	equal(t, "requests over TLS", secure.seen, []string{"GET /api/operations/100 Bearer " + testToken})
}

// If a redirect was followed and its target fails, the error names the target.
func TestFailedRedirectTarget(t *testing.T) {
	untrusted := serveRecording(t, httptest.NewTLSServer, nil)
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	gone := httptest.NewTLSServer(nil)
	gone.Close()
	for target, want := range map[string]Kind{untrusted.URL: KindUntrusted, gone.URL: KindUnreachable} {
		plain := serveRecording(t, httptest.NewServer, redirectTo(301, func(r *http.Request) string { return target + r.URL.String() }))
		_, err := newClient(t, plain.URL, noRetries).Operations(t.Context(), Filter{}, 0)
		failed := failure(t, err)
		equal(t, target, failed.Kind, want)
		equal(t, target, failed.Call, "GET "+plain.URL+"/api/operations")
		equal(t, target, failed.Location, target+"/api/operations")
		if !strings.HasPrefix(failed.Detail, "redirected to "+target+"/api/operations, where the request failed: ") {
			t.Errorf("got %q", failed.Detail)
		}
	}
}

func TestGetDoesNotFollowToOtherHosts(t *testing.T) {
	elsewhere := serveRecording(t, httptest.NewServer, nil)
	address, _ := url.Parse(elsewhere.URL)
	for name, test := range map[string]struct {
		start  func(http.Handler) *httptest.Server
		target string
	}{
		"to another port":    {httptest.NewServer, elsewhere.URL + "/api/operations/100"},
		"to another host":    {httptest.NewServer, "http://localhost:" + address.Port() + "/api/operations/100"},
		"to a subdomain":     {httptest.NewServer, "http://x.127.0.0.1:" + address.Port() + "/"},
		"from https to http": {httptest.NewTLSServer, elsewhere.URL + "/api/operations/100"},
		"to another scheme":  {httptest.NewServer, "ftp://127.0.0.1/"},
	} {
		for _, status := range redirects {
			server := serveRecording(t, test.start, redirectTo(status, func(*http.Request) string { return test.target }))
			_, err := newClient(t, server.URL, insecure).Operation(t.Context(), 100)
			failed := failure(t, err)
			equal(t, name, failed.Kind, KindRedirected)
			equal(t, name, failed.Location, test.target)
			equal(t, name, len(server.seen), 1)
		}
	}
	equal(t, "requests elsewhere", len(elsewhere.seen), 0)
}

func TestWritesDoNotFollowRedirects(t *testing.T) {
	secure := serveRecording(t, httptest.NewTLSServer, nil)
	for _, status := range redirects {
		for name, target := range map[string]func(*http.Request) string{
			"same host": func(r *http.Request) string { return "/moved" + r.URL.Path },
			"https":     func(r *http.Request) string { return secure.URL + r.URL.Path },
		} {
			for _, endpoint := range endpoints[3:] {
				server := serveRecording(t, httptest.NewServer, respondToReads(redirectTo(status, target)))
				err := endpoint.call(t.Context(), newClient(t, server.URL, insecure))
				equal(t, name+" "+endpoint.name, failure(t, err).Kind, KindRedirected)
				equal(t, name+" "+endpoint.name, server.seen[len(endpoint.reads):], []string{endpoint.request + " Bearer " + testToken})
			}
		}
	}
	equal(t, "requests over TLS", len(secure.seen), 0)
}

func TestRedirectLoop(t *testing.T) {
	server := serveRecording(t, httptest.NewServer, redirectTo(302, func(r *http.Request) string { return r.URL.String() + "/again" }))
	_, err := newClient(t, server.URL).Operation(t.Context(), 100)
	failed := failure(t, err)
	equal(t, "kind", failed.Kind, KindNotAPI)
	if !strings.HasSuffix(failed.Detail, "/again, where the request failed: "+errRedirectLoop.Error()) {
		t.Errorf("got %q", failed.Detail)
	}
	equal(t, "requests", len(server.seen), 1+maxRedirects)
}

func TestRedirectWithoutTarget(t *testing.T) {
	for _, location := range []string{"", "http://%zz"} {
		client := respond(t, redirectTo(302, func(*http.Request) string { return location }))
		for _, endpoint := range endpoints {
			failed := failure(t, endpoint.call(t.Context(), client))
			equal(t, location, failed.Kind, KindRedirected)
			equal(t, location, failed.Detail, "redirected to an unknown URL (the redirect has no usable Location)")
		}
	}
}

func TestRedirectTargetHasNoSecrets(t *testing.T) {
	client := respond(t, redirectTo(302, func(*http.Request) string {
		return "https://user:pass@login.example/a/" + testToken + "?code=c0de#frag"
	}))
	failed := failure(t, client.Delete(t.Context(), 100))
	equal(t, "location", failed.Location, "https://login.example/a/(token)")
	for _, part := range []string{"user", "pass", "c0de", "frag", testToken} {
		if slices.ContainsFunc([]string{failed.Error(), failed.Location}, func(s string) bool { return strings.Contains(s, part) }) {
			t.Errorf("%v includes %q", failed, part)
		}
	}
}

func insecure(config *Config) { config.InsecureSkipVerify = true }
