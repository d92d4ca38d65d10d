// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"math"
	"slices"
	"strings"
	"time"
)

// record is a Run as it is kept: what it will have been once it has ended, and
// the executions that bring it there.
type record struct {
	// run carries the final Result and Message, and in Status the counters of
	// the whole work. Its StartTime and EndTime are not used.
	run     Run
	current execution
	earlier []execution // those before the Run was resumed
}

// moment is what a Run shows of its progress at one time.
type moment struct {
	result     string
	start, end time.Time
	done       float64
}

// at is the Run's progress at the time now.
func (r *record) at(now time.Time) moment {
	m := moment{result: queued, done: r.current.done(now)}
	if r.current.started(now) {
		m.result, m.start = running, r.current.begins
	}
	if len(r.earlier) > 0 {
		// A resumed Run shows when it was dispatched again.
		m.start = r.current.dispatched
	}
	if r.current.ended(now) {
		m.result, m.end = r.run.Result, r.current.ends
	}
	return m
}

// accepted is what the response to a request shows that has just started the
// current execution: even the shortest Run is seen queued once, a promote running.
func (r *record) accepted() moment {
	m := moment{result: queued, done: r.current.from}
	if kindOf(r.run.Type) == "promote" {
		m.result, m.start = running, r.current.dispatched
	}
	if len(r.earlier) > 0 {
		m.start = r.current.dispatched
	}
	return m
}

// view is the Run with the progress m. It is a copy.
func (r *record) view(m moment) Run {
	run := r.run.clone()
	run.Result, run.StartTime, run.EndTime = m.result, m.start, m.end
	if m.end.IsZero() {
		run.Message = ""
	}
	for name, whole := range run.Status {
		run.Status[name] = counted(name, whole, m.done)
	}
	if len(run.Anomalies) > 0 {
		run.Status[anomaliesCounter] = run.anomaliesAfter(m.done)
	}
	return run
}

// tolerance absorbs rounding in shares, so that 7/14 of 14 containers are 7.
const tolerance = 1e-6

// counted is a counter whose whole is known, when a share of the work is done.
func counted(name string, whole int64, done float64) int64 {
	if isTotal(name) {
		return whole
	}
	return int64(math.Floor(float64(whole)*done + tolerance))
}

// isTotal tells the counters that are known from the start: total_containers.
func isTotal(name string) bool {
	return strings.HasPrefix(name, "total_")
}

// copyFor is a record of the same configuration, and as far done, for a new Run.
func (r *record) copyFor(id int64, now time.Time, user string) *record {
	run := r.run.clone()
	run.ID, run.Created, run.TriggeredBy, run.Schedule = id, now, user, nil
	return &record{run: run, current: r.current, earlier: slices.Clone(r.earlier)}
}
