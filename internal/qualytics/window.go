// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"
)

const (
	// estimateShare is the share of the entries that are estimated to be left in a window which is read
	// at once. What is left is estimated again, so that no page beyond the window's start is requested.
	estimateShare = 0.75

	// growth bounds how many times as much as has been read is read at once: an estimate from few
	// entries says little about many.
	growth = 4
)

// operationsWithin lists the Runs that were created within the filter's window. The API cannot filter by
// it, so the Runs are read newest first, from a page that is searched for to the window's start, and then
// brought into the order of the filter.
func (c *Client) operationsWithin(ctx context.Context, filter Filter, limit int) (Listing[Operation], error) {
	window := createdWindow{after: filter.CreatedAfter, before: filter.CreatedBefore}
	requested := filter
	requested.SortCreated, requested.SortDuration = &newestFirst, nil
	list := c.operationPages(requested)
	if filter.SortDuration == nil && (filter.SortCreated == nil || *filter.SortCreated == newestFirst) {
		window.limit = limit // in any other order, the first ones are known only at the end
	}
	list.wanted = window.wanted
	var listing Listing[Operation]
	for range mostReadings {
		list.first = pageRequest{number: 1, size: largestPage}
		first, err := list.fetch(ctx, list.first)
		if err != nil {
			return listing, err
		}
		if list.first, err = window.find(ctx, list.fetch, first); err != nil {
			return listing, err
		}
		if list.first.number == 1 {
			list.firstPage = &first
		}
		if listing, err = list.readOnce(ctx); err != nil {
			return listing, err
		}
		if !slices.IsSortedFunc(listing.Items, newerFirst) {
			return listing, c.newError(call{method: http.MethodGet, path: "/operations"}, KindUnsorted, http.StatusOK, "Runs that are not sorted by created, although sort_created=desc was requested")
		}
		if listing.Steady = listing.Steady && (list.first.number == 1 || window.begins(listing.Items)); listing.Steady {
			break
		}
	}
	listing.Items = slices.DeleteFunc(listing.Items, func(run Operation) bool { return !window.contains(run) })
	sortOperations(filter, listing.Items)
	return listing.upTo(limit), nil
}

// newerFirst orders Runs by when they were created, the newest first. One that does not say so may stand
// anywhere.
func newerFirst(a, b Operation) int {
	one, errOne := a.Created.Time()
	other, errOther := b.Created.Time()
	if errOne != nil || errOther != nil {
		return 0
	}
	return other.Compare(one)
}

// createdWindow is the time within which Runs are selected by when they were created: at or after its
// start, before its end. nil is open.
type createdWindow struct {
	after, before *time.Time
	limit         int // how many of the newest Runs in it are wanted; 0: all
}

func (w createdWindow) contains(run Operation) bool {
	created, err := run.Created.Time()
	return err == nil && (w.after == nil || !created.Before(*w.after)) && (w.before == nil || created.Before(*w.before))
}

// tooNew reports whether a Run was created after the window.
func (w createdWindow) tooNew(run Operation) bool {
	created, err := run.Created.Time()
	return err == nil && w.before != nil && !created.Before(*w.before)
}

// begins reports whether Runs, newest first, show the window's end: one of them is newer than it.
func (w createdWindow) begins(runs []Operation) bool {
	return len(runs) > 0 && w.tooNew(runs[0])
}

// find searches for the page on which the window begins, given the first one of the list. It requests single
// Runs, until few enough lie between one that is too new and one that is not.
func (w createdWindow) find(ctx context.Context, fetch func(context.Context, pageRequest) (page[Operation], error), first page[Operation]) (pageRequest, error) {
	found := pageRequest{number: 1, size: largestPage}
	if w.before == nil || len(first.Items) == 0 || !w.tooNew(first.Items[len(first.Items)-1]) {
		return found, nil
	}
	newest, last := first.Items[0], len(first.Items)-1
	tooNew := sample{at: last, run: first.Items[last]}
	older := sample{at: int(first.Total)} // beyond the end of the list
	for bisect := false; older.at-tooNew.at > largestPage; {
		distance := older.at - tooNew.at
		at := w.guess(newest, tooNew, older)
		if bisect {
			at = tooNew.at + distance/2
		}
		probe, err := fetch(ctx, pageRequest{number: at + 1, size: 1})
		if err != nil {
			return found, err
		}
		if len(probe.Items) > 0 && w.tooNew(probe.Items[0]) {
			tooNew = sample{at, probe.Items[0]}
		} else {
			older = sample{at, Operation{}}
			if len(probe.Items) > 0 {
				older.run = probe.Items[0]
			}
		}
		bisect = older.at-tooNew.at > distance/2 // the Runs were created so unevenly that guesses mislead
	}
	found.number = tooNew.at/largestPage + 1
	return found, nil
}

