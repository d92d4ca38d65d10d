// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package runwait

import (
	"context"
	"errors"
	"fmt"
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

// The end of a Run is noticed soon, whatever its length, with a limited number of polls.
func TestSeenSoon(t *testing.T) {
	for length, most := range map[time.Duration]int{
		time.Second: 3, 5 * time.Second: 8, 25 * time.Second: 24, time.Minute: 36, 5 * time.Minute: 70,
		20 * time.Minute: 190, time.Hour: 510, 2 * time.Hour: 990,
	} {
		for _, longest := range []time.Duration{20 * time.Millisecond, time.Second, 10 * time.Second, time.Hour} {
			if length > time.Minute && longest < time.Second {
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				run := newFakeRun(length)
				operation, err := run.wait(t.Context(), longest)
				if err != nil || operation.Result != qualytics.ResultSuccess {
					t.Fatalf("%v: got %v, %v", length, operation, err)
				}
				last := run.polls[len(run.polls)-1]
				if bound := min(length*11/10+2*time.Second, length+longest); last > bound {
					t.Errorf("%v, at most %v between polls: noticed after %v, want at most %v", length, longest, last, bound)
				}
				if longest >= 10*time.Second && len(run.polls) > most {
					t.Errorf("%v, at most %v between polls: %d polls, want at most %d", length, longest, len(run.polls), most)
				}
				for i, pause := range run.pauses() {
					want := min(longest, max(time.Second, (run.polls[i]-pause)/10))
					if pause > want || pause < want-want/4-time.Nanosecond {
						t.Fatalf("%v: pause %d is %v, want %v or up to a quarter less", longest, i, pause, want)
					}
				}
			})
		}
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

// Polls may fail for a minute, whatever the error.
func TestFailedPolls(t *testing.T) {
	kinds := map[string]error{
		"transient": transient, "missing": missing, "odd": errOdd, "untrusted": &qualytics.Error{Kind: qualytics.KindUntrusted},
		"no such host": &qualytics.Error{Kind: qualytics.KindUnresolvable}, "unauthorized": &qualytics.Error{Kind: qualytics.KindUnauthorized},
	}
	for name, failure := range kinds {
		for _, from := range []time.Duration{0, 2 * time.Minute, 30 * time.Minute} {
			for _, lasts := range []time.Duration{time.Second, 50 * time.Second, time.Hour} {
				t.Run(fmt.Sprint(name, "/", from, "/", lasts), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						run := newFakeRun(40 * time.Minute)
						run.fails = func(int) error {
							at := time.Since(run.began)
							return errorIf(from <= at && at < from+lasts, failure)
						}
						operation, err := run.wait(t.Context(), 10*time.Second)
						if lasts < time.Minute {
							if err != nil || !operation.Finished() {
								t.Errorf("got %v, %v", operation, err)
							}
							return
						}
						if !errors.Is(err, failure) {
							t.Errorf("got %v, want %v", err, failure)
						}
						if operation == nil || operation.Result != qualytics.ResultRunning {
							t.Errorf("the last known state is %v", operation)
						}
						earliest := from + Patience
						if name == "missing" && from == 0 {
							earliest += time.Minute // the grace period
						}
						if last := run.polls[len(run.polls)-1]; last < earliest || last > earliest+20*time.Second {
							t.Errorf("gave up after %v, want %v", last, earliest)
						}
					})
				})
			}
		}
	}
}

// Only consecutive failures count.
func TestSuccessBetweenFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := newFakeRun(30 * time.Minute)
		run.fails = func(poll int) error { return errorIf(poll%5 != 0, transient) }
		if operation, err := run.wait(t.Context(), 10*time.Second); err != nil || !operation.Finished() {
			t.Errorf("got %v, %v", operation, err)
		}
	})
}

// A Run that ends between the last poll and the deadline is noticed. After Ctrl-C, nothing is polled.
func TestLastPollAtDeadline(t *testing.T) {
	for name, test := range map[string]struct {
		during bool // the deadline expires during a poll
		cancel bool
		hangs  bool // the last poll
		want   error
		took   time.Duration
	}{
		"between polls": {took: time.Minute},
		"during a poll": {during: true, took: time.Minute},
		"no response":   {hangs: true, want: context.DeadlineExceeded, took: time.Minute + lastPollTimeout},
		"Ctrl-C":        {cancel: true, want: context.Canceled, took: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				if test.cancel {
					ctx, cancel = context.WithCancel(t.Context())
					time.AfterFunc(time.Minute, cancel)
				}
				defer cancel()
				began := time.Now()
				poller := Poller{MaxInterval: 25 * time.Second, Get: func(poll context.Context, _ int64) (*qualytics.Operation, error) {
					expired := time.Since(began) >= time.Minute
					if expired && test.hangs || !expired && test.during && time.Since(began) > 30*time.Second {
						<-poll.Done()
						return nil, missing // which is no reason for the end of the wait
					}
					if expired {
						return &qualytics.Operation{ID: 100, Result: qualytics.ResultSuccess}, nil
					}
					return running(), nil
				}}
				operation, err := poller.Wait(ctx, running(), nil)
				if !errors.Is(err, test.want) || errors.Is(err, missing) || operation.Finished() != (test.want == nil) {
					t.Errorf("got %v, %v", operation, err)
				}
				if took := time.Since(began); took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
			})
		})
	}
}

// A server may set the end time before the result. After some more polls, the Run counts as ended.
func TestEndTimeBeforeResult(t *testing.T) {
	ends := map[qualytics.Result]int{qualytics.ResultFailure: 3, qualytics.ResultRunning: maxLingering}
	for result, polls := range ends {
		synctest.Test(t, func(t *testing.T) {
			polled := 0
			poller := Poller{MaxInterval: time.Second, Get: func(context.Context, int64) (*qualytics.Operation, error) {
				run := running()
				run.EndTime = "2026-05-01T09:31:30Z"
				if polled++; polled == 3 {
					run.Result = result
				}
				return run, nil
			}}
			operation, err := poller.Wait(t.Context(), running(), nil)
			if err != nil || operation.Result != result || polled != polls {
				t.Errorf("%s: got %v, %v after %d polls, want %d", result, operation, err, polled, polls)
			}
		})
	}
}

// A Run that still shows its old end counts as active.
func TestStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := &qualytics.Operation{ID: 100, Result: qualytics.ResultAborted, StartTime: "1", EndTime: "2"}
		polled := 0
		poller := Poller{
			MaxInterval: time.Second,
			Stale:       func(run *qualytics.Operation) bool { return !run.ContinuedSince(before) },
			Get: func(context.Context, int64) (*qualytics.Operation, error) {
				run := *before
				if polled++; polled > 20 {
					run.EndTime = "3"
				}
				return &run, nil
			},
		}
		operation, err := poller.Wait(t.Context(), before, nil)
		if err != nil || operation.EndTime != "3" || polled != 21 {
			t.Errorf("got %v, %v after %d polls", operation, err, polled)
		}
	})
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
				run.fails = func(poll int) error { return errorIf(failing && poll > 2, transient) }
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
