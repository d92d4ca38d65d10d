// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

// Package runwait waits until a Run is terminal. It polls with growing intervals, tolerates single
// failed polls, and ends with its context.
package runwait

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

const (
	firstInterval = time.Second
	growth        = 1.5

	// maxTransient is the number of consecutive failed polls that ends the wait. The client retries
	// each poll, so with the default intervals a server may be unavailable for some minutes.
	maxTransient = 10

	// maxPermanent is the same for errors that are not transient, such as a 401 or a 404. A single
	// one may come from a lagging replica or a proxy.
	maxPermanent = 3

	// progressInterval is the interval of the progress reports between two polls.
	progressInterval = 10 * time.Second
)

// Poller polls a Run.
type Poller struct {
	// Get returns the current state of the Run.
	Get func(ctx context.Context, id int64) (*qualytics.Operation, error)
	// MaxInterval is the maximum interval between two polls. The first interval is 1 s at most.
	MaxInterval time.Duration
	// NotFoundGrace is how long after the beginning a 404 is ignored: a replica may not know a new
	// Run yet.
	NotFoundGrace time.Duration
	Stale         func(*qualytics.Operation) bool
}

// Progress receives the last known state of the Run, after each poll and every 10 s in between.
type Progress func(run *qualytics.Operation)

// Wait polls a Run until it is terminal, and returns it. seen is its last known state; the first
// poll follows one interval later. progress may be nil.
//
// If ctx ends, Wait returns an error that wraps that of ctx. If too many consecutive polls fail, it
// returns the error of the last one. In both cases, it also returns the last known state of the
// Run.
func (p Poller) Wait(ctx context.Context, seen *qualytics.Operation, progress Progress) (*qualytics.Operation, error) {
	began := time.Now()
	var failed failures
	for interval := p.first(); !seen.Finished(); interval = p.next(interval) {
		if err := sleep(ctx, jitter(interval), seen, progress); err != nil {
			return seen, failed.explain(err)
		}
		run, err := p.Get(ctx, seen.ID)
		switch {
		case err == nil:
			seen, failed = run, failures{}
			if progress != nil {
				progress(seen)
			}
		case ctx.Err() != nil:
			return seen, failed.explain(ctx.Err())
		case qualytics.IsNotFound(err) && time.Since(began) < p.NotFoundGrace:
		default:
			if failed.add(err); failed.tooMany() {
				return seen, err
			}
		}
	}
	return seen, nil
}

func (p Poller) first() time.Duration { return min(firstInterval, p.MaxInterval) }

func (p Poller) next(interval time.Duration) time.Duration {
	return min(time.Duration(float64(interval)*growth), p.MaxInterval)
}

// failures counts consecutive failed polls.
type failures struct {
	count, permanent int
	last             error
}

func (f *failures) add(err error) {
	f.count++
	f.last = err
	if !qualytics.IsTransient(err) {
		f.permanent++
	}
}

func (f *failures) tooMany() bool { return f.count >= maxTransient || f.permanent >= maxPermanent }

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

// sleep pauses, and reports the progress meanwhile.
func sleep(ctx context.Context, pause time.Duration, seen *qualytics.Operation, progress Progress) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	ticker := time.NewTicker(progressInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return nil
		case <-ticker.C:
			if progress != nil {
				progress(seen)
			}
		}
	}
}
