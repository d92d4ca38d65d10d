// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// attemptsOf returns how often the server received the endpoint's request.
func (s service) attemptsOf(endpoint endpoint) int {
	count := 0
	for _, request := range s.requests() {
		if request == endpoint.request {
			count++
		}
	}
	return count
}

// faulty serves Run 100, in a state that the endpoint supports, with a fault for the endpoint.
func faulty(
	t *testing.T, endpoint endpoint, fault mockapi.Fault,
	serve func(testing.TB, mockapi.Options, []mockapi.Run, ...func(*Config)) service,
) service {
	t.Helper()
	result := map[string]string{"abort": "running", "resume": "failure"}[endpoint.name]
	service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, result)}, func(config *Config) { config.MaxRetries = 3 })
	fault.Method, fault.Path, _ = strings.Cut(endpoint.request, " ")
	fault.Path, _, _ = strings.Cut(fault.Path, "?")
	service.Inject(fault)
	return service
}

func TestRetries(t *testing.T) {
	after := func(wait string) http.Header { return http.Header{"Retry-After": {wait}} }
	for name, test := range map[string]struct {
		fault  mockapi.Fault
		kind   Kind
		always bool // retried also if the request starts a Run
		never  bool // retried
	}{
		"connection closed":    {fault: mockapi.Fault{Close: true}, kind: KindDisconnected},
		"too slow":             {fault: mockapi.Fault{Delay: time.Hour}, kind: KindTimedOut},
		"503":                  {fault: mockapi.Fault{Status: 503}, kind: KindUnavailable},
		"503 with Retry-After": {fault: mockapi.Fault{Status: 503, Header: after("0")}, kind: KindUnavailable, always: true},
		"503, odd Retry-After": {fault: mockapi.Fault{Status: 503, Header: after("soon")}, kind: KindUnavailable, always: true},
		"500":                  {fault: mockapi.Fault{Status: 500}, kind: KindUnavailable},
		"500 with Retry-After": {fault: mockapi.Fault{Status: 500, Header: after("0")}, kind: KindUnavailable},
		"502":                  {fault: mockapi.Fault{Status: 502}, kind: KindUnavailable},
		"504":                  {fault: mockapi.Fault{Status: 504}, kind: KindUnavailable},
		"501":                  {fault: mockapi.Fault{Status: 501}, kind: KindUnavailable, never: true},
		"400":                  {fault: mockapi.Fault{Status: 400}, kind: KindBadRequest, never: true},
		"401":                  {fault: mockapi.Fault{Status: 401}, kind: KindUnauthorized, never: true},
		"403":                  {fault: mockapi.Fault{Status: 403}, kind: KindForbidden, never: true},
		"404":                  {fault: mockapi.Fault{Status: 404}, kind: KindNotFound, never: true},
		"409":                  {fault: mockapi.Fault{Status: 409}, kind: KindConflict, never: true},
		"422":                  {fault: mockapi.Fault{Status: 422}, kind: KindInvalid, never: true},
	} {
		for _, endpoint := range endpoints {
			t.Run(name+"/"+endpoint.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					fault := test.fault
					fault.Times = mockapi.Always
					service := faulty(t, endpoint, fault, simulate)
					err := endpoint.call(t.Context(), service.client)
					want := 4
					if test.never || endpoint.starts && !test.always {
						want = 1
					}
					if test.kind == KindTimedOut && (endpoint.name == "list" || endpoint.name == "containers") {
						want = 1 // a smaller page is requested instead
					}
					equal(t, "attempts", service.attemptsOf(endpoint), want)
					failed := failure(t, err)
					kind := test.kind
					if kind == KindNotFound && endpoint.name == "list" {
						kind = KindWrongURL // the list itself cannot be missing
					}
					equal(t, "kind", failed.Kind, kind)
					equal(t, "status", failed.StatusCode, test.fault.Status)
					if test.fault.Status != 0 {
						equal(t, "detail", failed.Detail, http.StatusText(test.fault.Status))
					}
					if strings.Contains(err.Error(), "giving up") {
						t.Errorf("got %v, want the last response", err)
					}
				})
			})
		}
	}
}

