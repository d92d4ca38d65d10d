// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// create serves POST /api/operations/run.
func (s *Server) create(r *http.Request, _ int64) response {
	given := parseBody(r)
	runType, _ := given.fields["type"].(string)
	if !given.invalid() {
		given.checkStart(runType)
	}
	if given.invalid() {
		return given.unprocessable()
	}
	datastore, _ := given.fields["datastore_id"].(json.Number)
	id, _ := datastore.Int64()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	on, ok := s.datastores[id]
	if !ok {
		return detail(http.StatusNotFound, "Datastore %d not found", id)
	}
	if refusal, forbidden := s.forbids(on.Datastore); forbidden {
		return refusal
	}
	if runType == "catalog" {
		runType = "sync" // today's name of the type
	}
	settings := maps.Clone(given.fields)
	maps.DeleteFunc(settings, func(name string, _ any) bool { return commonSettings[name] != nil })

	now := s.now()
	if conflict, ok := s.busy(runType, id, now); ok {
		return conflict
	}
	fresh := &record{changed: now, run: Run{
		ID: s.nextID(), Type: runType, Created: now, TriggeredBy: s.options.User,
		Datastore: on.Datastore, Containers: on.targets(runType, settings), Settings: settings,
	}}
	fresh.run.Status = defaultCounters(fresh.run)
	s.dispatch(fresh, 0, now)
	s.add(fresh)
	return s.reply(fresh.full(fresh.accepted()))
}

// targets returns the containers that a Run with these settings targets: all of the datastore, or
// those that the settings select. A name or id that does not exist selects nothing, and neither
// does a tag, since no container has one.
func (d *knownDatastore) targets(runType string, settings map[string]any) []Container {
	if runType == "sync" {
		return nil
	}
	names, _ := settings["container_names"].([]any)
	tags, _ := settings["container_tags"].([]any)
	ids, _ := settings["container_ids"].([]any)
	if id, ok := settings["container_id"]; ok {
		ids = []any{id}
	}
	all := len(names)+len(tags)+len(ids) == 0
	var targeted []Container
	for _, one := range d.containers {
		id := json.Number(strconv.FormatInt(one.ID, 10))
		if all || slices.Contains(names, any(one.Name)) || slices.Contains(ids, any(id)) {
			targeted = append(targeted, one)
		}
	}
	return targeted
}
