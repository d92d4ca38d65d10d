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

// unsentError marks an attempt of which no byte was sent, so it certainly had no effect.
type unsentError struct{ error }

func (e unsentError) Unwrap() error { return e.error }

// timeoutError marks an attempt without a complete response within its timeout.
type timeoutError struct{ limit time.Duration }

func (e timeoutError) Error() string { return "no complete response within " + e.limit.String() }

// Timeout, like Temporary, makes it a timeout in the sense of [net.Error].
func (e timeoutError) Timeout() bool { return true }

func (e timeoutError) Temporary() bool { return true }

// attempter makes single attempts. It reads the whole response, so that one that ends early is a
// failed attempt.
type attempter struct {
	transport http.RoundTripper
	starts    http.RoundTripper // for requests that start a Run
	timeout   time.Duration     // of one attempt, its body included
	maxBody   int64             // in bytes, after decompression
	token     secret
	log       logFunc
}

// attempt makes one attempt of a call when the throttle admits it, unless ctx ends first. The
// attempt ends with later.
func (s *callState) attempt(ctx, later context.Context, request *http.Request) (*http.Response, error) {
	turn, err := s.client.throttle.acquire(ctx)
	if err != nil {
		return nil, unsentError{err}
	}
	attempts, transport := s.client.attempts, s.client.attempts.transport
	if s.call.retry == retryUnlessReached {
		transport = attempts.starts
	}
	began := time.Now()
	response, sent, err := attempts.send(later, transport, request)
	s.client.throttle.release(turn, response)
	s.response = response
	if !sent.IsZero() {
		s.sent = sent
		if err != nil || !notProcessed(response) {
			s.reached++
		}
	}
	attempts.report(request, response, err, time.Since(began))
	return response, err
}

// send sends a request and reads the response. sent is zero if no byte of the request was sent.
func (a *attempter) send(
	ctx context.Context, transport http.RoundTripper, request *http.Request,
) (response *http.Response, sent time.Time, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, a.timeout, timeoutError{a.timeout})
	defer cancel()
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent = time.Now() }})
	response, err = transport.RoundTrip(request.WithContext(traced))
	if err == nil {
		err = a.readBody(response)
	}
	if timeout, ok := errors.AsType[timeoutError](context.Cause(ctx)); ok && err != nil {
		err = timeout
	}
	switch {
	case err != nil && sent.IsZero():
		return nil, sent, unsentError{err}
	case err != nil:
		return nil, sent, err
	}
	if _, err := response.Location(); err != nil {
		response.Header.Del("Location") // http.Client would return an error for it, whatever the status
	}
	response.Request = request
	return response, sent, nil
}

// wholeBody is the body of a response that has been read: complete, and without the token.
type wholeBody struct {
	io.Reader
	data []byte
}

// Close does nothing.
func (wholeBody) Close() error { return nil }

// bodyOf returns the body of a response to an attempt; nil if there was no response.
func bodyOf(response *http.Response) []byte {
	if response == nil {
		return nil
	}
	body, _ := response.Body.(wholeBody)
	return body.data
}

func (a *attempter) readBody(response *http.Response) error {
	defer response.Body.Close()
	var body bytes.Buffer
	if response.ContentLength > 0 && response.ContentLength < a.maxBody {
		body.Grow(int(response.ContentLength) + bytes.MinRead) // ReadFrom needs this much room to detect the end
	}
	read, err := body.ReadFrom(io.LimitReader(response.Body, a.maxBody+1))
	if err != nil {
		return err
	}
	if read > a.maxBody {
		return errTooLarge
	}
	data := a.token.redact(body.Bytes())
	response.Body = wholeBody{bytes.NewReader(data), data}
	return nil
}

func (a *attempter) report(request *http.Request, response *http.Response, err error, took time.Duration) {
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
