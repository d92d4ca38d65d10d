// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	// minSearchTime is the minimum duration of the search for a Run. If the application itself has
	// responded, it is also the maximum.
	minSearchTime = 5 * time.Second
	// maxSearchInterval limits the interval between two polls for a lost Run, which grows.
	maxSearchInterval = 8 * time.Second
)

// LostStartError reports that a request to start a Run was sent, that its response was lost, and
// that no Run could be adopted with certainty.
type LostStartError struct {
	Source      int64       // the Run to rerun or resume; 0 for [Client.Run]
	Datastore   int64       // of the request; 0 if unknown
	Candidates  []Candidate // new Runs since the request; if empty, it probably started none
	Lost        error       // why the response was lost
	SearchErr   error       // why the search failed or is unreliable; nil if it succeeded
	Interrupted bool        // the context ended, so the request may still be processed
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

// startSearch searches for the Runs that a request may have started.
type startSearch struct {
	client  *Client
	request startRequest
	before  *snapshot
	model   *Operation // the request's, with its payload; nil until it has been read
}

// untilFound polls until it finds the Run to adopt, or until the request is no longer processed.
// When ctx ends, it polls once more, until later ends.
func (s *startSearch) untilFound(ctx, later context.Context, until time.Time, failure *LostStartError) *Operation {
	bounded, cancel := context.WithDeadline(ctx, until.Add(s.client.timeout))
	defer cancel()
	interval := s.client.retryWait
	for bounded.Err() == nil {
		last := !time.Now().Before(until)
		if found, _ := s.poll(bounded, last, failure); found != nil {
			return found
		}
		if last {
			break
		}
		select {
		case <-bounded.Done():
		case <-time.After(min(interval, time.Until(until))):
		}
		interval = min(2*interval, maxSearchInterval)
	}
	if ctx.Err() == nil {
		return nil
	}
	failure.Interrupted = true
	found, _ := s.poll(later, true, failure)
	return found
}

// poll polls once: a full page if it is the last poll. It returns the Run to adopt, or updates the
// failure, and the number of Runs that match.
func (s *startSearch) poll(ctx context.Context, last bool, failure *LostStartError) (found *Operation, matches int) {
	var unread error
	if s.request.resumes {
		current, err := s.client.Operation(ctx, s.request.model.ID)
		if err == nil && current.ContinuedSince(s.request.model) {
			return current, 1
		}
		unread = err
	}
	_, fresh, doubt, err := s.client.newSince(ctx, s.request.model, s.before, last)
	if err != nil {
		failure.SearchErr = err
		return nil, 0
	}
	candidates, err := s.examine(ctx, fresh)
	failure.Candidates, failure.SearchErr = candidates, cmp.Or(unread, err, doubt)
	if failure.SearchErr != nil {
		return nil, 0
	}
	return choose(candidates, s.model)
}

// others returns the new Runs that only an accepted request can have started, without the one that
// its response names, and the snapshot that shows them. Both are nil if that is not certain.
func (s *startSearch) others(ctx context.Context, named int64) ([]Operation, *snapshot) {
	now, fresh, doubt, err := s.client.newSince(ctx, s.request.model, s.before, false)
	if err != nil || doubt != nil {
		return nil, nil
	}
	fresh = slices.DeleteFunc(fresh, func(run Operation) bool {
		if run.ID == named {
			s.client.started.learn(run.TriggeredBy)
		}
		return run.ID == named
	})
	candidates, err := s.examine(ctx, fresh)
	for err != nil && ctx.Err() == nil { // until the look ends, because an unread Run would not be named
		select {
		case <-ctx.Done():
		case <-time.After(s.client.retryWait):
			candidates, err = s.examine(ctx, fresh)
		}
	}
	var others []Operation
	for _, candidate := range candidates {
		if candidate.Reason == "" && candidate.Payload != nil {
			others = append(others, candidate.Operation)
		}
	}
	return others, now
}

// examine compares each new Run with the model. The error says why a Run could not be compared.
func (s *startSearch) examine(ctx context.Context, fresh []Operation) ([]Candidate, error) {
	candidates := make([]Candidate, len(fresh))
	var failed error
	for i, run := range fresh {
		candidates[i].Operation = run
		full, err := s.readFull(ctx, run.ID)
		if err != nil {
			failed = err
			continue
		}
		candidates[i] = Candidate{Operation: *full, Reason: Printable(s.client.started.mismatch(full, s.model, s.request.user))}
		if candidates[i].Reason == "" && s.before.mayPrecede(full) {
			candidates[i].Reason = "created no later than Runs that existed before the request"
		}
	}
	return candidates, failed
}

// readFull reads a Run with its payload. Before the first Run, it reads the model.
func (s *startSearch) readFull(ctx context.Context, id int64) (*Operation, error) {
	if s.model == nil {
		model := s.request.model
		if model.Payload == nil {
			var err error
			if model, err = s.client.Operation(ctx, model.ID); err != nil {
				return nil, err
			}
		}
		s.model = model
	}
	return s.client.Operation(ctx, id)
}
