// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"cmp"
	"slices"
)

// byCreated orders the stored Runs, oldest first.
func byCreated(a, b *record) int {
	return cmp.Or(a.run.Created.Compare(b.run.Created), cmp.Compare(a.run.ID, b.run.ID))
}

// Seed adds Runs. A Run with an existing ID replaces that Run. Missing values get consistent
// defaults: an ID of 0 becomes the next id, Type becomes scan, Result becomes success, and Created,
// StartTime and EndTime are derived from the clock. A Run with the result queued or running stays
// active until it is aborted or finished. Status holds the current counters of the Run; if it is
// missing, it is derived from the containers.
func (s *Server) Seed(runs ...Run) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := s.now()
	for _, run := range runs {
		if run.ID == 0 {
			run.ID = s.lastID + 1
		}
		s.lastID = max(s.lastID, run.ID)
		s.drop(run.ID)
		added := seeded(run.clone(), now)
		s.byID[run.ID] = added
		s.know(added.run.Datastore, added.run.Containers)
		s.ordered = append(s.ordered, added)
	}
	slices.SortFunc(s.ordered, byCreated)
}

// Run returns the current state of the Run with this id, and whether it exists.
func (s *Server) Run(id int64) (Run, bool) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	found, ok := s.byID[id]
	if !ok {
		return Run{}, false
	}
	return found.view(found.at(s.now())), true
}

// Runs returns the current state of all Runs, by ascending id.
func (s *Server) Runs() []Run {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	now := s.now()
	runs := make([]Run, 0, len(s.ordered))
	for _, found := range s.ordered {
		runs = append(runs, found.view(found.at(now)))
	}
	slices.SortFunc(runs, func(a, b Run) int { return cmp.Compare(a.ID, b.ID) })
	return runs
}

// Remove deletes a Run as another client would.
func (s *Server) Remove(id int64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.drop(id)
}

// Finish ends an active Run now. It has no effect on a Run that has ended or does not exist.
func (s *Server) Finish(id int64, result, message string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := s.now()
	found, ok := s.byID[id]
	if !ok || found.current.ended(now) {
		return
	}
	current := &found.current
	current.begins = earliest(current.begins, now)
	current.ends = now
	if result == success {
		current.to, current.takes = 1, now.Sub(current.begins)
	}
	found.run.Result, found.run.Message = result, message
}

// add stores a Run that was created just now. It is the newest, unless the clock went backwards.
func (s *Server) add(added *record) {
	s.byID[added.run.ID] = added
	place, _ := slices.BinarySearchFunc(s.ordered, added, byCreated)
	s.ordered = slices.Insert(s.ordered, place, added)
}

func (s *Server) drop(id int64) {
	if _, ok := s.byID[id]; !ok {
		return
	}
	delete(s.byID, id)
	s.ordered = slices.DeleteFunc(s.ordered, func(r *record) bool { return r.run.ID == id })
}

func (s *Server) nextID() int64 {
	s.lastID++
	return s.lastID
}
