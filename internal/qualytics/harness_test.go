// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const testToken = "test-token-9f4b"

// service is a mock API with a client.
type service struct {
	*mockapi.Server
	client *Client
	url    string
}

// serve serves Runs over a real connection. The functions change the client's configuration.
func serve(t testing.TB, options mockapi.Options, runs []mockapi.Run, changes ...func(*Config)) service {
	t.Helper()
	options.Token = testToken
	api := mockapi.New(options)
	api.Seed(runs...)
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return service{Server: api, client: newClient(t, server.URL, changes...), url: server.URL}
}

// newClient returns a client with short pauses.
func newClient(t testing.TB, url string, changes ...func(*Config)) *Client {
	t.Helper()
	config := Config{
		URL: url, Token: testToken, UserAgent: "test/1", MaxRetries: 3,
		RetryWait: time.Millisecond, SearchTimeout: 20 * time.Millisecond,
	}
	for _, change := range changes {
		change(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(attemptsOf(client).transport.(*http.Transport).CloseIdleConnections)
	return client
}

func attemptsOf(client *Client) *attempter { return client.attempts }

// rerun and resume read a Run, call the client's method, and wait for the look at the list.
func rerun(ctx context.Context, client *Client, id int64) (Started, error) {
	source, err := client.Operation(ctx, id)
	if err != nil {
		return Started{}, err
	}
	started, err := client.Rerun(ctx, source, "")
	started.Others(ctx)
	return started, err
}

func resume(ctx context.Context, client *Client, id int64, forceAbort bool) (Started, error) {
	source, err := client.Operation(ctx, id)
	if err != nil {
		return Started{}, err
	}
	started, err := client.Resume(ctx, source, forceAbort)
	started.Others(ctx)
	return started, err
}

func noRetries(config *Config) { config.MaxRetries = 0 }

// impatient makes one search for a Run whose response was lost, and one retry after a 429.
func impatient(config *Config) { config.SearchTimeout, config.RateLimitTimeout = 1, 1 }

// brief makes two searches, a second apart.
func brief(config *Config) { config.SearchTimeout = time.Second }

func timeout(limit time.Duration) func(*Config) {
	return func(config *Config) { config.RequestTimeout = limit }
}

// respond serves a handler, and returns a client of it.
func respond(t testing.TB, handler http.HandlerFunc, changes ...func(*Config)) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return newClient(t, server.URL, changes...)
}

// responding returns a handler that sends the same response to every request.
func responding(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// scan returns a Run of datastore 101 with the containers 234 and 235.
func scan(id int64, result string) mockapi.Run { return mockapi.Run{ID: id, Result: result} }

// breakAt injects a fault into the requests to a path.
func (s service) breakAt(path string, fault mockapi.Fault) {
	fault.Path = path
	s.Inject(fault)
}

// requests returns the requests that the server received, one line each.
func (s service) requests() []string {
	lines := []string{}
	for _, request := range s.Requests() {
		lines = append(lines, request.String())
	}
	return lines
}

// writes returns all requests but GETs.
func (s service) writes() []string {
	return slices.DeleteFunc(s.requests(), func(line string) bool { return line[:4] == "GET " })
}

func (s service) ids() []int64 {
	ids := []int64{}
	for _, run := range s.Runs() {
		ids = append(ids, run.ID)
	}
	return ids
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

// failure returns err as an *Error. It fails the test for any other error.
func failure(t testing.TB, err error) *Error {
	t.Helper()
	var failed *Error
	if !errors.As(err, &failed) {
		t.Fatalf("got error %v, want an *Error", err)
	}
	return failed
}

// endpoint is a method of the client, called for Run 100.
type endpoint struct {
	name    string
	request string
	starts  bool     // a Run, so the request must not be sent twice
	reads   []string // requests before that
	call    func(ctx context.Context, client *Client) error
}

const (
	readSource = "GET /api/operations/100"
	listNewest = "GET /api/operations?datastore=101&page=1&size=20&sort_created=desc"
	listPage   = "GET /api/operations?datastore=101&page=1&size=100&sort_created=desc" // if fewer Runs leave a doubt
)

// requests returns all requests of the method. After a PUT, a start looks at the
// list once more.
func (e endpoint) requests() []string {
	requests := append(slices.Clone(e.reads), e.request)
	if e.starts && e.name != "run" {
		requests = append(requests, listNewest)
	}
	return requests
}

// respondToReads responds to the reads before a start, and passes all other requests to the
// handler.
func respondToReads(handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			handler(w, r)
			return
		}
		_, _ = w.Write([]byte(`{"id": 100, "items": [], "total": 0}`))
	}
}

var endpoints = []endpoint{
	{"list", "GET /api/operations?page=1&size=100", false, nil, func(ctx context.Context, client *Client) error {
		_, err := client.Operations(ctx, Filter{}, 0)
		return err
	}},
	{"retrieve", "GET /api/operations/100", false, nil, func(ctx context.Context, client *Client) error {
		_, err := client.Operation(ctx, 100)
		return err
	}},
	{"containers", "GET /api/operations/100/containers?page=1&size=100", false, nil, func(ctx context.Context, client *Client) error {
		_, err := client.Containers(ctx, 100)
		return err
	}},
	{"abort", "PUT /api/operations/abort/100", false, nil, func(ctx context.Context, client *Client) error {
		_, err := client.Abort(ctx, 100)
		return err
	}},
	{"delete", "DELETE /api/operations/100", false, nil, func(ctx context.Context, client *Client) error {
		return client.Delete(ctx, 100)
	}},
	{"resume", "PUT /api/operations/run/100", true, []string{readSource, listNewest}, func(ctx context.Context, client *Client) error {
		_, err := resume(ctx, client, 100, false)
		return err
	}},
	{"run", "POST /api/operations/run", true, []string{listNewest}, func(ctx context.Context, client *Client) error {
		_, err := client.Run(ctx, configuration, "")
		return err
	}},
	{"rerun", "PUT /api/operations/rerun/100", true, []string{readSource, listNewest}, func(ctx context.Context, client *Client) error {
		_, err := rerun(ctx, client, 100)
		return err
	}},
}

// first returns the first value. It fails the test if there is none.
func first[T any](t *testing.T, values []T) T {
	t.Helper()
	if len(values) == 0 {
		t.Fatal("no values")
	}
	return values[0]
}
