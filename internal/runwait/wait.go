// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

// Package runwait waits until a Run is terminal. It polls often at first and then less and less,
// tolerates polls that fail for a while, and ends with its context.
package runwait

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

const (
	// firstInterval is the first interval between two polls. Later ones are a tenth of the time
	// waited so far, so the end of a Run is noticed after at most 1.1 times its own time.
	firstInterval = time.Second
	intervalShare = 10

	// Patience is how long consecutive polls must fail before the wait ends. Any single error, even
	// a 401, a 404 or an untrusted certificate, may come from a lagging replica or a proxy.
	Patience = time.Minute

	// maxLingering is the number of consecutive polls that must show an end time before a Run with
	// an active result counts as ended. Some servers set the end time before the result.
	maxLingering = 5

	// lastPollTimeout limits the poll at the deadline.
	lastPollTimeout = 5 * time.Second

	// progressInterval is the interval of the progress reports between two polls.
	progressInterval = 10 * time.Second
)

// Poller polls a Run.
type Poller struct {
	// Get returns the current state of the Run.
	Get func(ctx context.Context, id int64) (*qualytics.Operation, error)
	// MaxInterval is the maximum interval between two polls. The first interval is 1 s at most.
	MaxInterval time.Duration
	// Patience is how long consecutive polls must fail before the wait ends. 0 means [Patience].
	Patience time.Duration
	// NotFoundGrace is how long after the beginning a 404 is ignored: a replica may not know a new
	// Run yet.
	NotFoundGrace time.Duration
	// Stale reports whether a state of the Run is outdated, so that the Run counts as active: a
	// resumed Run may still show its old end. nil means that no state is.
	Stale func(run *qualytics.Operation) bool
}

// Progress receives the last known state of the Run, after each poll and every 10 s in between.
type Progress func(run *qualytics.Operation)

// Wait polls a Run until it is terminal, and returns it. seen is its last known state; the first
// poll follows one interval later. progress may be nil. If several polls show a Run with an end time
// and an active result, Wait returns it as well.
//
// If ctx is cancelled or its deadline expires, Wait returns an error that wraps that of ctx; at the
// deadline, it first polls once more. If polls fail for longer than Patience, it returns the error
// of the last one. In all cases, it also returns the last known state of the Run.
func (p Poller) Wait(ctx context.Context, seen *qualytics.Operation, progress Progress) (*qualytics.Operation, error) {
	began := time.Now()
	var failed failures
	for lingering := 0; !p.ended(seen) && lingering < maxLingering; {
		sleep(ctx, jitter(p.interval(time.Since(began))), seen, progress)
		run, err := p.poll(ctx, seen.ID)
		switch {
		case err == nil:
			seen, failed = run, failures{}
			if lingering++; seen.Finished() || seen.EndTime == "" || p.stale(seen) {
				lingering = 0
			}
			if progress != nil {
				progress(seen)
			}
		case ctx.Err() != nil:
		case qualytics.IsNotFound(err) && time.Since(began) < p.NotFoundGrace:
		default:
			if failed.add(err); failed.lasted() >= p.patience() {
				return seen, err
			}
		}
		if err := ctx.Err(); err != nil && !p.ended(seen) {
			return seen, failed.explain(err)
		}
	}
	return seen, nil
}

// poll polls once. If the deadline of ctx has expired, or expires meanwhile, it polls once more.
func (p Poller) poll(ctx context.Context, id int64) (*qualytics.Operation, error) {
	if ctx.Err() == nil {
		if run, err := p.Get(ctx, id); err == nil || ctx.Err() == nil {
			return run, err
		}
	}
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, ctx.Err()
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastPollTimeout)
	defer cancel()
	return p.Get(last, id)
}

func (p Poller) ended(run *qualytics.Operation) bool { return run.Finished() && !p.stale(run) }

func (p Poller) stale(run *qualytics.Operation) bool { return p.Stale != nil && p.Stale(run) }

// interval returns the interval to the next poll.
func (p Poller) interval(waited time.Duration) time.Duration {
	return min(max(waited/intervalShare, firstInterval), p.MaxInterval)
}

func (p Poller) patience() time.Duration { return cmp.Or(p.Patience, Patience) }

// failures are consecutive failed polls.
type failures struct {
	since time.Time
	last  error
}

func (f *failures) add(err error) {
	if f.last == nil {
		f.since = time.Now()
	}
	f.last = err
}

// lasted returns the time since the first failed poll.
func (f *failures) lasted() time.Duration { return time.Since(f.since) }

// explain adds the error of the last poll, which may be the reason for a timeout.
func (f *failures) explain(err error) error {
	if f.last == nil {
		return err
	}
	return fmt.Errorf("%w; the last poll failed: %w", err, f.last)
}

// jitter shortens an interval by up to a quarter, so that many waits do not poll in step.
func jitter(interval time.Duration) time.Duration {
	return interval - rand.N(interval/4+1) //nolint:gosec // jitter needs no secrecy
}

// sleep pauses, at most until ctx ends, and reports the progress meanwhile.
func sleep(ctx context.Context, pause time.Duration, seen *qualytics.Operation, progress Progress) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	ticker := time.NewTicker(progressInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case <-ticker.C:
			if progress != nil {
				progress(seen)
			}
		}
	}
}
