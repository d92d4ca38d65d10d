// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// actions lists the Runs that each action supports. Any other Run is a conflict.
var (
	abortAction  = action{done: "aborted", from: active}
	resumeAction = action{done: "resumed", from: stopped, unsupported: []string{"catalog", "external_scan", "export", "materialize"}}
	rerunAction  = action{done: "rerun", from: terminal, unsupported: []string{"external_scan"}}
	deleteAction = action{done: "deleted", from: terminal}
)

type action struct {
	done        string
	from        func(result string) bool
	unsupported []string
}

func terminal(result string) bool { return !active(result) }

func stopped(result string) bool { return result == failure || result == aborted }

// conflict returns the response for a Run that does not support the action, and whether that is the
// case.
func (a action) conflict(found *record, result string) (response, bool) {
	if slices.Contains(a.unsupported, kindOf(found.run.Type)) {
		return detail(http.StatusConflict, "Run %d cannot be %s: not supported by Runs of type %s",
			found.run.ID, a.done, found.run.Type), true
	}
	if !a.from(result) {
		return detail(http.StatusConflict, "Run %d cannot be %s: its result is %s",
			found.run.ID, a.done, result), true
	}
	return response{}, false
}

// editable finds the Run of an action, or returns the error response: the Run does not exist, or
// the token lacks the permission on its datastore.
func (s *Server) editable(id int64) (*record, response, bool) {
	found, ok := s.byID[id]
	if !ok {
		return nil, noSuchRun(id), false
	}
	if refusal, forbidden := s.forbids(found.run.Datastore); forbidden {
		return nil, refusal, false
	}
	return found, response{}, true
}

// abort serves PUT /api/operations/abort/{id}.
func (s *Server) abort(_ *http.Request, id int64) response {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, refusal, ok := s.editable(id)
	if !ok {
		return refusal
	}
	now := s.now()
	if conflict, ok := abortAction.conflict(found, found.at(now).result); ok {
		return conflict
	}
	if s.options.StoppingConflict && found.stopping {
		return detail(http.StatusConflict, "Run %d cannot be aborted: it is already stopping", id)
	}
	found.stopping = true
	// A Run that ends before the worker stops is not aborted.
	if stop := now.Add(s.options.AbortDelay); found.current.ends.After(stop) {
		found.stop(stop, s.options.User)
	}
	return s.reply(found.full(found.at(now)))
}

// stop ends the Run at a time because the user aborts it.
func (r *record) stop(at time.Time, user string) {
	r.current.ends = at
	r.run.Result, r.run.Message, r.run.AbortedBy = aborted, "", user
}

// resume serves PUT /api/operations/run/{id}.
func (s *Server) resume(r *http.Request, id int64) response {
	query := parse(r)
	forced, _ := query.boolean("force_abort")
	if query.invalid() {
		return query.unprocessable()
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, refusal, ok := s.editable(id)
	if !ok {
		return refusal
	}
	now := s.now()
	result := found.at(now).result
	forced = forced && active(result)
	if forced {
		result = aborted
	}
	if conflict, ok := resumeAction.conflict(found, result); ok {
		return conflict
	}
	found.remember(now)
	if forced {
		found.stop(now, s.options.User)
	}
	if s.options.ResumeAsNew {
		found = found.copyFor(s.nextID(), now, s.options.User)
		s.add(found)
	}
	done := found.current.done(now)
	before := found.listed(found.at(now))
	found.earlier = append(found.earlier, found.current)
	s.dispatch(found, done, now)
	return s.started(found, before)
}

// rerun serves PUT /api/operations/rerun/{id}.
func (s *Server) rerun(_ *http.Request, id int64) response {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	source, refusal, ok := s.editable(id)
	if !ok {
		return refusal
	}
	now := s.now()
	if conflict, ok := rerunAction.conflict(source, source.at(now).result); ok {
		return conflict
	}
	if conflict, ok := s.busy(source.run.Type, source.run.Datastore.ID, now); ok {
		return conflict
	}
	fresh := s.begin(source, now, nil)
	return s.started(fresh, source.listed(source.at(now)))
}

// started returns the response to a request that has just started a Run from another one, or from
// an earlier state of its own.
func (s *Server) started(r *record, from map[string]any) response {
	payload := r.full(r.accepted())
	if s.options.StaleStarts {
		for _, name := range []string{"result", "message", "start_time", "end_time", "status", "aborted_by", "aborted_by_user"} {
			payload[name] = from[name]
		}
	}
	return s.reply(payload)
}

// Start reruns a Run as another client would, and returns the id of the new Run. The function
// changes the new Run before it begins: the user or schedule that triggered it, its settings, its
// containers. Its id and times are assigned as usual.
func (s *Server) Start(source int64, change func(*Run)) int64 {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.begin(s.byID[source], s.now(), change).run.ID
}

// begin adds a Run with the configuration of another one, and dispatches it.
func (s *Server) begin(source *record, now time.Time, change func(*Run)) *record {
	fresh := source.copyFor(s.nextID(), now, s.options.User)
	fresh.earlier = nil
	if change != nil {
		change(&fresh.run)
	}
	s.dispatch(fresh, 0, now)
	s.add(fresh)
	return fresh
}

// dispatch starts an execution of a Run with a share of its work already done.
func (s *Server) dispatch(r *record, done float64, now time.Time) {
	outcome := s.nextOutcome(r.run.Type)
	r.run.Result, r.run.Message, r.run.AbortedBy = outcome.Result, outcome.Message, ""
	r.run.Failing = outcome.Failing
	maps.Copy(r.run.Status, outcome.Status)
	if outcome.Anomalies != nil {
		r.run.identify(*outcome.Anomalies)
	}
	r.current, r.stopping = newExecution(now, done, outcome), false
}

// remove serves DELETE /api/operations/{id}.
func (s *Server) remove(_ *http.Request, id int64) response {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, refusal, ok := s.editable(id)
	if !ok {
		return refusal
	}
	if conflict, ok := deleteAction.conflict(found, found.at(s.now()).result); ok {
		return conflict
	}
	if found.run.ReferencedBy != "" {
		return detail(http.StatusConflict, "Run %d is referenced by %s", id, found.run.ReferencedBy)
	}
	s.drop(id)
	return response{status: http.StatusNoContent}
}
