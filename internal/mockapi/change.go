// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import "slices"

// Change changes a Run as the platform or another client would: a datastore is renamed, counters
// rise after the end, a result is revised. The function gets the Run as the API shows it. The
// result, times and counters of an active Run follow its Outcome, and changes of those have no
// effect: use Finish. Change has no effect on a Run that does not exist.
func (s *Server) Change(id int64, change func(*Run)) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, ok := s.byID[id]
	if !ok {
		return
	}
	now := s.now()
	p := found.at(now)
	run := found.view(p)
	anomalies := run.Status[anomaliesCounter]
	change(&run)
	run.ID = id
	found.remember(now)
	if active(p.result) {
		follows := found.run
		run.Result, run.Message, run.AbortedBy, run.Status = follows.Result, follows.Message, follows.AbortedBy, follows.Status
		found.run = run
	} else {
		if run.Status[anomaliesCounter] != anomalies {
			run.Anomalies = nil // their sum would replace the counter
		}
		ended := recorded(run, shareOf(run))
		found.run, found.current, found.earlier = ended.run, ended.current, nil // as one execution
	}
	s.know(run.Datastore, run.Containers)
	slices.SortFunc(s.ordered, byCreated)
}
