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

// largestBody bounds what is read of one answer, after decompression.
const largestBody = 64 << 20

var errTooLarge = errors.New("the answer is larger than 64 MiB")

// exchange is what is known of a call while its attempts go on. It travels with the request's context.
type exchange struct {
	repeat  repeatPolicy
	before  func(context.Context) error
	reached int    // attempts that may have reached the application
	body    []byte // the last answer's, whole, without the token
}

// prepare does what is to be done before an attempt.
func (e *exchange) prepare(ctx context.Context) error {
	if e.before == nil {
		return nil
	}
	return e.before(ctx)
}

type exchangeKey struct{}

func withExchange(ctx context.Context, exchange *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, exchange)
}

func exchangeOf(ctx context.Context) *exchange {
	exchange, _ := ctx.Value(exchangeKey{}).(*exchange)
	return exchange
}

// unsentError marks an attempt of which not a byte was sent, so that it certainly had no effect.
type unsentError struct{ error }

func (e unsentError) Unwrap() error { return e.error }

// attempts carries out single attempts, each with its body: an answer that breaks off halfway is a
// failed attempt like any other.
type attempts struct {
	next    http.RoundTripper
	timeout time.Duration
	largest int64 // body that is read
	token   secret
	log     func(ctx context.Context, message string, fields map[string]any)
}

func (a *attempts) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := request.Context().Err(); err != nil {
		return nil, unsentError{err}
	}
	exchange := exchangeOf(request.Context())
	began := time.Now()
	ctx, cancel := exchange.repeat.attemptContext(request.Context())
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, a.timeout)
	defer stop()
	sent := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent = true }})

	response, err := a.next.RoundTrip(request.WithContext(ctx))
	if err == nil {
		exchange.body, err = readBody(response, a.largest)
	}
	if err == nil {
		exchange.body = a.token.cutFrom(exchange.body)
		response.Body = io.NopCloser(bytes.NewReader(nil))
		if _, err := response.Location(); err != nil {
			response.Header.Del("Location") // http.Client would make an error of it, whatever was asked
		}
		response.Request = request
	} else if !sent {
		err = unsentError{err}
	}
	if sent && (err != nil || !turnedAway(response)) {
		exchange.reached++
	}
	a.report(request, response, err, time.Since(began))
	if err != nil {
		return nil, err
	}
	return response, nil
}

func readBody(response *http.Response, largest int64) ([]byte, error) {
	defer response.Body.Close()
	var body bytes.Buffer
	if response.ContentLength > 0 && response.ContentLength < largest {
		body.Grow(int(response.ContentLength) + bytes.MinRead) // ReadFrom wants that much room to see the end
	}
	read, err := body.ReadFrom(io.LimitReader(response.Body, largest+1))
	if err != nil {
		return nil, err
	}
	if read > largest {
		return nil, errTooLarge
	}
	return body.Bytes(), nil
}

func (a *attempts) report(request *http.Request, response *http.Response, err error, took time.Duration) {
	if a.log == nil {
		return
	}
	fields := map[string]any{
		"method":      request.Method,
		"path":        request.URL.Path,
		"duration_ms": took.Milliseconds(),
	}
	if request.URL.RawQuery != "" {
		fields["query"] = request.URL.RawQuery
	}
	if err != nil {
		fields["error"] = string(a.token.cutFrom([]byte(err.Error())))
		a.log(request.Context(), "Qualytics API request failed", fields)
		return
	}
	fields["status"] = response.StatusCode
	a.log(request.Context(), "Qualytics API request answered", fields)
}
