// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"
)

// maxBodySize limits one response, in bytes after decompression.
const maxBodySize = 64 << 20

var errTooLarge = errors.New("the response is larger than 64 MiB")

// callState is the state of a call across its attempts. The request's context carries it.
type callState struct {
	retry   retryPolicy
	later   context.Context //nolint:containedctx // with which an attempt ends
	reached int       // attempts that may have reached the application
	sent    time.Time // when the last attempt was sent
	body    []byte    // of the last response, complete and without the token
}

type callStateKey struct{}

func withCallState(ctx context.Context, state *callState) context.Context {
	return context.WithValue(ctx, callStateKey{}, state)
}

func callStateOf(ctx context.Context) *callState {
	state, _ := ctx.Value(callStateKey{}).(*callState)
	return state
}

// unsentError marks an attempt of which no byte was sent, so it certainly had no effect.
type unsentError struct{ error }

func (e unsentError) Unwrap() error { return e.error }

// timeoutError marks an attempt without a complete response within its timeout.
type timeoutError struct{ limit time.Duration }

func (e timeoutError) Error() string { return "no complete response within " + e.limit.String() }

// Timeout, like Temporary, makes it a timeout in the sense of [net.Error].
func (e timeoutError) Timeout() bool { return true }

func (e timeoutError) Temporary() bool { return true }

// attemptTransport makes single attempts and reads their bodies, so that a response that ends early
// is a failed attempt.
type attemptTransport struct {
	transport http.RoundTripper
	starts    http.RoundTripper // for requests that start a Run
	timeout   time.Duration     // of one attempt, its body included
	maxBody   int64             // in bytes, after decompression
	token     secret
	log       logFunc
}

func (a *attemptTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := request.Context().Err(); err != nil {
		return nil, unsentError{err}
	}
	state := callStateOf(request.Context())
	transport := a.transport
	if state.retry == retryUnlessReached {
		transport = a.starts
	}
	began := time.Now()
	ctx, cancel := context.WithTimeoutCause(state.later, a.timeout, timeoutError{a.timeout})
	defer cancel()
	sent := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		sent, state.sent = true, time.Now()
	}})

	response, err := transport.RoundTrip(request.WithContext(ctx))
	if err == nil {
		state.body, err = readBody(response, a.maxBody)
	}
	if timeout, ok := errors.AsType[timeoutError](context.Cause(ctx)); ok && err != nil {
		err = timeout
	}
	if err == nil {
		state.body = a.token.redact(state.body)
		response.Body = io.NopCloser(bytes.NewReader(nil))
		if _, err := response.Location(); err != nil {
			response.Header.Del("Location") // http.Client would return an error for it, whatever the status
		}
		response.Request = request
	} else if !sent {
		err = unsentError{err}
	}
	if sent && (err != nil || !notProcessed(response)) {
		state.reached++
	}
	a.report(request, response, err, time.Since(began))
	if err != nil {
		return nil, err
	}
	return response, nil
}

func readBody(response *http.Response, limit int64) ([]byte, error) {
	defer response.Body.Close()
	var body bytes.Buffer
	if response.ContentLength > 0 && response.ContentLength < limit {
		body.Grow(int(response.ContentLength) + bytes.MinRead) // ReadFrom needs this much room to detect the end
	}
	read, err := body.ReadFrom(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if read > limit {
		return nil, errTooLarge
	}
	return body.Bytes(), nil
}

func (a *attemptTransport) report(request *http.Request, response *http.Response, err error, took time.Duration) {
	fields := map[string]any{
		"method":      request.Method,
		"path":        request.URL.Path,
		"duration_ms": took.Milliseconds(),
	}
	if request.URL.RawQuery != "" {
		fields["query"] = request.URL.RawQuery
	}
	if err != nil {
		fields["error"] = string(a.token.redact([]byte(err.Error())))
		a.log(request.Context(), "Qualytics API request failed", fields)
		return
	}
	fields["status"] = response.StatusCode
	a.log(request.Context(), "Qualytics API request completed", fields)
}
