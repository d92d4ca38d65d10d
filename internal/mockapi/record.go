// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"math"
	"slices"
	"strings"
	"time"
)

// record is the stored form of a Run: its final state, and the executions that lead there.
type record struct {
	// run holds the final Result and Message, and in Status the counters of the whole work. Its
	// StartTime and EndTime are not used.
	run     Run
	current execution
	earlier []execution // those before the Run was resumed
	// stopping is set when an abort of the current execution was accepted.
	stopping bool

	changed time.Time // when the Run was last started, resumed or changed
	before  *record   // the state until then; nil for a Run that was started then
}

// progress is the state of a Run at one time.
type progress struct {
	result     string
	start, end time.Time
	done       float64
}

// at returns the progress of the Run at the time now.
func (r *record) at(now time.Time) progress {
	p := progress{result: queued, done: r.current.done(now)}
	if r.current.started(now) {
		p.result, p.start = running, r.current.begins
	}
	if len(r.earlier) > 0 {
		// The start of a resumed Run is the time of its new dispatch.
		p.start = r.current.dispatched
	}
	if r.current.ended(now) {
		p.end = r.current.ends
	}
	if r.current.settled(now) {
		p.result = r.run.Result
	}
	return p
}

// accepted returns the progress in the response to the request that has just started the current
// execution: even the shortest Run is queued once, and a promote Run is running.
func (r *record) accepted() progress {
	p := progress{result: queued, done: r.current.from}
	if kindOf(r.run.Type) == "promote" {
		p.result, p.start = running, r.current.dispatched
	}
	if len(r.earlier) > 0 {
		p.start = r.current.dispatched
	}
	return p
}

// view returns a copy of the Run with the progress p.
func (r *record) view(p progress) Run {
	run := r.run.clone()
	run.Result, run.StartTime, run.EndTime = p.result, p.start, p.end
	if active(p.result) {
		run.Message = ""
	}
	if p.result != aborted {
		run.AbortedBy = ""
	}
	for name, whole := range run.Status {
		run.Status[name] = counted(name, whole, p.done)
	}
	if len(run.Anomalies) > 0 {
		run.Status[anomaliesCounter] = run.anomaliesAfter(p.done)
	}
	return run
}

// tolerance absorbs rounding in shares, so that 7/14 of 14 containers are 7.
const tolerance = 1e-6

// counted returns a counter when a share of the work is done, given its value for the whole work.
func counted(name string, whole int64, done float64) int64 {
	if isTotal(name) {
		return whole
	}
	return int64(math.Floor(float64(whole)*done + tolerance))
}

// isTotal reports whether a counter is known from the start, such as total_containers.
func isTotal(name string) bool {
	return strings.HasPrefix(name, "total_")
}

// copyFor returns a record with the same configuration and progress for a new Run.
func (r *record) copyFor(id int64, now time.Time, user string) *record {
	run := r.run.clone()
	run.ID, run.Created, run.TriggeredBy, run.Schedule, run.ReferencedBy = id, now, user, nil, ""
	return &record{run: run, current: r.current, earlier: slices.Clone(r.earlier), changed: now}
}
