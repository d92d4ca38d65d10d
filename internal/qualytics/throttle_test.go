// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// listAtOnce lists the whole history several times concurrently.
func listAtOnce(t testing.TB, client *Client, lists, count int) {
	t.Helper()
	var group errgroup.Group
	for range lists {
		group.Go(func() error {
			listing, err := client.Operations(t.Context(), Filter{}, 0)
			if err == nil && (len(listing.Items) != count || !listing.Steady) {
				err = fmt.Errorf("listed %d of %d Runs, steady: %v", len(listing.Items), count, listing.Steady)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}

// Ten concurrent lists behind a gateway that limits the rate all succeed, nearly at that rate and
// with few rejected requests.
func TestManyListsBehindAGateway(t *testing.T) {
	const lists, count, rate, burst = 10, 1_600, 20, 60
	synctest.Test(t, func(t *testing.T) {
		server := (&mockapi.Gateway{Rate: rate, Burst: burst}).Handler(newBareHistory(count, 20*time.Millisecond))
		var accepted, rejected atomic.Int32
		client := simulated(t, func(request *http.Request) (*http.Response, error) {
			recorder := httptest.NewRecorder()
			server.ServeHTTP(recorder, request)
			if recorder.Code == http.StatusTooManyRequests {
				rejected.Add(1)
			} else {
				accepted.Add(1)
			}
			return recorder.Result(), nil
		}, noRetries)
		began := time.Now()
		listAtOnce(t, client, lists, count)
		if rejected.Load() == 0 || rejected.Load() > accepted.Load()/2 {
			t.Errorf("%d requests rejected, %d accepted", rejected.Load(), accepted.Load())
		}
		ideal := time.Duration(accepted.Load()-burst) * time.Second / rate
		if took := time.Since(began); took > ideal*3/2 {
			t.Errorf("took %v, at best %v", took, ideal)
		}
	})
}

// rateLimited returns a client of a server that rejects requests while a function returns true.
func rateLimited(t *testing.T, rejects func(since time.Duration) bool, header http.Header, requests *atomic.Int32) *Client {
	t.Helper()
	began := time.Now()
	return simulated(t, func(*http.Request) (*http.Response, error) {
		requests.Add(1)
		if rejects(time.Since(began)) {
			return canned(429, header, mockapi.GatewayPage(429)), nil
		}
		return canned(200, nil, `{"id": 100, "items": [], "total": 0}`), nil
	}, noRetries)
}

func TestRateLimitUsesNoRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32
		client := rateLimited(t, func(since time.Duration) bool { return since < 4*time.Minute }, nil, &requests)
		if _, err := client.Operation(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
		if got := requests.Load(); got < 5 || got > 25 {
			t.Errorf("%d requests in 4 minutes", got)
		}
	})
}

func TestRateLimitTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32
		client := rateLimited(t, func(time.Duration) bool { return true }, http.Header{"Retry-After": {"17"}}, &requests)
		began := time.Now()
		_, err := client.Operation(t.Context(), 100)
		failed := failure(t, err)
		equal(t, "kind", failed.Kind, KindRateLimited)
		equal(t, "pause", failed.RetryAfter, 17*time.Second)
		equal(t, "requests", requests.Load(), int32(1+18))
		equal(t, "took", time.Since(began), 18*17*time.Second)
	})
}

func TestRateLimitPausesClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32
		client := rateLimited(t, func(since time.Duration) bool { return since < time.Second }, http.Header{"Retry-After": {"20"}}, &requests)
		go func() { _, _ = client.Operation(t.Context(), 100) }()
		synctest.Wait()
		began := time.Now()
		if _, err := client.Operations(t.Context(), Filter{}, 0); err != nil {
			t.Fatal(err)
		}
		equal(t, "took", time.Since(began), 20*time.Second)
		synctest.Wait()
		equal(t, "requests", requests.Load(), int32(3))
	})
}

// turn makes one request with the given status.
func (t *throttle) turn(ctx context.Context, status int) error {
	turn, err := t.acquire(ctx)
	if err == nil {
		t.release(turn, canned(status, nil, ""))
	}
	return err
}

// A request that waits for the end of a pause ends with its context.
func TestPauseEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		throttle := newThrottle(time.Minute)
		equal(t, "error", throttle.turn(t.Context(), 429), error(nil))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		equal(t, "error", throttle.turn(ctx, 200), context.DeadlineExceeded)
		equal(t, "took", time.Since(began), time.Second)
	})
}

// Pauses grow only until a request succeeds. The next 429 then pauses for at most a second.
func TestPausesShrinkAfterSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		throttle := newThrottle(time.Second)
		request := func(status int) {
			if err := throttle.turn(t.Context(), status); err != nil {
				t.Fatal(err)
			}
		}
		for _, seconds := range []int{1, 2, 4, 8, 16, 30, 30} {
			longest := time.Duration(seconds) * time.Second
			if request(429); throttle.pauseLeft() < longest/2 || throttle.pauseLeft() > longest {
				t.Errorf("a pause of %v, want at most %v", throttle.pauseLeft(), longest)
			}
		}
		equal(t, "limit", throttle.limit, float64(minInFlight))
		request(200)
		if request(429); throttle.pauseLeft() > time.Second {
			t.Errorf("a pause of %v after a success", throttle.pauseLeft())
		}
		for range 4_000 {
			request(200)
		}
		equal(t, "limit", throttle.limit, float64(maxInFlight))
	})
}

// The rejection of requests that were in flight when a pause began does not prolong it.
func TestConcurrentRejectionsPauseOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		throttle := newThrottle(time.Second)
		var turns []int
		for range 40 {
			turn, err := throttle.acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			turns = append(turns, turn)
		}
		for _, turn := range turns {
			throttle.release(turn, canned(429, nil, ""))
		}
		equal(t, "pauses", throttle.pauses, 1)
		equal(t, "limit", throttle.limit, maxInFlight/2.)
		if pause := throttle.pauseLeft(); pause > time.Second {
			t.Errorf("a pause of %v", pause)
		}
	})
}

// The limit of concurrent requests applies to the whole client, whatever the number of lists.
func TestConcurrentRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inFlight, peak atomic.Int32
		runs := newBareHistory(1000, 50*time.Millisecond)
		client := simulated(t, func(request *http.Request) (*http.Response, error) {
			defer inFlight.Add(-1)
			peak.Store(max(peak.Load(), inFlight.Add(1)))
			recorder := httptest.NewRecorder()
			runs.ServeHTTP(recorder, request)
			return recorder.Result(), nil
		})
		listAtOnce(t, client, 15, 1000)
		equal(t, "concurrent requests", peak.Load(), int32(maxInFlight))
	})
}
