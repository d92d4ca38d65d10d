// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package runwait

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	transient = &qualytics.Error{Call: "GET /api/operations/100", Kind: qualytics.KindUnavailable, StatusCode: 502, Detail: "Bad Gateway"}
	missing   = &qualytics.Error{Call: "GET /api/operations/100", Kind: qualytics.KindNotFound, StatusCode: 404, Detail: "Run does not exist"}
)

var errOdd = errors.New("odd")

// fakeRun is a Run that records its polls.
type fakeRun struct {
	polls []time.Duration // since it began
	began time.Time
	ends  time.Duration // since it began; 0: never
	fails func(poll int) error
}

func newFakeRun(ends time.Duration) *fakeRun { return &fakeRun{began: time.Now(), ends: ends} }

func (r *fakeRun) get(context.Context, int64) (*qualytics.Operation, error) {
	r.polls = append(r.polls, time.Since(r.began))
	if r.fails != nil {
		if err := r.fails(len(r.polls)); err != nil {
			return nil, err
		}
	}
	if r.ends > 0 && time.Since(r.began) >= r.ends {
		return &qualytics.Operation{ID: 100, Result: qualytics.ResultSuccess}, nil
	}
	return &qualytics.Operation{ID: 100, Result: qualytics.ResultRunning}, nil
}

func (r *fakeRun) pauses() []time.Duration {
	pauses := slices.Clone(r.polls)
	for i := len(pauses) - 1; i > 0; i-- {
		pauses[i] -= pauses[i-1]
	}
	return pauses
}

// wait waits for the Run, which is running.
func (r *fakeRun) wait(ctx context.Context, maxInterval time.Duration) (*qualytics.Operation, error) {
	poller := Poller{Get: r.get, MaxInterval: maxInterval, NotFoundGrace: time.Minute}
	return poller.Wait(ctx, running(), nil)
}

func running() *qualytics.Operation {
	return &qualytics.Operation{ID: 100, Result: qualytics.ResultRunning}
}

func TestIntervals(t *testing.T) {
	for _, longest := range []time.Duration{20 * time.Millisecond, time.Second, 10 * time.Second, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			run := newFakeRun(time.Hour)
			operation, err := run.wait(t.Context(), longest)
			if err != nil || operation.Result != qualytics.ResultSuccess {
				t.Fatalf("%v: got %v, %v", longest, operation, err)
			}
			if last := run.polls[len(run.polls)-1]; last > time.Hour+longest {
				t.Errorf("%v: noticed the end of the Run %v late", longest, last-time.Hour)
			}
			want := min(time.Second, longest)
			for i, pause := range run.pauses() {
				if pause > want || pause < want-want/4-time.Nanosecond {
					t.Fatalf("%v: pause %d is %v, want %v or up to a quarter less", longest, i, pause, want)
				}
				want = min(want*3/2, longest)
			}
			if most := int(time.Hour/(longest*3/4)) + 15; len(run.polls) > most {
				t.Errorf("%v: %d polls in an hour, want at most %d", longest, len(run.polls), most)
			}
		})
	}
}

func TestJitter(t *testing.T) {
	different := map[time.Duration]bool{}
	for range 1000 {
		pause := jitter(time.Second)
		different[pause] = true
		if pause > time.Second || pause < 750*time.Millisecond {
			t.Fatalf("%v", pause)
		}
	}
	if len(different) < 500 {
		t.Errorf("%d different pauses in 1000", len(different))
	}
	if pause := jitter(0); pause != 0 {
		t.Errorf("a pause of 0 becomes %v", pause)
	}
}

func TestFailedPolls(t *testing.T) {
	for name, test := range map[string]struct {
		fails func(poll int) error
		polls int // 0: until the Run is terminal
	}{
		"one":                  {func(poll int) error { return errorIf(poll == 3, transient) }, 0},
		"nine in a row":        {func(poll int) error { return errorIf(poll <= 9, transient) }, 0},
		"nine in a row, twice": {func(poll int) error { return errorIf(poll != 10 && poll < 20, transient) }, 0},
		"all but every tenth":  {func(poll int) error { return errorIf(poll%10 != 0, transient) }, 0},
		"ten in a row":         {func(poll int) error { return errorIf(poll > 2, transient) }, 12},
		"one odd":              {func(poll int) error { return errorIf(poll == 3, errOdd) }, 0},
		"two odd in a row":     {func(poll int) error { return errorIf(poll == 3 || poll == 4, errOdd) }, 0},
		"three odd in a row":   {func(poll int) error { return errorIf(poll >= 3, errOdd) }, 5},
		"odd and transient":    {func(poll int) error { return cmp.Or(errorIf(poll == 3, errOdd), errorIf(poll > 3, transient)) }, 12},
		"missing at first":     {func(poll int) error { return errorIf(poll < 10, missing) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				run := newFakeRun(10 * time.Minute)
				run.fails = test.fails
				operation, err := run.wait(t.Context(), 10*time.Second)
				if test.polls == 0 {
					if err != nil || !operation.Finished() {
						t.Errorf("got %v, %v", operation, err)
					}
					return
				}
				if want := run.fails(len(run.polls)); !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
				if len(run.polls) != test.polls {
					t.Errorf("%d polls, want %d", len(run.polls), test.polls)
				}
				if operation == nil || operation.Result != qualytics.ResultRunning {
					t.Errorf("the last known state is %v", operation)
				}
			})
		})
	}
}

