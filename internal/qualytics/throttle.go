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
	// mostUnderWay limits the concurrent requests of one client: the lists that Terraform reads
	// concurrently by default, times the pages that each list reads concurrently. Gateways allow
	// 250 connections per IP.
	mostUnderWay = 10 * mostConnections

	// fewestUnderWay is the minimum to which 429s lower that limit.
	fewestUnderWay = 4

	// The following are multiples of the first pause, [Config.RetryWait].
	longestPause    = 30
	defaultPatience = 300
)

// throttle is the rate limit of one client: the number of concurrent requests, and the pauses in
// which none is sent. It sits between http.Client and the attempts.
//
// A 429 pauses the whole client, for as long as Retry-After says or for a pause that doubles until
// a request succeeds. Then the request is retried, as often as necessary. Gateways limit the rate
// and not the number of concurrent requests; but the fewer there are at the first 429, the fewer
// are rejected with it. So each pause halves the limit, and each success raises it a little, as in
// TCP.
type throttle struct {
	next     http.RoundTripper
	first    time.Duration // pause after a 429 without Retry-After
	patience time.Duration // how long one request may be rejected

	mutex    sync.Mutex
	queue    []*turn
	underWay int
	bound    float64 // on underWay
	pauses   int     // so far
	pause    time.Duration
	resume   time.Time // when the current pause ends
}

// turn is one request's place in the queue.
type turn struct {
	granted chan struct{}
	pauses  int // before it was granted
}

func newThrottle(next http.RoundTripper, first, patience time.Duration) *throttle {
	return &throttle{next: next, first: first, patience: patience, bound: mostUnderWay}
}

func (t *throttle) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	var refused time.Time // when it was first rejected
	for {
		turn, err := t.wait(ctx, !refused.IsZero())
		if err != nil {
			return nil, unsentError{err}
		}
		response, err := t.next.RoundTrip(request)
		if err != nil || response.StatusCode != http.StatusTooManyRequests {
			t.leave(turn, err == nil)
			return response, err
		}
		now := time.Now()
		t.slowDown(turn, response, now)
		if refused.IsZero() {
			refused = now
		}
		if now.Sub(refused) > t.patience || ctx.Err() != nil {
			return response, nil //nolint:nilerr // the response says what happened
		}
	}
}

// wait waits for a turn: until the number of concurrent requests and the pause allow it. A rejected
// request is the next to be sent.
func (t *throttle) wait(ctx context.Context, refused bool) (*turn, error) {
	t.mutex.Lock()
	mine := &turn{granted: make(chan struct{})}
	place := len(t.queue)
	if refused {
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
		t.underWay--
	default:
		t.queue = slices.DeleteFunc(t.queue, func(other *turn) bool { return other == mine })
	}
	t.grant()
	return nil, ctx.Err()
}

// grant admits the first requests in the queue, as the limit and the pause allow.
func (t *throttle) grant() {
	for len(t.queue) > 0 && t.underWay < int(t.bound) && !time.Now().Before(t.resume) {
		next := t.queue[0]
		t.queue = slices.Delete(t.queue, 0, 1)
		next.pauses = t.pauses
		t.underWay++
		close(next.granted)
	}
}

// leave ends the turn of a request that was not rejected.
func (t *throttle) leave(turn *turn, success bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.underWay--
	if success && turn.pauses == t.pauses {
		t.pause = 0
		t.bound = min(mostUnderWay, t.bound+1/t.bound)
	}
	t.grant()
}

// slowDown ends the turn of a rejected request, and pauses. Requests that were sent before a pause
// began are rejected for the same reason, and do not cause another pause.
func (t *throttle) slowDown(turn *turn, response *http.Response, now time.Time) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.underWay--
	pause, _ := retryAfter(response.Header, now)
	if turn.pauses == t.pauses {
		t.pauses++
		t.bound = max(fewestUnderWay, t.bound/2)
		t.pause = min(max(2*t.pause, t.first), longestPause*t.first)
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
