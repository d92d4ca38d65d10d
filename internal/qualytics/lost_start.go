// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// longestLookPause limits the growing pause between two polls for a lost Run.
const longestLookPause = 8 * time.Second

// LostStartError reports that a request to start a Run was sent, that its response was lost, and
// that no Run could be adopted with certainty.
type LostStartError struct {
	Source      int64       // the Run to rerun or resume
	Candidates  []Candidate // Runs that are new since the request; if empty, it probably started none
	Lost        error       // why the response was lost
	Looking     error       // why the search failed or is unreliable; nil if it succeeded
	Interrupted bool        // the context ended, so the request may still be processed
}

// Candidate is a Run that a request may have started.
type Candidate struct {
	Operation
	Against string // which rule speaks against it, such as "triggered by schedule 12"; empty: none
}

func (e *LostStartError) Error() string {
	text := fmt.Sprintf("%v; %d Runs may have been started by this", e.Lost, len(e.Candidates))
	if e.Interrupted {
		text += "; looking for the Run was interrupted"
	}
	if e.Looking != nil {
		text += fmt.Sprintf("; looking for the Run failed: %v", e.Looking)
	}
	return text
}

func (e *LostStartError) Unwrap() []error { return []error{e.Lost, e.Looking} }

// search is the search for the Run that a request may have started.
type search struct {
	client  *Client
	request startRequest
	before  snapshot
	until   time.Time  // after this time, the request is no longer processed
	source  *Operation // in full, once it has been read
}

// run polls until one Run remains that nothing speaks against, or until the request is no longer
// processed. When the context ends, it polls once more and returns.
func (s *search) run(ctx context.Context) (*Operation, *LostStartError) {
	failure := &LostStartError{Source: s.request.source.ID}
	bounded, cancel := context.WithDeadline(ctx, s.until.Add(s.client.timeout))
	defer cancel()
	pause := s.client.retryWait
	for bounded.Err() == nil {
		last := !time.Now().Before(s.until)
		if found := s.look(bounded, failure); found != nil {
			return found, nil
		}
		if last {
			break
		}
		select {
		case <-bounded.Done():
		case <-time.After(min(pause, time.Until(s.until))):
		}
		pause = min(2*pause, longestLookPause)
	}
	if ctx.Err() == nil {
		return nil, failure
	}
	failure.Interrupted = true
	once, cancel := context.WithTimeout(context.WithoutCancel(ctx), interruptGrace)
	defer cancel()
	if found := s.look(once, failure); found != nil {
		return found, nil
	}
	return nil, failure
}

// look polls once. It returns the Run to adopt, or updates the failure.
func (s *search) look(ctx context.Context, failure *LostStartError) *Operation {
	var unread error
	if s.request.revives {
		current, err := s.client.Operation(ctx, s.request.source.ID)
		if err == nil && revived(s.request.source, current) {
			return current
		}
		unread = err
	}
	now, err := s.client.takeSnapshot(ctx, s.request.source)
	if err != nil {
		failure.Looking = err
		return nil
	}
	fresh, doubt := now.since(s.before)
	candidates, err := s.examine(ctx, fresh)
	failure.Candidates, failure.Looking = candidates, cmp.Or(unread, err, doubt)
	if failure.Looking != nil {
		return nil
	}
	return choose(candidates, s.source)
}

// examine compares each new Run with the source. The error says why some could not be compared.
func (s *search) examine(ctx context.Context, fresh []Operation) ([]Candidate, error) {
	candidates := make([]Candidate, len(fresh))
	var failed error
	for i, run := range fresh {
		candidates[i].Operation = run
		full, err := s.inFull(ctx, run.ID)
		if err != nil {
			failed = err
			continue
		}
		candidates[i] = Candidate{Operation: *full, Against: s.client.started.against(full, s.source)}
	}
	return candidates, failed
}

// inFull reads a Run with its payload, and before the first one the source.
func (s *search) inFull(ctx context.Context, id int64) (*Operation, error) {
	if s.source == nil {
		source := s.request.source
		if source.Payload == nil {
			var err error
			if source, err = s.client.Operation(ctx, source.ID); err != nil {
				return nil, err
			}
		}
		s.source = source
	}
	return s.client.Operation(ctx, id)
}

// revived reports whether a Run has continued since it was read: its start time has changed, or it
// had ended and is active again or has another end time.
func revived(before, now *Operation) bool {
	return now.StartTime != before.StartTime ||
		before.Finished() && (!now.Finished() || now.EndTime != before.EndTime)
}
