// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	maxRetryWait = 30 * time.Second
	// maxRetryAfter limits the Retry-After that is waited for. A call with a longer one fails.
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

// checkRetry decides, for go-retryablehttp, whether to retry after an attempt. A retry after a 429
// does not count against the maximum.
func (s *callState) checkRetry(ctx context.Context, response *http.Response, err error) bool {
	if ctx.Err() != nil || !s.mayRetry(response, err) {
		return false
	}
	if err != nil {
		s.failed = s.client.transportError(ctx, s.call, err)
	} else {
		s.failed = s.client.statusError(s.call, response)
	}
	return true
}

func (s *callState) mayRetry(response *http.Response, err error) bool {
	now := time.Now()
	if response != nil {
		if wait, _ := retryAfter(response.Header, now); wait > maxRetryAfter {
			return false
		}
	}
	if err == nil && response.StatusCode == http.StatusTooManyRequests {
		if s.limited.IsZero() {
			s.limited = now
		}
		return now.Sub(s.limited) <= s.client.rateLimitTimeout
	}
	s.limited = time.Time{}
	if s.retries == s.client.maxRetries || !s.retryable(response, err) {
		return false
	}
	s.retries++
	return true
}

// retryable reports whether a retry may succeed, and cannot start a second Run.
func (s *callState) retryable(response *http.Response, err error) bool {
	harmless := s.call.retry == retryAlways || s.reached == 0
	switch {
	case err != nil:
		late := errors.As(err, new(timeoutError)) && !wasUnsent(err)
		if late && s.call.pageSize > 1 {
			return false // a smaller page may be in time
		}
		return harmless && !isPermanent(err)
	case notProcessed(response):
		return true
	case s.call.trial:
		return false
	}
	return harmless && response.StatusCode >= 500 && response.StatusCode != http.StatusNotImplemented
}

// backoff returns, for go-retryablehttp, the pause before a retry: after a 429, that of the whole
// client; else the server's Retry-After, or exponential backoff.
func (s *callState) backoff(_, _ time.Duration, _ int, response *http.Response) time.Duration {
	if response != nil && response.StatusCode == http.StatusTooManyRequests {
		return s.client.throttle.pauseLeft()
	}
	if response != nil {
		if wait, ok := retryAfter(response.Header, time.Now()); ok {
			return wait
		}
	}
	return exponential(s.client.retryWait, s.retries-1)
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

// exponential returns the pause before a retry, counted from 0: the first pause, doubled for each
// further retry, with jitter.
func exponential(first time.Duration, retry int) time.Duration {
	pause := maxRetryWait
	if retry < 16 {
		pause = min(maxRetryWait, first<<retry)
	}
	return pause/2 + rand.N(pause/2+1) //nolint:gosec // jitter needs no secrecy
}

// retryAfter reads a Retry-After header (seconds or a date) as a pause from now. A date is compared
// with the response's own Date, so that clocks need not agree.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		if seconds < 0 {
			return 0, false
		}
		return time.Duration(min(seconds, int64(math.MaxInt64/time.Second))) * time.Second, true
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	if sent, err := http.ParseTime(header.Get("Date")); err == nil {
		now = sent
	}
	return max(date.Sub(now), 0), true
}
