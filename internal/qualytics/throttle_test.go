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

// listAtOnce lists the whole history so many times at once.
func listAtOnce(t testing.TB, client *Client, lists, count int) {
	t.Helper()
	var group errgroup.Group
	for range lists {
		group.Go(func() error {
			listing, err := client.Operations(t.Context(), Filter{}, 0)
			if err == nil && (len(listing.Items) != count || !listing.Steady) {
				err = fmt.Errorf("%d Runs of %d, steady: %v", len(listing.Items), count, listing.Steady)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}

// Ten lists at once get through the gateway that limits them, all of them, nearly as fast as it allows and
// without asking much in vain.
func TestManyListsBehindAGateway(t *testing.T) {
	const lists, count, rate, burst = 10, 10_000, 50, 250
	synctest.Test(t, func(t *testing.T) {
		server := (&mockapi.Gateway{Rate: rate, Burst: burst}).Handler(newHistory(count, 20*time.Millisecond))
		var accepted, refused atomic.Int32
		client := simulated(t, func(request *http.Request) (*http.Response, error) {
			recorder := httptest.NewRecorder()
			server.ServeHTTP(recorder, request)
			if recorder.Code == http.StatusTooManyRequests {
				refused.Add(1)
			} else {
				accepted.Add(1)
			}
			return recorder.Result(), nil
		}, noRetries)
		began := time.Now()
		listAtOnce(t, client, lists, count)
		if refused.Load() == 0 || refused.Load() > accepted.Load()/2 {
			t.Errorf("%d requests refused, %d accepted", refused.Load(), accepted.Load())
		}
		ideal := time.Duration(accepted.Load()-burst) * time.Second / rate
		if took := time.Since(began); took > ideal*3/2 {
			t.Errorf("took %v, which would be %v at best", took, ideal)
		}
	})
}

// rateLimited is a client of a server that refuses requests for as long as a function says.
func rateLimited(t *testing.T, refuses func(since time.Duration) bool, header http.Header, requests *atomic.Int32) *Client {
	t.Helper()
	began := time.Now()
	return simulated(t, func(*http.Request) (*http.Response, error) {
		requests.Add(1)
		if refuses(time.Since(began)) {
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

func TestRateLimitPatience(t *testing.T) {
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

func TestRateLimitPausesTheWholeClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32
		client := rateLimited(t, func(since time.Duration) bool { return since < time.Second }, http.Header{"Retry-After": {"20"}}, &requests)
		go func() { _, _ = client.Operation(t.Context(), 100) }()
		synctest.Wait()
		began := time.Now()
		if _, err := client.Operations(t.Context(), Filter{}, 0); err != nil {
			t.Fatal(err)
		}
		equal(t, "the other's pause", time.Since(began), 20*time.Second)
		synctest.Wait()
		equal(t, "requests", requests.Load(), int32(3))
	})
}

func TestRateLimitEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32
		client := rateLimited(t, func(time.Duration) bool { return true }, http.Header{"Retry-After": {"20"}}, &requests)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		_, err := client.Operation(ctx, 100)
		equal(t, "kind", failure(t, err).Kind, KindCancelled)
		equal(t, "took", time.Since(began), 5*time.Second)
		equal(t, "requests", requests.Load(), int32(1))
	})
}

// Pauses grow only while nothing succeeds: after each success, the next 429 pauses for a second at most.
func TestPausesShrinkAfterSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := newThrottle(serverFunc(func(*http.Request) (*http.Response, error) { return canned(200, nil, ""), nil }), time.Second, time.Hour)
		refuse := func() time.Duration {
			turn, err := limit.wait(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			limit.slowDown(turn, canned(429, nil, ""), time.Now())
			return time.Until(limit.resume)
		}
		succeed := func() {
			turn, err := limit.wait(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			limit.leave(turn, true)
		}
		for _, seconds := range []int{1, 2, 4, 8, 16, 30, 30} {
			longest := time.Duration(seconds) * time.Second
			if pause := refuse(); pause < longest/2 || pause > longest {
				t.Errorf("a pause of %v, want %v at most", pause, longest)
			}
		}
		equal(t, "bound", limit.bound, float64(fewestUnderWay))
		succeed()
		if pause := refuse(); pause > time.Second {
			t.Errorf("a pause of %v after a success", pause)
		}
		for range 10_000 {
			succeed()
		}
		equal(t, "bound", limit.bound, float64(mostUnderWay))
		time.Sleep(time.Minute)
	})
}

// What was under way when a pause began does not lengthen it.
func TestRefusedTogetherIsOnePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := newThrottle(nil, time.Second, time.Hour)
		var turns []*turn
		for range 40 {
			turn, err := limit.wait(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			turns = append(turns, turn)
		}
		for _, turn := range turns {
			limit.slowDown(turn, canned(429, nil, ""), time.Now())
		}
		equal(t, "pauses", limit.pauses, 1)
		equal(t, "bound", limit.bound, mostUnderWay/2.)
		if pause := time.Until(limit.resume); pause > time.Second {
			t.Errorf("a pause of %v", pause)
		}
		time.Sleep(time.Minute)
	})
}

// One client has so many requests under way, whatever the number of lists.
func TestUnderWayOfOneClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var underWay, most atomic.Int32
		runs := newHistory(2000, 50*time.Millisecond)
		client := simulated(t, func(request *http.Request) (*http.Response, error) {
			defer underWay.Add(-1)
			most.Store(max(most.Load(), underWay.Add(1)))
			recorder := httptest.NewRecorder()
			runs.ServeHTTP(recorder, request)
			return recorder.Result(), nil
		})
		listAtOnce(t, client, 15, 2000)
		equal(t, "requests under way at a time", most.Load(), int32(mostUnderWay))
	})
}
