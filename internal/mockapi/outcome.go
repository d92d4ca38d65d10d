// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"math"
	"time"
)

// Never as Running keeps a Run running until Finish or an abort.
const Never time.Duration = math.MaxInt64

// endOfTime is the time of events that never happen.
var endOfTime = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// Outcome is the course of a started Run.
type Outcome struct {
	Queued  time.Duration // time in the queue; a promote Run is never queued
	Running time.Duration // time from the start to the end
	Result  string        // success, failure or aborted; "" means success
	Message string

	// ResultLag is the time from the end to the result: until then the Run has an end_time, but its
	// result is still running.
	ResultLag time.Duration

	Anomalies *int64 // number of anomalies that a scan identifies; nil: as many as its source
	Failing   int    // number of containers that fail; 0 means one if the Run fails, otherwise none
	// Status holds counters of the whole work. The others are those of its source.
	Status map[string]int64
}

// Plan sets the outcomes of the next Runs that are started or resumed, in order. Options.Outcome
// applies after those.
func (s *Server) Plan(outcomes ...Outcome) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.planned = append(s.planned, outcomes...)
}

// nextOutcome returns the outcome of a Run of this type that starts now, and consumes it.
func (s *Server) nextOutcome(runType string) Outcome {
	outcome := s.options.Outcome
	if len(s.planned) > 0 {
		outcome, s.planned = s.planned[0], s.planned[1:]
	}
	if outcome.Result == "" {
		outcome.Result = success
	}
	if kindOf(runType) == "promote" {
		outcome.Queued = 0
	}
	return outcome
}

// after returns the time d after t.
func after(t time.Time, d time.Duration) time.Time {
	if d == Never {
		return endOfTime
	}
	return t.Add(d)
}

func earliest(first time.Time, others ...time.Time) time.Time {
	for _, other := range others {
		if other.Before(first) {
			first = other
		}
	}
	return first
}