// Over a real connection, the last retry can succeed. A start that breaks off is not repeated.
func TestRetriesSucceed(t *testing.T) {
	for name, fault := range map[string]mockapi.Fault{
		"closed":    {Close: true},
		"429":       {Status: 429},
		"503":       {Status: 503, Header: http.Header{"Retry-After": {"0"}}},
		"truncated": {Truncate: 1},
	} {
		for _, endpoint := range endpoints {
			want := 4
			switch {
			case endpoint.starts && name == "closed" || endpoint.name == "abort" && name == "truncated":
				continue // tests of starts and of retried aborts have these
			case name == "truncated" && (endpoint.starts || endpoint.name == "delete"):
				want = 1 // the Run is adopted; the response has no body
			}
			fault.Times = 3
			service := faulty(t, endpoint, fault, serve)
			if err := endpoint.call(t.Context(), service.client); err != nil {
				t.Errorf("%s, %s: %v", name, endpoint.name, err)
			}
			equal(t, name+", "+endpoint.name, service.attemptsOf(endpoint), want)
		}
	}
}

func TestLastResponseIsReported(t *testing.T) {
	service := serve(t, mockapi.Options{}, nil)
	for _, body := range []string{"first", "second", "third", "last"} {
		service.Inject(mockapi.Fault{Status: 500, Body: `{"detail": "` + body + `"}`})
	}
	_, err := service.client.Operation(t.Context(), 100)
	if !strings.HasSuffix(err.Error(), "/api/operations/100: HTTP 500: last") {
		t.Errorf("got %v", err)
	}
}

// dialing makes every connection of the client fail, and returns the number of attempts.
func dialing(client *Client, err error) *atomic.Int32 {
	var count atomic.Int32
	attemptsOf(client).transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) {
		count.Add(1)
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
	return &count
}

func TestNoConnection(t *testing.T) {
	for name, test := range map[string]struct {
		err   error
		kind  Kind
		dials int32
	}{
		"refused":         {errors.New("connect: connection refused"), KindUnreachable, 4},
		"no such host":    {&net.DNSError{Err: "no such host", Name: "a.qualytics.io", IsNotFound: true}, KindUnresolvable, 1},
		"DNS unavailable": {&net.DNSError{Err: "server misbehaving", Name: "a.qualytics.io", IsTemporary: true}, KindUnresolvable, 4},
		"DNS timeout":     {&net.DNSError{Err: "i/o timeout", Name: "a.qualytics.io", IsTimeout: true}, KindUnresolvable, 4},
	} {
		for _, endpoint := range endpoints {
			client := newClient(t, "https://a.qualytics.io")
			dials := dialing(client, test.err)
			err := endpoint.call(t.Context(), client)
			what := name + ", " + endpoint.name
			failed := failure(t, err)
			equal(t, what, failed.Kind, test.kind)
			equal(t, what, dials.Load(), test.dials)
			if !strings.Contains(failed.Detail, test.err.Error()) {
				t.Errorf("%s: got %v, want %v", what, failed, test.err)
			}
			if lost := new(LostStartError); errors.As(err, &lost) {
				t.Errorf("%s: an unsent request counts as lost", what)
			}
		}
	}
}

// Without a connection, a request that starts a Run was certainly not sent.
func TestUnsentStartIsNotLost(t *testing.T) {
	for action, start := range starts {
		for kind, dial := range map[Kind]func(context.Context) error{
			KindUnreachable: func(context.Context) error { return errors.New("connect: connection refused") },
			KindTimedOut: func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			},
		} {
			t.Run(fmt.Sprint(action, "/", kind), func(t *testing.T) {
				t.Parallel()
				service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, start.result)}, timeout(300*time.Millisecond))
				var dials atomic.Int32
				attemptsOf(service.client).starts.(*http.Transport).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
					dials.Add(1)
					return nil, &net.OpError{Op: "dial", Net: "tcp", Err: dial(ctx)}
				}
				_, err := start.call(t.Context(), service.client)
				equal(t, "kind", failure(t, err).Kind, kind)
				equal(t, "attempts", dials.Load(), int32(4))
				if lost, ok := errors.AsType[*LostStartError](err); ok {
					t.Errorf("an unsent request counts as lost: %v", lost)
				}
				equal(t, "writes", service.writes(), []string{})
			})
		}
	}
}

func TestConnectionRefused(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	var lines []string
	client := newClient(t, "http://"+listener.Addr().String(), func(config *Config) {
		config.Log = func(_ context.Context, message string, _ map[string]any) { lines = append(lines, message) }
	})
	_, err = client.Operation(t.Context(), 100)
	equal(t, "kind", failure(t, err).Kind, KindUnreachable)
	equal(t, "attempts", lines, slices.Repeat([]string{"Qualytics API request failed"}, 4))
}