// sample is the Run at an index of the list.
type sample struct {
	at  int
	run Operation
}

// guess is an index between a Run that is too new and one that is not: where the window would begin if Runs
// were created evenly. It is a little beyond that while nothing older is known, and a little before it then,
// so that both ends close in.
func (w createdWindow) guess(newest Operation, tooNew, older sample) int {
	const margin = largestPage / 2
	start, end, offset := tooNew, older, -margin
	if older.run.Created == "" { // as evenly as those before it
		start, end, offset = sample{0, newest}, tooNew, margin
	}
	from, errFrom := start.run.Created.Time()
	to, errTo := end.run.Created.Time()
	if errFrom != nil || errTo != nil || !from.After(to) {
		return (tooNew.at + older.at) / 2
	}
	even := float64(start.at) + float64(from.Sub(*w.before))/float64(from.Sub(to))*float64(end.at-start.at)
	return min(max(int(min(even, float64(older.at)))+offset, tooNew.at+1), older.at-1)
}

// wanted is how many entries of the list are to be covered next, given those that were read, newest first.
func (w createdWindow) wanted(read []Operation, covered, total int) int {
	if len(read) == 0 {
		return covered
	}
	inside := len(slices.DeleteFunc(slices.Clone(read), func(run Operation) bool { return !w.contains(run) }))
	if w.limit > 0 && inside >= w.limit {
		return covered
	}
	wanted := total
	if w.after != nil {
		wanted = min(total, covered+w.left(read))
	}
	if w.limit > 0 {
		wanted = min(wanted, covered+w.limit-inside)
	}
	return wanted
}

// left is how many entries to cover next on the way to the window's start: as many pages as certainly lie
// before it, at least one; 0 when it is reached.
func (w createdWindow) left(read []Operation) int {
	newest, errNewest := read[0].Created.Time()
	oldest, errOldest := read[len(read)-1].Created.Time()
	if errOldest == nil && oldest.Before(*w.after) {
		return 0
	}
	pages := 1
	if errNewest == nil && errOldest == nil && newest.After(oldest) {
		perEntry := max(newest.Sub(oldest)/time.Duration(len(read)), 1)
		estimate := min(int(estimateShare*float64(oldest.Sub(*w.after))/float64(perEntry)), growth*len(read))
		pages = max(estimate/largestPage, 1)
	}
	return (pages-1)*(largestPage-sharedRuns) + 1
}

// sortOperations brings Runs, newest first, into the order of a filter: by created, then by
// duration. A Run without a duration comes last.
func sortOperations(filter Filter, runs []Operation) {
	slices.SortStableFunc(runs, func(a, b Operation) int {
		return cmp.Or(compareCreated(filter, a, b), compareDuration(filter.SortDuration, a, b))
	})
}

func compareCreated(filter Filter, a, b Operation) int {
	switch {
	case filter.SortCreated != nil && *filter.SortCreated == oldestFirst:
		return -newerFirst(a, b)
	case filter.SortCreated != nil || filter.SortDuration == nil:
		return newerFirst(a, b)
	}
	return 0
}

func compareDuration(direction *string, a, b Operation) int {
	if direction == nil {
		return 0
	}
	one, knownOne := a.Duration()
	other, knownOther := b.Duration()
	switch {
	case knownOne != knownOther && knownOne:
		return -1
	case knownOne != knownOther:
		return 1
	case *direction == newestFirst:
		return cmp.Compare(other, one)
	}
	return cmp.Compare(one, other)
}
