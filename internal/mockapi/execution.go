// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import "time"

// execution is one stretch of work on a Run, from its dispatch to its end. It takes the Run from
// one share of its work to another: from 0 for a new Run, to 1 for a Run that succeeds.
type execution struct {
	dispatched time.Time
	begins     time.Time     // until then the Run is queued
	takes      time.Duration // what the work from one share to the other takes
	ends       time.Time     // earlier than begins+takes when the Run is aborted
	lag        time.Duration // from the end until the result shows
	from, to   float64
}

// newExecution returns an execution that is dispatched now and follows the outcome. An execution
// that does not succeed leaves half of its work undone.
func newExecution(now time.Time, from float64, outcome Outcome) execution {
	to := 1.0
	if outcome.Result != success || outcome.Running == Never {
		to = (1 + from) / 2
	}
	begins := after(now, outcome.Queued)
	return execution{
		dispatched: now,
		begins:     begins,
		takes:      outcome.Running,
		ends:       earliest(endOfTime, after(begins, outcome.Running)),
		lag:        outcome.ResultLag,
		from:       from,
		to:         to,
	}
}

// started reports whether the work has begun by now.
func (e execution) started(now time.Time) bool {
	return !e.begins.After(now) && !e.begins.After(e.ends)
}

// ended reports whether the execution is over by now.
func (e execution) ended(now time.Time) bool {
	return !e.ends.After(now)
}

// settled reports whether the result of the Run shows by now.
func (e execution) settled(now time.Time) bool {
	return e.ended(now.Add(-e.lag))
}

// done returns the share of the Run's work that is done by now. It grows linearly. It does not
// change for a Run that never ends.
func (e execution) done(now time.Time) float64 {
	switch {
	case !e.started(now):
		return e.from
	case e.takes == 0 || e.takes == Never:
		return e.to
	}
	elapsed := earliest(now, e.ends).Sub(e.begins)
	return min(e.to, e.from+(e.to-e.from)*float64(elapsed)/float64(e.takes))
}

// reaches returns the time at which the share done is reached.
func (e execution) reaches(done float64) time.Time {
	if e.takes == Never || done <= e.from {
		return e.begins
	}
	share := min(1, (done-e.from)/(e.to-e.from))
	return earliest(e.ends, e.begins.Add(time.Duration(share*float64(e.takes))))
}
