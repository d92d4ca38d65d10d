// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// maxSearchInterval limits the interval between two polls for a lost Run, which grows.
const maxSearchInterval = 8 * time.Second

// LostStartError reports that a request to start a Run was sent, that its response was lost, and
// that no Run could be adopted with certainty.
type LostStartError struct {
	Source      int64       // the Run to rerun or resume
	Candidates  []Candidate // new Runs since the request; if empty, it probably started none
	Lost        error       // why the response was lost
	SearchErr   error       // why the search failed or is unreliable; nil if it succeeded
	Interrupted bool        // the context ended, so the request may still be processed
}

// Candidate is a Run that a request may have started.
type Candidate struct {
	Operation
	Reason string // why it was not adopted, such as "triggered by schedule 12"; empty if it may match
}

func (e *LostStartError) Error() string {
	text := fmt.Sprintf("%v; found %d Runs that it may have started", e.Lost, len(e.Candidates))
	if e.Interrupted {
		text += "; the search for the Run was interrupted"
	}
	if e.SearchErr != nil {
		text += fmt.Sprintf("; the search for the Run failed: %v", e.SearchErr)
	}
	return text
}

func (e *LostStartError) Unwrap() []error { return []error{e.Lost, e.SearchErr} }

// lostRunSearch searches for the Run that a request may have started.
type lostRunSearch struct {
	client  *Client
	request startRequest
	before  snapshot
	until   time.Time  // when the request is no longer processed
	source  *Operation // with its payload; nil until it has been read
}

// run polls until it finds the Run to adopt, or until the request is no longer processed. When the
// context ends, it polls once more, until later ends, and returns.
func (s *lostRunSearch) run(ctx, later context.Context) (*Operation, *LostStartError) {
	failure := &LostStartError{Source: s.request.source.ID}
	bounded, cancel := context.WithDeadline(ctx, s.until.Add(s.client.timeout))
	defer cancel()
	interval := s.client.retryWait
	for bounded.Err() == nil {
		last := !time.Now().Before(s.until)
		if found := s.poll(bounded, failure); found != nil {
			return found, nil
		}
		if last {
			break
		}
		select {
		case <-bounded.Done():
		case <-time.After(min(interval, time.Until(s.until))):
		}
		interval = min(2*interval, maxSearchInterval)
	}
	if ctx.Err() == nil {
		return nil, failure
	}
	failure.Interrupted = true
	if found := s.poll(later, failure); found != nil {
		return found, nil
	}
	return nil, failure
}

// poll polls once. It returns the Run to adopt, or updates the failure.
func (s *lostRunSearch) poll(ctx context.Context, failure *LostStartError) *Operation {
	var unread error
	if s.request.resumes {
		current, err := s.client.Operation(ctx, s.request.source.ID)
		if err == nil && current.ContinuedSince(s.request.source) {
			return current
		}
		unread = err
	}
	now, err := s.client.takeSnapshot(ctx, s.request.source)
	if err != nil {
		failure.SearchErr = err
		return nil
	}
	fresh, doubt := now.since(s.before)
	candidates, err := s.examine(ctx, fresh)
	failure.Candidates, failure.SearchErr = candidates, cmp.Or(unread, err, doubt)
	if failure.SearchErr != nil {
		return nil
	}
	return choose(candidates, s.source)
}

// examine compares each new Run with the source. The error says why a Run could not be compared.
func (s *lostRunSearch) examine(ctx context.Context, fresh []Operation) ([]Candidate, error) {
	candidates := make([]Candidate, len(fresh))
	var failed error
	for i, run := range fresh {
		candidates[i].Operation = run
		full, err := s.readFull(ctx, run.ID)
		if err != nil {
			failed = err
			continue
		}
		candidates[i] = Candidate{Operation: *full, Reason: s.client.started.mismatch(full, s.source, s.request.user)}
	}
	return candidates, failed
}

// readFull reads a Run with its payload. Before the first Run, it reads the source.
func (s *lostRunSearch) readFull(ctx context.Context, id int64) (*Operation, error) {
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
