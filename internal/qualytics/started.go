// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// lookTimeout limits the look at the list after an accepted start.
const lookTimeout = 5 * time.Second

// Started is a Run whose start or continuation the API has accepted. It counts as active, whatever
// the response says: a response may repeat the result of the Run that was rerun.
type Started struct {
	Operation

	// LostResponse is nil, or the reason why the response was lost. In that case, the client found
	// the Run by searching for it, and adopted it.
	LostResponse error

	look *look // nil if the list is not looked at once more
}

// look is a look at the list after an accepted start.
type look struct {
	done   chan struct{}
	others []Operation // once done is closed
}

// Others returns further new Runs that only this request can have started: gateways send a PUT once
// more if a backend fails. It waits for the look at the list that follows an accepted start, so save
// the Run first. It returns nil if there are none, if the look failed, or if ctx ends.
func (s *Started) Others(ctx context.Context) []Operation {
	if s.look == nil {
		return nil
	}
	select {
	case <-s.look.done:
		return s.look.others
	case <-ctx.Done():
		return nil
	}
}

// accepted returns the Run that the response names. A gateway may have sent a PUT twice, so the list
// is looked at once more, in the background. Then the next start takes its turn.
func (c *Client) accepted(ctx context.Context, search *startSearch, run *Operation, turn *startTurn) Started {
	c.started.add(run.ID)
	started := Started{Operation: run.asStarted()}
	isPost := search.request.call.method == http.MethodPost
	if isPost {
		c.started.learn(run.TriggeredBy) // it cannot be a copy of the source's
	}
	if isPost || ctx.Err() != nil {
		turn.release(nil)
		return started
	}
	started.look = &look{done: make(chan struct{})}
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
		defer cancel()
		others, seen := search.others(ctx, run.ID)
		turn.release(seen)
		started.look.others = others
		close(started.look.done)
	}()
	return started
}

// asStarted returns a Run as it is known after its start: active, without an outcome.
func (o *Operation) asStarted() Operation {
	run := *o
	if run.Finished() || run.Result != ResultQueued && run.Result != ResultRunning {
		run.Result, run.StartTime = ResultRunning, ""
	}
	run.EndTime, run.Message, run.Status, run.Payload = "", nil, nil, nil
	return run
}

// startedRuns holds what a client knows about the Runs that it has started.
type startedRuns struct {
	mutex sync.Mutex
	ids   map[int64]bool
	user  string // who triggered them, according to the API; empty if unknown
}

func (s *startedRuns) add(id int64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.ids == nil {
		s.ids = make(map[int64]bool)
	}
	s.ids[id] = true
}

func (s *startedRuns) has(id int64) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.ids[id]
}

// learn remembers who triggered a Run that this client has started.
func (s *startedRuns) learn(user *string) {
	if orZero(user) == "" {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.user = *user
}

// knownUser returns the user of this client, or the expected one if the API has not shown it yet.
func (s *startedRuns) knownUser(expected string) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.user != "" {
		return s.user
	}
	return expected
}
