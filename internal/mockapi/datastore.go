// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"net/http"
	"slices"
)

// knownDatastore is a datastore with the containers that Runs can target.
type knownDatastore struct {
	Datastore

	containers []Container
}

// AddDatastore adds a datastore with its containers, so that a Run can be started there. The
// datastores of seeded Runs exist anyway, with the containers that those Runs target.
func (s *Server) AddDatastore(added Datastore, containers ...Container) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.know(added, containers)
}

// know adds a datastore, or changes it. Containers are only added.
func (s *Server) know(seen Datastore, containers []Container) {
	known, ok := s.datastores[seen.ID]
	if !ok {
		known = &knownDatastore{}
		s.datastores[seen.ID] = known
	}
	known.Datastore = seen
	for _, one := range containers {
		if !slices.ContainsFunc(known.containers, func(c Container) bool { return c.ID == one.ID }) {
			known.containers = append(known.containers, one)
		}
	}
}

// Forbid removes the Editor team permission on a datastore from the token: its Runs can be read,
// but not aborted, resumed, rerun or deleted, and none can be started.
func (s *Server) Forbid(datastore int64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.forbidden[datastore] = true
}

// forbids returns the response to an action on a datastore without the permission, and whether that
// is the case.
func (s *Server) forbids(on Datastore) (response, bool) {
	if !s.forbidden[on.ID] {
		return response{}, false
	}
	return detail(http.StatusForbidden, "Editor team permission is required on datastore %d (%s)", on.ID, on.Name), true
}