func errorIf(fails bool, err error) error {
	if fails {
		return err
	}
	return nil
}

func TestContextEnds(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(context.Context) (context.Context, context.CancelFunc)
		want error
	}{
		"deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Minute)
		}, context.DeadlineExceeded},
		"cancelled": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Minute, cancel)
			return ctx, cancel
		}, context.Canceled},
	} {
		for _, failing := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := test.end(t.Context())
				defer cancel()
				run := newFakeRun(0)
				run.fails = func(poll int) error { return errorIf(failing && poll > 2 && poll%5 != 0, transient) }
				began := time.Now()
				operation, err := run.wait(ctx, 25*time.Second)
				if !errors.Is(err, test.want) || errors.Is(err, transient) != failing {
					t.Errorf("%s: got %v", name, err)
				}
				if failing && !strings.Contains(err.Error(), "the last poll failed: GET /api/operations/100: HTTP 502: Bad Gateway") {
					t.Errorf("%s: got %v", name, err)
				}
				if took := time.Since(began); took != time.Minute {
					t.Errorf("%s: took %v", name, took)
				}
				if operation == nil || operation.ID != 100 {
					t.Errorf("%s: the last known state is %v", name, operation)
				}
			})
		}
	}
}

// A 404 counts only after the grace period, and only in several consecutive polls.
func TestNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := newFakeRun(0)
		run.fails = func(int) error { return missing }
		operation, err := run.wait(t.Context(), 10*time.Second)
		if !errors.Is(err, missing) || operation.ID != 100 {
			t.Errorf("got %v, %v", operation, err)
		}
		counted := 0
		for _, poll := range run.polls {
			if poll >= time.Minute {
				counted++
			}
		}
		if counted != maxPermanent {
			t.Errorf("%d polls after a minute, want %d", counted, maxPermanent)
		}
	})
}

func TestContextEndsDuringPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		poller := Poller{MaxInterval: time.Second, Get: func(ctx context.Context, _ int64) (*qualytics.Operation, error) {
			<-ctx.Done()
			return nil, missing
		}}
		operation, err := poller.Wait(ctx, running(), nil)
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, missing) || operation.ID != 100 {
			t.Errorf("got %v, %v", operation, err)
		}
	})
}

func TestContextEndsBeforeFirstPoll(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	run := newFakeRun(time.Hour)
	operation, err := run.wait(ctx, time.Hour)
	if !errors.Is(err, context.Canceled) || operation.ID != 100 || len(run.polls) > 0 {
		t.Errorf("got %v, %v after %d polls", operation, err, len(run.polls))
	}
}

func TestTerminalBefore(t *testing.T) {
	poller := Poller{MaxInterval: time.Hour}
	done := &qualytics.Operation{ID: 100, Result: qualytics.ResultFailure}
	operation, err := poller.Wait(t.Context(), done, nil)
	if err != nil || operation != done {
		t.Errorf("got %v, %v", operation, err)
	}
}

// The progress is reported after each poll, and every few seconds until the next one.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := newFakeRun(time.Hour)
		poller := Poller{Get: run.get, MaxInterval: 5 * time.Minute}
		before, reports := time.Now(), 0
		last, err := poller.Wait(t.Context(), running(), func(*qualytics.Operation) {
			if silence := time.Since(before); silence > progressInterval {
				t.Errorf("no report for %v", silence)
			}
			before = time.Now()
			reports++
		})
		if err != nil || !last.Finished() {
			t.Fatalf("got %v, %v", last, err)
		}
		if least := int(time.Hour / progressInterval); reports < least {
			t.Errorf("%d reports in an hour, want at least %d", reports, least)
		}
	})
}
