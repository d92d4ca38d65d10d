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
	longestRetryWait = 30 * time.Second
	// longestRetryAfter bounds how long a server's Retry-After is obeyed.
	longestRetryAfter = time.Minute
)

// repeatPolicy says when a call may be sent again.
type repeatPolicy int

const (
	// repeatAlways is for calls that have the same effect however often they are made.
	repeatAlways repeatPolicy = iota
	// repeatUnlessReached is for calls that start a Run: they are repeated only when the application
	// certainly did not see them, and an attempt under way is not given up when the caller is
	// interrupted, since its answer says which Run it started.
	repeatUnlessReached
)

// attemptContext is the context of one attempt: the caller's or, for what starts a Run, one that keeps
// only the deadline.
func (p repeatPolicy) attemptContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if p == repeatAlways {
		return ctx, func() {}
	}
	detached := context.WithoutCancel(ctx)
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(detached, deadline)
	}
	return detached, func() {}
}

// checkRetry is go-retryablehttp's question whether to try again after an attempt.
func checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, nil //nolint:nilerr // an error here would take the place of the answer
	}
	exchange := exchangeOf(ctx)
	repeatable := exchange.repeat == repeatAlways || exchange.reached == 0
	switch {
	case err != nil:
		return repeatable && !isPermanent(err), nil
	case response.StatusCode == http.StatusTooManyRequests:
		return false, nil // the throttle has sent it again for as long as it may
	case turnedAway(response):
		return true, nil
	case response.StatusCode >= 500:
		return repeatable && response.StatusCode != http.StatusNotImplemented, nil
	}
	return false, nil
}

// turnedAway reports whether an answer says that the application was not asked: there are too many
// requests, or it is down and is expected back.
func turnedAway(response *http.Response) bool {
	return response.StatusCode == http.StatusTooManyRequests ||
		response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") != ""
}

func wasUnsent(err error) bool {
	var unsent unsentError
	return errors.As(err, &unsent)
}

// isPermanent reports whether a failed attempt would fail the same way again.
func isPermanent(err error) bool {
	var lookup *net.DNSError
	return isUntrusted(err) || errors.Is(err, errTooLarge) || errors.Is(err, errRedirectLoop) ||
		errors.As(err, &lookup) && lookup.IsNotFound
}

// isUntrusted reports whether TLS itself failed: who the server is could not be verified, it shares no
// version of TLS with the client, or it does not speak TLS at all.
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

// backoff is the pause before the attempt number attempt+1: what the server's Retry-After asks for, up
// to a bound, or else doubling pauses with jitter.
func backoff(shortest, longest time.Duration, attempt int, response *http.Response) time.Duration {
	if response != nil {
		if wait, ok := retryAfter(response.Header, time.Now()); ok {
			return wait
		}
	}
	pause := longest
	if attempt < 16 {
		pause = min(longest, shortest<<attempt)
	}
	return pause/2 + rand.N(pause/2+1) //nolint:gosec // jitter needs no secrecy
}

// retryAfter reads a Retry-After header (seconds or a date) as a pause from now on, at most
// longestRetryAfter. A date is held against the answer's own Date, so that clocks need not agree.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	text := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		if seconds < 0 {
			return 0, false
		}
		return time.Duration(min(int64(seconds), int64(longestRetryAfter/time.Second))) * time.Second, true
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	if sent, err := http.ParseTime(header.Get("Date")); err == nil {
		now = sent
	}
	return min(max(date.Sub(now), 0), longestRetryAfter), true
}
