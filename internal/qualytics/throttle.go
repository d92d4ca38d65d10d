// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"math/rand/v2"
	"net/http"
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

// throttle limits the concurrent requests of one client, and pauses the client after a 429.
//
// A pause lasts as long as Retry-After says, or doubles until a request succeeds. Gateways limit
// the rate, not the number of concurrent requests, but the fewer are in flight at a 429, the fewer
// are rejected with it. So each pause halves the limit, and each success raises it a little, as in
// TCP.
type throttle struct {
	first time.Duration // pause after a 429 without Retry-After

	mutex    sync.Mutex
	changed  *sync.Cond // another request may be admitted
	inFlight int
	limit    float64 // of inFlight
	pauses   int     // so far
	pause    time.Duration
	resume   time.Time // when the current pause ends
}

func newThrottle(first time.Duration) *throttle {
	t := &throttle{first: first, limit: maxInFlight}
	t.changed = sync.NewCond(&t.mutex)
	return t
}

// acquire waits until the limit and the pause admit another request. It returns the number of
// pauses so far, which the request passes to release.
func (t *throttle) acquire(ctx context.Context) (turn int, err error) {
	defer context.AfterFunc(ctx, t.wake)()
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for ctx.Err() == nil && (t.inFlight >= int(t.limit) || time.Now().Before(t.resume)) {
		t.changed.Wait()
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	t.inFlight++
	return t.pauses, nil
}

func (t *throttle) wake() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.changed.Broadcast()
}

// release ends a request. response is nil if there was none. A 429 begins a pause, unless the
// request was sent before the last pause began.
func (t *throttle) release(turn int, response *http.Response) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.inFlight--
	switch {
	case response == nil:
	case response.StatusCode == http.StatusTooManyRequests:
		t.slowDown(turn, response)
	case turn == t.pauses:
		t.pause = 0
		t.limit = min(maxInFlight, t.limit+1/t.limit)
	}
	t.changed.Broadcast()
}

func (t *throttle) slowDown(turn int, response *http.Response) {
	now := time.Now()
	pause, requested := retryAfter(response.Header, now)
	if pause > maxRetryAfter {
		return // the call fails instead
	}
	if turn == t.pauses {
		t.pauses++
		t.limit = max(minInFlight, t.limit/2)
		t.pause = min(max(2*t.pause, t.first), maxPause*t.first)
		if !requested || pause == 0 {
			pause = t.pause/2 + rand.N(t.pause/2+1) //nolint:gosec // jitter needs no secrecy
		}
	}
	if resume := now.Add(pause); resume.After(t.resume) {
		t.resume = resume
		time.AfterFunc(pause, t.wake)
	}
}

// pauseLeft returns how long the current pause lasts.
func (t *throttle) pauseLeft() time.Duration {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return max(0, time.Until(t.resume))
}
