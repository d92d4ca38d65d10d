// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package runwait

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	passing   = &qualytics.Error{Call: "GET /api/operations/100", Kind: qualytics.KindUnavailable, StatusCode: 502, Detail: "Bad Gateway"}
	permanent = &qualytics.Error{Call: "GET /api/operations/100", Kind: qualytics.KindNotFound, StatusCode: 404, Detail: "Run 100 does not exist"}
)

var errOdd = errors.New("odd")

// watched is a Run that is polled. It notes when.
type watched struct {
	polls []time.Duration // since it began
	began time.Time
	ends  time.Duration // after which it is finished; 0: never
	fails func(poll int) error
}

func watch(ends time.Duration) *watched { return &watched{began: time.Now(), ends: ends} }

func (w *watched) look(context.Context) (*qualytics.Operation, error) {
	w.polls = append(w.polls, time.Since(w.began))
	if w.fails != nil {
		if err := w.fails(len(w.polls)); err != nil {
			return nil, err
		}
	}
	if w.ends > 0 && time.Since(w.began) >= w.ends {
		return &qualytics.Operation{ID: 100, Result: qualytics.ResultSuccess}, nil
	}
	return &qualytics.Operation{ID: 100, Result: qualytics.ResultRunning}, nil
}

func (w *watched) pauses() []time.Duration {
	pauses := slices.Clone(w.polls)
	for i := len(pauses) - 1; i > 0; i-- {
		pauses[i] -= pauses[i-1]
	}
	return pauses
}

func finished(operation *qualytics.Operation) bool { return operation.Finished() }

func TestPace(t *testing.T) {
	for _, longest := range []time.Duration{20 * time.Millisecond, time.Second, 10 * time.Second, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			run := watch(time.Hour)
			operation, err := Pace{Longest: longest}.Until(t.Context(), run.look, finished, nil)
			if err != nil || operation.Result != qualytics.ResultSuccess {
				t.Fatalf("%v: got %v, %v", longest, operation, err)
			}
			if last := run.polls[len(run.polls)-1]; last > time.Hour+longest {
				t.Errorf("%v: the end of the Run is seen %v late", longest, last-time.Hour)
			}
			want := min(time.Second, longest)
			for i, pause := range run.pauses() {
				if pause > want || pause < want-want/4-time.Nanosecond {
					t.Fatalf("%v: pause %d is %v, want at most %v and a quarter less", longest, i, pause, want)
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
		t.Errorf("no pause becomes %v", pause)
	}
}

func TestErrorsInPassing(t *testing.T) {
	for name, test := range map[string]struct {
		fails func(poll int) error
		polls int // 0: until it is finished
	}{
		"one":                  {func(poll int) error { return errorIf(poll == 3, passing) }, 0},
		"nine in a row":        {func(poll int) error { return errorIf(poll <= 9, passing) }, 0},
		"nine in a row, twice": {func(poll int) error { return errorIf(poll != 10 && poll < 20, passing) }, 0},
		"all but every tenth":  {func(poll int) error { return errorIf(poll%10 != 0, passing) }, 0},
		"ten in a row":         {func(poll int) error { return errorIf(poll > 2, passing) }, 12},
		"one for good":         {func(poll int) error { return errorIf(poll == 3, permanent) }, 3},
		"one of another kind":  {func(poll int) error { return errorIf(poll == 3, errOdd) }, 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				run := watch(10 * time.Minute)
				run.fails = test.fails
				operation, err := Pace{Longest: 10 * time.Second}.Until(t.Context(), run.look, finished, nil)
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
					t.Errorf("the last Run seen is %v", operation)
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

func TestEndOfContext(t *testing.T) {
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
				run := watch(0)
				run.fails = func(poll int) error { return errorIf(failing && poll > 2 && poll%5 != 0, passing) }
				began := time.Now()
				operation, err := Pace{Longest: 25 * time.Second}.Until(ctx, run.look, finished, nil)
				if !errors.Is(err, test.want) || errors.Is(err, passing) != failing {
					t.Errorf("%s: got %v", name, err)
				}
				if failing && !strings.Contains(err.Error(), "the last poll failed: GET /api/operations/100: HTTP 502: Bad Gateway") {
					t.Errorf("%s: got %v", name, err)
				}
				if took := time.Since(began); took != time.Minute {
					t.Errorf("%s: took %v", name, took)
				}
				if operation == nil || operation.ID != 100 {
					t.Errorf("%s: the last Run seen is %v", name, operation)
				}
			})
		}
	}
}

func TestEndOfContextDuringAPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		look := func(ctx context.Context) (*qualytics.Operation, error) {
			<-ctx.Done()
			return nil, permanent
		}
		operation, err := Pace{Longest: time.Second}.Until(ctx, look, finished, nil)
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, permanent) || operation != nil {
			t.Errorf("got %v, %v", operation, err)
		}
	})
}

func TestEndedBeforeTheFirstPoll(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	run := watch(time.Hour)
	operation, err := Pace{Longest: time.Hour}.Until(ctx, run.look, finished, nil)
	if !errors.Is(err, context.Canceled) || operation != nil || len(run.polls) > 0 {
		t.Errorf("got %v, %v after %d polls", operation, err, len(run.polls))
	}
}

func TestProgress(t *testing.T) {
	counted := func(result qualytics.Result, counts ...float64) *qualytics.Operation {
		operation := &qualytics.Operation{ID: 100, Result: result, Status: qualytics.Counters{}}
		for i, count := range counts {
			operation.Status[string(rune('a'+i))] = big.NewFloat(count)
		}
		return operation
	}
	seen := []*qualytics.Operation{
		counted("queued"), counted("queued"), counted("running"), counted("running", 0), counted("running", 0),
		counted("running", 5), nil, counted("running", 5), counted("running", 5, 1), counted("running", 1, 5), counted("success", 1, 5),
	}
	want := []int{0, 2, 3, 5, 8, 9, 10}
	synctest.Test(t, func(t *testing.T) {
		var polls int
		var told []int
		look := func(context.Context) (*qualytics.Operation, error) {
			polls++
			if seen[polls-1] == nil {
				return nil, passing
			}
			return seen[polls-1], nil
		}
		progress := func(operation *qualytics.Operation) {
			if operation != seen[polls-1] {
				t.Errorf("told of %v in poll %d", operation, polls)
			}
			told = append(told, polls-1)
		}
		if _, err := (Pace{Longest: time.Second}).Until(t.Context(), look, finished, progress); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(told, want) {
			t.Errorf("told after the polls %v, want %v", told, want)
		}
	})
}
