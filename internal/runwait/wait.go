// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

// Package runwait waits until a Run is terminal. It polls fast at first and backs off, believes no single
// odd response, and ends with its context.
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

	// maxTransient is how many polls in a row may fail for a transient reason. The client retries each
	// of them, so with the usual intervals a server may be away for some minutes.
	maxTransient = 10

	// maxDefinite is how many polls in a row may fail for a reason that would last, such as a 401 or a
	// 404. A single one may come from a lagging replica or a proxy.
	maxDefinite = 3

	// progressInterval is how often the progress is reported while nothing new is known.
	progressInterval = 10 * time.Second
)

// Poller says how to poll a Run.
type Poller struct {
	// Get reads the Run.
	Get func(ctx context.Context, id int64) (*qualytics.Operation, error)
	// MaxInterval is the longest interval between two polls. Polling starts at 1 s and backs off to it.
	MaxInterval time.Duration
	// NotFoundGrace is for how long a 404 does not count: a replica may not know a new Run yet.
	NotFoundGrace time.Duration
}

// Progress receives the Run as it was last seen, after each poll and every few seconds in between.
type Progress func(run *qualytics.Operation)

// Wait polls a Run until it is terminal and returns it. seen is the Run as the caller has just seen it;
// the first poll follows an interval later. progress may be nil.
//
// When ctx ends first, the error is the context's. Several polls in a row that fail end the wait with the
// last one's error. The Run as it was last seen is returned with any error.
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

// failures are the polls in a row that have failed.
type failures struct {
	count, definite int
	last            error
}

func (f *failures) add(err error) {
	f.count++
	f.last = err
	if !qualytics.IsTransient(err) {
		f.definite++
	}
}

func (f *failures) tooMany() bool { return f.count >= maxTransient || f.definite >= maxDefinite }

// explain adds what the last poll failed with: it may be why the time ran out.
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
