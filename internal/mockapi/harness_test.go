// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const token = "the-token"

// noon is the initial time of every test's clock.
var noon = time.Date(2026, time.May, 1, 12, 0, 0, 0, time.UTC)

// service is the API behind a real connection, with a test clock.
type service struct {
	*mockapi.Server
	clock *mockapi.Clock
	url   string
}

func start(t *testing.T, options mockapi.Options, runs ...mockapi.Run) service {
	t.Helper()
	clock := mockapi.NewClock(noon)
	options.Token, options.Now = token, clock.Now
	api := mockapi.New(options)
	api.Seed(runs...)
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return service{Server: api, clock: clock, url: server.URL}
}

// object is a JSON object.
type object = map[string]any

// statuses returns the statuses of the requests so far; 0 for those without a response.
func (s service) statuses() []int {
	statuses := []int{}
	for _, request := range s.Requests() {
		statuses = append(statuses, request.Status)
	}
	return statuses
}

// response is a response whose body was read.
type response struct {
	status int
	header http.Header
	body   string
}

func (s service) request(t *testing.T, method, path string) *http.Request {
	t.Helper()
	return s.requestWith(t, method, path, "")
}

// requestWith returns a request with a JSON body.
func (s service) requestWith(t *testing.T, method, path, body string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return request
}

func (s service) send(t *testing.T, request *http.Request) response {
	t.Helper()
	got, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response{got.StatusCode, got.Header, string(body)}
}

func (s service) call(t *testing.T, method, path string) response {
	t.Helper()
	return s.send(t, s.request(t, method, path))
}

// get returns the payload of a GET that must return 200.
func (s service) get(t *testing.T, path string) object {
	t.Helper()
	return s.call(t, http.MethodGet, path).payload(t)
}

// put returns the payload of a PUT that must return 200.
func (s service) put(t *testing.T, path string) object {
	t.Helper()
	return s.call(t, http.MethodPut, path).payload(t)
}

// post returns the response to a request that starts a Run.
func (s service) post(t *testing.T, body string) response {
	t.Helper()
	return s.send(t, s.requestWith(t, http.MethodPost, "/api/operations/run", body))
}

func (r response) payload(t *testing.T) object {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("status %d: %s", r.status, r.body)
	}
	return decode(t, r.body)
}

// expect fails the test unless the response has this status and this body.
func (r response) expect(t *testing.T, status int, body string) {
	t.Helper()
	if r.status != status || r.body != body {
		t.Errorf("got  %d %s\nwant %d %s", r.status, r.body, status, body)
	}
}

func decode(t *testing.T, body string) object {
	t.Helper()
	var payload object
	if err := json.Unmarshal([]byte(body), &payload); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return payload
}

// items returns the items of a list.
func items(payload object) []object {
	var found []object
	for _, item := range payload["items"].([]any) {
		found = append(found, item.(object))
	}
	return found
}

// ids returns the ids of the items of a list.
func ids(payload object) []int64 {
	found := []int64{}
	for _, item := range items(payload) {
		found = append(found, int64(item["id"].(float64)))
	}
	return found
}

// shows fails the test unless these fields of an object have these values.
func shows(t *testing.T, what string, got, want object) {
	t.Helper()
	for name, value := range want {
		equal(t, what+": "+name, got[name], value)
	}
}

// advanceTo sets the clock to a time after noon.
func (s service) advanceTo(after time.Duration) { s.clock.Advance(after - s.clock.Now().Sub(noon)) }

// equal fails the test unless both are equal.
func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\ngot  %v\nwant %v", what, got, want)
	}
}

// record requests the list from a server without a connection.
func record(api http.Handler, authorization string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, "/api/operations", nil)
	request.Header.Set("Authorization", authorization)
	recorder := httptest.NewRecorder()
	api.ServeHTTP(recorder, request)
	return recorder
}

// first returns the first value. It fails the test if there is none.
func first[T any](t *testing.T, values []T) T {
	t.Helper()
	if len(values) == 0 {
		t.Fatal("no values")
	}
	return values[0]
}
