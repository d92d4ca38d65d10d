// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

const (
	ascending  = "asc"
	descending = "desc"
)

// ordering is the requested sort of the list. A field that is not requested is "".
type ordering struct {
	created, duration string
}

func (q *query) ordering() ordering {
	return ordering{
		created:  q.choice("sort_created", ascending, descending),
		duration: q.choice("sort_duration", ascending, descending),
	}
}

// list serves GET /api/operations.
func (s *Server) list(r *http.Request, _ int64) response {
	query := parse(r)
	for _, name := range s.options.IgnoredFilters {
		query.values.Del(name)
	}
	filters, ordering, page := query.filters(s.options.LiteralTypes), query.ordering(), query.page()
	if query.invalid() {
		return query.unprocessable()
	}
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	then := s.now().Add(-s.options.ListLag)
	matches := s.matching(filters, then)
	if ordering.duration != "" {
		matches = byDuration(matches, ordering, then)
	}
	items := []map[string]any{}
	from, to := page.bounds(len(matches))
	for i := from; i < to; i++ {
		// Runs are stored by ascending creation; the list starts with the newest.
		index := i
		if ordering.duration == "" && ordering.created != ascending {
			index = len(matches) - 1 - i
		}
		items = append(items, matches[index].listed(matches[index].at(then)))
	}
	return s.reply(page.of(items, len(matches)))
}

// matching returns the Runs that passed all filters at the time then, in the order in which they are
// stored. It may return the stored slice itself, which must not be changed.
func (s *Server) matching(filters []filter, then time.Time) []*record {
	if len(filters) == 0 && s.options.ListLag == 0 {
		return s.ordered
	}
	matches := make([]*record, 0, len(s.ordered))
	for _, one := range s.ordered {
		seen := one.seen(then)
		if seen != nil && !slices.ContainsFunc(filters, func(passes filter) bool { return !passes(seen, then) }) {
			matches = append(matches, seen)
		}
	}
	return matches
}

// byDuration sorts by creation if requested, then by duration with Runs without a duration last,
// then by id.
func byDuration(matches []*record, ordering ordering, now time.Time) []*record {
	type timed struct {
		*record
		duration time.Duration
		ended    bool
	}
	runs := make([]timed, len(matches))
	for i, one := range matches {
		p := one.at(now)
		runs[i] = timed{one, p.end.Sub(p.start), !p.start.IsZero() && !p.end.IsZero()}
	}
	slices.SortFunc(runs, func(a, b timed) int {
		if ordering.created != "" {
			if order := a.run.Created.Compare(b.run.Created); order != 0 {
				return directed(order, ordering.created)
			}
		}
		switch {
		case a.ended != b.ended && a.ended:
			return -1
		case a.ended != b.ended:
			return 1
		}
		order := cmp.Compare(a.run.ID, b.run.ID)
		if a.ended {
			order = cmp.Or(cmp.Compare(a.duration, b.duration), order)
		}
		return directed(order, ordering.duration)
	})
	sorted := make([]*record, len(runs))
	for i, one := range runs {
		sorted[i] = one.record
	}
	return sorted
}

func directed(order int, direction string) int {
	if direction == descending {
		return -order
	}
	return order
}
