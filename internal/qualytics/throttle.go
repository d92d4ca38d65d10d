// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	// maxInFlight limits the concurrent requests of one client: the lists that Terraform reads
	// concurrently by default, times the pages that each list reads concurrently. Gateways allow
	// 250 connections per IP.
	maxInFlight = 10 * maxConcurrentPages

	// minInFlight is the minimum to which 429s lower that limit.
	minInFlight = 4

	// The following are multiples of the first pause, [Config.RetryWait].
	maxPause                = 30
	defaultRateLimitTimeout = 300
)

// throttle limits the concurrent requests of one client, and pauses the client after a 429. It sits
// between http.Client and the attempts.
//
// A pause lasts as long as Retry-After says, or doubles until a request succeeds. Then the rejected
// request is retried, until the timeout. Gateways limit the rate, not the number of concurrent
// requests, but the fewer are in flight at a 429, the fewer are rejected with it. So each pause
// halves the limit, and each success raises it a little, as in TCP.
type throttle struct {
	next    http.RoundTripper
	first   time.Duration // pause after a 429 without Retry-After
	timeout time.Duration // how long one rejected request is retried

	mutex    sync.Mutex
	queue    []*queueEntry
	inFlight int
	limit    float64 // of inFlight
	pauses   int     // so far
	pause    time.Duration
	resume   time.Time // when the current pause ends
}

// queueEntry is the place of one request in the queue, and its permission to be sent.
type queueEntry struct {
	granted chan struct{}
	pauses  int // of the client when it was granted
}

func newThrottle(next http.RoundTripper, first, timeout time.Duration) *throttle {
	return &throttle{next: next, first: first, timeout: timeout, limit: maxInFlight}
}

func (t *throttle) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	var rejected time.Time // the first time
	for {
		entry, err := t.wait(ctx, !rejected.IsZero())
		if err != nil {
			return nil, unsentError{err}
		}
		response, err := t.next.RoundTrip(request)
		if err != nil || response.StatusCode != http.StatusTooManyRequests {
			t.done(entry, err == nil)
			return response, err
		}
		now := time.Now()
		t.slowDown(entry, response, now)
		if rejected.IsZero() {
			rejected = now
		}
		if now.Sub(rejected) > t.timeout || ctx.Err() != nil {
			return response, nil //nolint:nilerr // the response says what happened
		}
	}
}

// wait waits until the limit and the pause admit another request. A request that was rejected is
// the next to be sent.
func (t *throttle) wait(ctx context.Context, rejected bool) (*queueEntry, error) {
	t.mutex.Lock()
	mine := &queueEntry{granted: make(chan struct{})}
	place := len(t.queue)
	if rejected {
		place = 0
	}
	t.queue = slices.Insert(t.queue, place, mine)
	t.grant()
	t.mutex.Unlock()
	select {
	case <-mine.granted:
		return mine, nil
	case <-ctx.Done():
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	select {
	case <-mine.granted:
		t.inFlight--
	default:
		t.queue = slices.DeleteFunc(t.queue, func(other *queueEntry) bool { return other == mine })
	}
	t.grant()
	return nil, ctx.Err()
}

// grant admits as many requests from the queue as the limit and the pause allow.
func (t *throttle) grant() {
	for len(t.queue) > 0 && t.inFlight < int(t.limit) && !time.Now().Before(t.resume) {
		next := t.queue[0]
		t.queue = slices.Delete(t.queue, 0, 1)
		next.pauses = t.pauses
		t.inFlight++
		close(next.granted)
	}
}

// done ends a request that was not rejected.
func (t *throttle) done(entry *queueEntry, success bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.inFlight--
	if success && entry.pauses == t.pauses {
		t.pause = 0
		t.limit = min(maxInFlight, t.limit+1/t.limit)
	}
	t.grant()
}

// slowDown ends a rejected request, and pauses. The rejection of a request that was sent before the
// last pause began does not cause another pause.
func (t *throttle) slowDown(entry *queueEntry, response *http.Response, now time.Time) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.inFlight--
	pause, _ := retryAfter(response.Header, now)
	if entry.pauses == t.pauses {
		t.pauses++
		t.limit = max(minInFlight, t.limit/2)
		t.pause = min(max(2*t.pause, t.first), maxPause*t.first)
		if pause == 0 {
			pause = t.pause/2 + rand.N(t.pause/2+1) //nolint:gosec // jitter needs no secrecy
		}
	}
	if resume := now.Add(pause); resume.After(t.resume) {
		t.resume = resume
	}
	time.AfterFunc(t.resume.Sub(now), func() {
		t.mutex.Lock()
		defer t.mutex.Unlock()
		t.grant()
	})
}
