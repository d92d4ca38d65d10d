// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"net/http"
	"time"
)

// containerRun is the work of a Run on one of its containers.
type containerRun struct {
	id         int64
	container  Container
	start, end time.Time
	result     string
	message    string
	counts     map[string]int64
}

// containerRuns returns the work on each container of a Run with the progress p. A Run processes
// its containers in order, each for the same share of the work: those that are done succeed, the
// next one has the result of the Run, and the others are queued, or aborted when the Run has ended.
// A Run can succeed although its last containers fail.
func (r *record) containerRuns(p progress) []containerRun {
	count := len(r.run.Containers)
	runs := make([]containerRun, count)
	next := int(float64(count)*p.done + tolerance)
	for i, container := range r.run.Containers {
		from, to := float64(i)/float64(count), float64(i+1)/float64(count)
		one := containerRun{id: r.run.ID*1000 + int64(i) + 1, container: container, result: queued}
		by := r.executionFor(to)
		switch {
		case p.result == success && i >= count-r.run.Failing:
			one.result, one.start, one.end, one.message = failure, by.reaches(from), by.reaches(to), r.run.Message
		case i < next:
			one.result, one.start, one.end = success, by.reaches(from), by.reaches(to)
		case i > next && i < next+r.run.Failing && p.result == failure:
			one.result, one.start, one.end, one.message = failure, p.start, p.end, r.run.Message
		case i == next && p.result != queued && !by.begins.After(by.ends):
			one.result, one.start, one.end = p.result, by.reaches(from), p.end
			if !p.end.IsZero() {
				one.message = r.run.Message
			}
		case !p.end.IsZero():
			one.result = aborted
		}
		one.counts = map[string]int64{}
		for name, whole := range r.run.Status {
			one.counts[name] = counted(name, whole, min(p.done, to)) - counted(name, whole, min(p.done, from))
		}
		if len(r.run.Anomalies) > 0 {
			one.counts[anomaliesCounter] = 0
			if i < next {
				one.counts[anomaliesCounter] = r.run.anomaliesIn(i)
			}
		}
		runs[i] = one
	}
	return runs
}

// executionFor returns the execution during which the Run reaches the share done.
func (r *record) executionFor(done float64) execution {
	by := r.current
	for i := len(r.earlier) - 1; i >= 0 && by.from > done-tolerance; i-- {
		by = r.earlier[i]
	}
	return by
}

// named returns the container as the payloads of its runs show it.
func (c containerRun) named() map[string]any {
	return map[string]any{
		"id":             c.container.ID,
		"name":           c.container.Name,
		"container_type": c.container.ContainerType,
	}
}

// listed returns an item of "Listing containers in a Run".
func (c containerRun) listed() map[string]any {
	return map[string]any{
		"id":                c.id,
		"container":         c.named(),
		"start_time":        timestamp(c.start),
		"end_time":          timestamp(c.end),
		"records_processed": c.counts["records_processed"],
		"anomaly_count":     c.counts["anomalies_identified"],
		"result":            c.result,
		"message":           text(c.message),
	}
}

func (r *record) containerScans(p progress) []map[string]any {
	runs := r.containerRuns(p)
	scans := make([]map[string]any, 0, len(runs))
	for _, one := range runs {
		scan := one.listed()
		scan["created"] = timestamp(r.run.Created)
		scans = append(scans, scan)
	}
	return scans
}

func (r *record) containerProfiles(p progress) []map[string]any {
	runs := r.containerRuns(p)
	profiles := make([]map[string]any, 0, len(runs))
	for _, one := range runs {
		profiles = append(profiles, map[string]any{
			"id":                   one.id,
			"created":              timestamp(r.run.Created),
			"parent_profile_id":    nil,
			"container":            one.named(),
			"records_count":        one.counts["records_processed"],
			"records_processed":    one.counts["records_processed"],
			"checks_synchronized":  one.counts["checks_synchronized"],
			"field_profiles_count": one.counts["fields_profiled"],
			"result":               one.result,
			"message":              text(one.message),
		})
	}
	return profiles
}

// containers serves GET /api/operations/{id}/containers. The response has only items and total. The
// page parameters are those of the list.
func (s *Server) containers(r *http.Request, id int64) response {
	query := parse(r)
	page := query.page()
	if query.invalid() {
		return query.unprocessable()
	}
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	then := s.now().Add(-s.options.DetailLag)
	found := s.byID[id].seen(then)
	if found == nil {
		return noSuchRun(id)
	}
	runs := found.containerRuns(found.at(then))
	items := []map[string]any{}
	for _, one := range window(runs, page) {
		if s.options.NestedContainers {
			items = append(items, one.nested(found.run))
		} else {
			items = append(items, one.listed())
		}
	}
	if s.options.NestedContainers {
		return reply(http.StatusOK, page.of(items, len(runs)))
	}
	return reply(http.StatusOK, map[string]any{"items": items, "total": len(runs)})
}

// nested returns an item as some deployments list it: the container itself, with the work nested in
// it. The work is missing until the Run has reached the container.
func (c containerRun) nested(run Run) map[string]any {
	var scan, profile any
	work := c.listed()
	delete(work, "container")
	switch {
	case c.start.IsZero():
	case kindOf(run.Type) == "profile":
		profile = work
	default:
		scan = work
	}
	item := c.named()
	item["datastore"] = run.Datastore
	item["metrics"] = map[string]any{}
	item["container_scan"] = scan
	item["container_profile"] = profile
	return item
}
