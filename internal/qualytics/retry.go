// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	maxRetryWait = 30 * time.Second
	// maxRetryAfter limits the pause that a server's Retry-After sets.
	maxRetryAfter = time.Minute
)

// outliving returns a context that ends a while after ctx.
func outliving(ctx context.Context, while time.Duration) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(while, cancel) })
	return later, func() {
		stop()
		cancel()
	}
}

// retryPolicy determines when a call may be retried.
type retryPolicy int

const (
	// retryAlways is for idempotent calls.
	retryAlways retryPolicy = iota
	// retryUnlessReached is for calls that start a Run. They are retried only if they certainly did
	// not reach the application.
	retryUnlessReached
)

// checkRetry decides, for go-retryablehttp, whether to retry after an attempt.
func checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, nil //nolint:nilerr // an error here would replace the response
	}
	state := callStateOf(ctx)
	retryable := state.retry == retryAlways || state.reached == 0
	switch {
	case err != nil:
		return retryable && !isPermanent(err), nil
	case response.StatusCode == http.StatusTooManyRequests:
		return false, nil // the throttle has already retried it for as long as allowed
	case notProcessed(response):
		return true, nil
	case response.StatusCode >= 500:
		return retryable && response.StatusCode != http.StatusNotImplemented, nil
	}
	return false, nil
}

// notProcessed reports whether a response says that the request did not reach the application: the
// rate limit is exceeded, or the application is temporarily unavailable.
func notProcessed(response *http.Response) bool {
	return response.StatusCode == http.StatusTooManyRequests ||
		response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") != ""
}

func wasUnsent(err error) bool {
	var unsent unsentError
	return errors.As(err, &unsent)
}

// isPermanent reports whether a retry would fail in the same way.
func isPermanent(err error) bool {
	var lookup *net.DNSError
	return isUntrusted(err) || errors.Is(err, errTooLarge) || errors.Is(err, errRedirectLoop) ||
		errors.As(err, &lookup) && lookup.IsNotFound
}

// isUntrusted reports whether TLS failed: the server's identity could not be verified, it shares no
// version of TLS with the client, or it does not use TLS.
func isUntrusted(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		record      tls.RecordHeaderError
		remote      *net.OpError
	)
	return errors.As(err, &certificate) || errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &invalid) || errors.As(err, &record) || errors.Is(err, http.ErrSchemeMismatch) ||
		wasUnsent(err) && errors.As(err, &remote) && remote.Op == "remote error" // how crypto/tls names an alert
}

// backoff returns the pause after the given attempt, counted from 0: the server's Retry-After, up
// to a limit, or else exponential backoff with jitter.
func backoff(first, limit time.Duration, attempt int, response *http.Response) time.Duration {
	if response != nil {
		if wait, ok := retryAfter(response.Header, time.Now()); ok {
			return wait
		}
	}
	pause := limit
	if attempt < 16 {
		pause = min(limit, first<<attempt)
	}
	return pause/2 + rand.N(pause/2+1) //nolint:gosec // jitter needs no secrecy
}

// retryAfter reads a Retry-After header (seconds or a date) as a pause from now, of at most
// maxRetryAfter. A date is compared with the response's own Date, so that clocks need not agree.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	text := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		if seconds < 0 {
			return 0, false
		}
		return time.Duration(min(int64(seconds), int64(maxRetryAfter/time.Second))) * time.Second, true
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	if sent, err := http.ParseTime(header.Get("Date")); err == nil {
		now = sent
	}
	return min(max(date.Sub(now), 0), maxRetryAfter), true
}
