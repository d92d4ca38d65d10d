// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, time.May, 1, 12, 0, 0, 0, time.UTC)
	date := func(after time.Duration) string { return now.Add(after).Format(http.TimeFormat) }
	skewed := func(clock time.Duration) http.Header {
		return http.Header{"Retry-After": {date(clock + 9*time.Second)}, "Date": {date(clock)}}
	}
	for name, test := range map[string]struct {
		header http.Header
		want   time.Duration // -1: none
	}{
		"none":                        {http.Header{}, -1},
		"empty":                       {http.Header{"Retry-After": {""}}, -1},
		"seconds":                     {http.Header{"Retry-After": {"7"}}, 7 * time.Second},
		"zero":                        {http.Header{"Retry-After": {"0"}}, 0},
		"the limit":                   {http.Header{"Retry-After": {"60"}}, time.Minute},
		"above the limit":             {http.Header{"Retry-After": {"61"}}, 61 * time.Second},
		"too large for a duration":    {http.Header{"Retry-After": {"9223372036854775807"}}, 9223372036 * time.Second},
		"too large for an int":        {http.Header{"Retry-After": {"99999999999999999999"}}, -1},
		"negative":                    {http.Header{"Retry-After": {"-5"}}, -1},
		"a fraction":                  {http.Header{"Retry-After": {"1.5"}}, -1},
		"garbage":                     {http.Header{"Retry-After": {"soon"}}, -1},
		"a date":                      {http.Header{"Retry-After": {date(9 * time.Second)}}, 9 * time.Second},
		"a date above the limit":      {http.Header{"Retry-After": {date(time.Hour)}}, time.Hour},
		"a date in the past":          {http.Header{"Retry-After": {date(-time.Hour)}}, 0},
		"clock ahead of the client's": {skewed(3 * time.Hour), 9 * time.Second},
		"clock behind the client's":   {skewed(-3 * time.Hour), 9 * time.Second},
		"a date and an invalid Date":  {http.Header{"Retry-After": {date(9 * time.Second)}, "Date": {"today"}}, 9 * time.Second},
	} {
		got, ok := retryAfter(test.header, now)
		if !ok {
			got = -1
		}
		equal(t, name, got, test.want)
	}
}

func TestExponentialBackoff(t *testing.T) {
	for retry, want := range map[int]time.Duration{
		0: time.Second, 1: 2 * time.Second, 2: 4 * time.Second, 3: 8 * time.Second, 4: 16 * time.Second,
		5: maxRetryWait, 15: maxRetryWait, 16: maxRetryWait, 1000: maxRetryWait,
	} {
		different := map[time.Duration]bool{}
		for range 200 {
			got := exponential(time.Second, retry)
			different[got] = true
			if got < want/2 || got > want {
				t.Fatalf("pause %d is %v, want between %v and %v", retry, got, want/2, want)
			}
		}
		if len(different) < 100 {
			t.Errorf("pause %d has %d values in 200, want jitter", retry, len(different))
		}
	}
}

// serverFunc is a transport that responds itself, so that tests can use synctest.
type serverFunc func(*http.Request) (*http.Response, error)

func (f serverFunc) RoundTrip(request *http.Request) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(request.Context()); trace != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	return f(request)
}

// simulations counts the clients. Each has its own URL, because starts with the same URL share a
// lock file, which would block across synctest bubbles.
var simulations atomic.Int32

// simulated returns a client with the default pauses.
func simulated(t testing.TB, server serverFunc, changes ...func(*Config)) *Client {
	t.Helper()
	config := Config{URL: fmt.Sprintf("https://%d.qualytics.io", simulations.Add(1)), Token: testToken, MaxRetries: DefaultMaxRetries}
	for _, change := range changes {
		change(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	attemptsOf(client).transport, attemptsOf(client).starts = server, server
	return client
}

func canned(status int, header http.Header, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(bytes.NewReader([]byte(body)))}
}

func TestPauses(t *testing.T) {
	for name, test := range map[string]struct {
		header            http.Header
		shortest, longest time.Duration
	}{
		"doubling":             {http.Header{}, 15 * time.Second / 2, 15 * time.Second},
		"Retry-After":          {http.Header{"Retry-After": {"20"}}, 80 * time.Second, 80 * time.Second},
		"Retry-After, invalid": {http.Header{"Retry-After": {"-1"}}, 15 * time.Second / 2, 15 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				attempts := 0
				client := simulated(t, func(*http.Request) (*http.Response, error) {
					attempts++
					return canned(503, test.header, `{"detail": "maintenance"}`), nil
				})
				began := time.Now()
				_, err := client.Operation(t.Context(), 100)
				equal(t, "detail", failure(t, err).Detail, "maintenance")
				equal(t, "attempts", attempts, 1+DefaultMaxRetries)
				if took := time.Since(began); took < test.shortest || took > test.longest {
					t.Errorf("took %v, want between %v and %v", took, test.shortest, test.longest)
				}
			})
		})
	}
}

func TestRequestTimeoutIsPerAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		client := simulated(t, func(request *http.Request) (*http.Response, error) {
			if attempts++; attempts == 3 {
				return canned(200, nil, `{"id": 100}`), nil
			}
			<-request.Context().Done()
			return nil, request.Context().Err()
		})
		began := time.Now()
		if _, err := client.Operation(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < 2*DefaultRequestTimeout || took > 2*DefaultRequestTimeout+4*time.Second {
			t.Errorf("took %v, want twice %v plus two short pauses", took, DefaultRequestTimeout)
		}
	})
}

// A Retry-After longer than the client waits is reported at once. It does not pause other calls.
func TestLongRetryAfterFailsAtOnce(t *testing.T) {
	for _, status := range []int{429, 503} {
		for _, endpoint := range endpoints {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				client := simulated(t, respondingToWrites(endpoint, func() *http.Response {
					requests++
					return canned(status, http.Header{"Retry-After": {"3600"}}, `{"detail": "come back later"}`)
				}))
				began := time.Now()
				failed := failure(t, endpoint.call(t.Context(), client))
				equal(t, "status", failed.StatusCode, status)
				equal(t, "pause", failed.RetryAfter, time.Hour)
				equal(t, "requests", requests, 1)
				equal(t, "took", time.Since(began), time.Duration(0))
				equal(t, "pause of the client", client.throttle.pauseLeft(), time.Duration(0))
			})
		}
	}
}

// respondingToWrites responds to an endpoint's request, and to the reads before a start.
func respondingToWrites(endpoint endpoint, respond func() *http.Response) serverFunc {
	return func(request *http.Request) (*http.Response, error) {
		if endpoint.starts && request.Method == http.MethodGet {
			return canned(200, nil, `{"id": 100, "items": [], "total": 0}`), nil
		}
		return respond(), nil
	}
}

// If the context ends during the pause before a retry, the error includes the last response. A start
// leaves time for a response before its deadline.
func TestCancelledPauseShowsLastResponse(t *testing.T) {
	const after = 6 * time.Second
	for status, header := range map[int]http.Header{429: nil, 503: {"Retry-After": {"50"}}} {
		for _, endpoint := range endpoints {
			for want, end := range map[error]func(context.Context) (context.Context, context.CancelFunc){
				context.DeadlineExceeded: func(ctx context.Context) (context.Context, context.CancelFunc) {
					return context.WithTimeout(ctx, after)
				},
				context.Canceled: func(ctx context.Context) (context.Context, context.CancelFunc) {
					ctx, cancel := context.WithCancel(ctx)
					time.AfterFunc(after, cancel)
					return ctx, cancel
				},
			} {
				synctest.Test(t, func(t *testing.T) {
					client := simulated(t, respondingToWrites(endpoint, func() *http.Response {
						return canned(status, header, `{"detail": "slow down, please"}`)
					}))
					ctx, cancel := end(t.Context())
					defer cancel()
					began := time.Now()
					err := endpoint.call(ctx, client)
					failed := failure(t, err)
					equal(t, "kind", failed.Kind, KindCancelled)
					equal(t, "cause", errors.Is(err, want), true)
					equal(t, "detail", failed.Detail, fmt.Sprintf("%v; the last response was HTTP %d: slow down, please", want, status))
					equal(t, "last status", failure(t, failed.Err).StatusCode, status)
					took := after
					if endpoint.starts && want == context.DeadlineExceeded { //nolint:errorlint // a constant
						took -= took / 4
					}
					equal(t, "took", time.Since(began), took)
				})
			}
		}
	}
}

func TestCancelledPauseShowsLastFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := simulated(t, func(*http.Request) (*http.Response, error) { return nil, errors.New("broken pipe") })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second/4)
		defer cancel()
		_, err := client.Operation(ctx, 100)
		equal(t, "kind", failure(t, err).Kind, KindCancelled)
		equal(t, "detail", failure(t, err).Detail, "context deadline exceeded; the last attempt failed: broken pipe")
	})
}

// A body is sent with each attempt, and is never logged.
func TestRequestBody(t *testing.T) {
	const body = `{"type": "scan"}`
	var received, logged []string
	client := respond(t, func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		received = append(received, r.Method+" "+r.Header.Get("Content-Type")+" "+string(content))
		if len(received) < 3 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = w.Write([]byte(`{"id": 7}`))
	}, func(config *Config) {
		config.Log = func(_ context.Context, message string, fields map[string]any) {
			logged = append(logged, fmt.Sprint(message, fields))
		}
	})
	var run Operation
	call := apiCall{method: http.MethodPost, path: "/operations/run", body: []byte(body), retry: retryUnlessReached}
	if _, err := client.do(t.Context(), call, &run); err != nil {
		t.Fatal(err)
	}
	equal(t, "id", run.ID, int64(7))
	equal(t, "received", received, slices.Repeat([]string{"POST application/json " + body}, 3))
	if strings.Contains(strings.Join(logged, "\n"), "scan") {
		t.Errorf("the body is in the log: %v", logged)
	}
}
