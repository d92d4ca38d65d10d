// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

// Package runwait waits for a Run to get where it is awaited: it polls fast at first, then ever more
// slowly, survives polls that fail in passing, and ends with its context.
package runwait

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

const (
	firstPause = time.Second
	growth     = 1.5

	// mostFailures is how many polls in a row may fail in passing. Each is repeated by the client, too,
	// so with the usual pauses a server may be away for some minutes.
	mostFailures = 10
)

// Pace says how often a Run is looked at.
type Pace struct {
	Longest time.Duration // the longest pause between two polls; the first ones are at most a second apart
}

// Progress is told each time that a poll shows something new.
type Progress func(operation *qualytics.Operation)

// Until polls a Run until done says so and returns the Run as it was then. The first poll comes after a
// pause, since the caller has just seen the Run.
//
// When ctx ends first, the error is the context's. A poll that fails for good, or too many in a row
// that fail in passing, end the waiting with the poll's error. The last Run seen is returned with any
// error; it is nil when there was none.
func (p Pace) Until(
	ctx context.Context,
	look func(context.Context) (*qualytics.Operation, error),
	done func(*qualytics.Operation) bool,
	progress Progress,
) (*qualytics.Operation, error) {
	var (
		seen     *qualytics.Operation
		failures int
		lastErr  error
	)
	for pause := min(firstPause, p.Longest); ; pause = min(time.Duration(float64(pause)*growth), p.Longest) {
		if err := sleep(ctx, jitter(pause)); err != nil {
			return seen, ended(err, lastErr)
		}
		operation, err := look(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return seen, ended(ctx.Err(), lastErr)
			}
			failures++
			lastErr = err
			if !qualytics.IsTransient(err) || failures >= mostFailures {
				return seen, err
			}
			continue
		}
		failures, lastErr = 0, nil
		if progress != nil && (seen == nil || changed(seen, operation)) {
			progress(operation)
		}
		seen = operation
		if done(operation) {
			return operation, nil
		}
	}
}

// ended keeps what the last poll failed with: it may be why the time ran out.
func ended(err, lastErr error) error {
	if lastErr == nil {
		return err
	}
	return fmt.Errorf("%w; the last poll failed: %w", err, lastErr)
}

// jitter shortens a pause by up to a quarter, so that many waits do not poll in step.
func jitter(pause time.Duration) time.Duration {
	return pause - rand.N(pause/4+1) //nolint:gosec // jitter needs no secrecy
}

func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// changed reports whether a Run shows progress since it was last seen.
func changed(before, now *qualytics.Operation) bool {
	return before.Result != now.Result || !maps.EqualFunc(before.Status, now.Status, sameCount)
}

func sameCount(a, b *big.Float) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cmp(b) == 0
}
