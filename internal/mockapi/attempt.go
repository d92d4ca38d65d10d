// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import "time"

// attempt is one stretch of work on a Run, from its dispatch to its end. It
// brings the Run from one share of its work to another: from 0 for a Run that
// starts, to 1 for one that succeeds.
type attempt struct {
	dispatched time.Time
	begins     time.Time     // until then the Run is queued
	takes      time.Duration // what the work from one share to the other takes
	ends       time.Time     // earlier than begins+takes when the Run is aborted
	from, to   float64
}

// newAttempt is the attempt that is dispatched now and goes on as outcome says.
// One that does not succeed leaves half of its work undone.
func newAttempt(now time.Time, from float64, outcome Outcome) attempt {
	to := 1.0
	if outcome.Result != success || outcome.Running == Never {
		to = (1 + from) / 2
	}
	begins := after(now, outcome.Queued)
	return attempt{
		dispatched: now,
		begins:     begins,
		takes:      outcome.Running,
		ends:       earliest(endOfTime, after(begins, outcome.Running)),
		from:       from,
		to:         to,
	}
}

// started says whether the work has begun by now.
func (a attempt) started(now time.Time) bool {
	return !a.begins.After(now) && !a.begins.After(a.ends)
}

// ended says whether the attempt is over by now.
func (a attempt) ended(now time.Time) bool {
	return !a.ends.After(now)
}

// done is the share of the Run's work that is done by now. It grows evenly; a
// Run that never ends stands still where it is.
func (a attempt) done(now time.Time) float64 {
	switch {
	case !a.started(now):
		return a.from
	case a.takes == 0 || a.takes == Never:
		return a.to
	}
	elapsed := earliest(now, a.ends).Sub(a.begins)
	return min(a.to, a.from+(a.to-a.from)*float64(elapsed)/float64(a.takes))
}

// reaches is when the share done is done, or was.
func (a attempt) reaches(done float64) time.Time {
	if a.takes == Never || done <= a.from {
		return a.begins
	}
	share := min(1, (done-a.from)/(a.to-a.from))
	return earliest(a.ends, a.begins.Add(time.Duration(share*float64(a.takes))))
}
