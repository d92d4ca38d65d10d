// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"slices"
	"time"
)

// filter reports whether the list includes a Run with its current state.
type filter func(r *record, now time.Time) bool

// filters reads the filters of the table in "Listing Runs". The list includes a Run that passes all
// of them.
func (q *query) filters(literalTypes bool) []filter {
	var filters []filter
	add := func(f filter) { filters = append(filters, f) }

	if id, ok := q.integer("id"); ok {
		add(func(r *record, _ time.Time) bool { return r.run.ID == id })
	}
	if id, ok := q.integer("schedule_id"); ok {
		add(func(r *record, _ time.Time) bool { return r.run.Schedule != nil && r.run.Schedule.ID == id })
	}
	if wanted := q.operationType(); wanted != "" {
		literal := literalTypes && kindOf(wanted) == "catalog"
		add(func(r *record, _ time.Time) bool {
			return r.run.Type == wanted || !literal && kindOf(r.run.Type) == kindOf(wanted)
		})
	}
	if finished, ok := q.boolean("finished"); ok {
		add(func(r *record, now time.Time) bool { return r.current.ended(now) == finished })
	}
	if results := q.choices("result", queued, running, success, failure, aborted); len(results) > 0 {
		add(func(r *record, now time.Time) bool { return slices.Contains(results, r.at(now).result) })
	}
	dates := map[string]func(*record, time.Time) time.Time{
		"created_date": func(r *record, _ time.Time) time.Time { return r.run.Created },
		"start_date":   func(r *record, now time.Time) time.Time { return r.at(now).start },
		"end_date":     func(r *record, now time.Time) time.Time { return r.at(now).end },
	}
	offset := q.offset()
	for _, name := range []string{"created_date", "start_date", "end_date"} {
		if date := q.date(name); date != "" {
			add(func(r *record, now time.Time) bool { return localDate(dates[name](r, now), offset) == date })
		}
	}
	if ids := q.integers("datastore"); len(ids) > 0 {
		add(func(r *record, _ time.Time) bool { return slices.Contains(ids, r.run.Datastore.ID) })
	}
	if ids := q.integers("container"); len(ids) > 0 {
		add(func(r *record, _ time.Time) bool {
			return slices.ContainsFunc(r.run.Containers, func(c Container) bool { return slices.Contains(ids, c.ID) })
		})
	}
	if hasLogs, ok := q.boolean("has_logs"); ok {
		add(func(r *record, _ time.Time) bool { return r.run.HasLogs == hasLogs })
	}
	return filters
}

// operationTypes are the values that the API page lists.
var operationTypes = []string{"catalog", "profile", "scan", "external_scan", "export", "materialize", "promote"}

// operationType also accepts "sync", the type in the payload of a catalog Run.
func (q *query) operationType() string {
	if value, _ := q.last("operation_type"); value == "sync" {
		return value
	}
	return q.choice("operation_type", operationTypes...)
}

// offset returns the client's distance from UTC in minutes, positive to the east.
func (q *query) offset() int64 {
	offset, _ := q.integer("offset")
	return offset
}

// localDate returns the calendar date at t where clocks are offset minutes ahead of UTC, or "" for
// an unknown time.
func localDate(t time.Time, offset int64) string {
	if t.IsZero() {
		return ""
	}
	return time.Unix(t.Unix()+60*offset, 0).UTC().Format(time.DateOnly)
}
