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
	// estimateShare is the share of a window's estimated remaining entries that is read at once.
	// The rest is estimated again, so that no page beyond the start of the window is requested.
	estimateShare = 0.75

	// maxGrowth limits how much is read at once, as a multiple of what has been read, because an
	// estimate from few entries is unreliable.
	maxGrowth = 4
)

// operationsWithin lists the Runs that were created within the filter's window. The API has no such
// filter, so the client searches for the page with the newest Run of the window, reads from there
// to the oldest one, and sorts the Runs in the order of the filter.
func (c *Client) operationsWithin(ctx context.Context, filter Filter, limit int) (Listing[Operation], error) {
	window := createdWindow{after: filter.CreatedAfter, before: filter.CreatedBefore}
	requested := filter
	requested.SortCreated, requested.SortDuration = &descending, nil
	list := c.operationPages(requested)
	if filter.SortDuration == nil && (filter.SortCreated == nil || *filter.SortCreated == descending) {
		window.limit = limit // in any other order, the first entries are known only at the end
	}
	list.wanted = window.wanted
	var listing Listing[Operation]
	for range maxReads {
		err := window.begin(ctx, &list)
		if err == nil {
			listing, err = list.readOnce(ctx)
		}
		if err != nil {
			return listing, err
		}
		if !slices.IsSortedFunc(listing.Items, byNewest) {
			call := apiCall{method: http.MethodGet, path: "/operations"}
			return listing, c.newError(call, KindUnsorted, http.StatusOK,
				"Runs that are not sorted by created, although sort_created=desc was requested")
		}
		if listing.Steady = listing.Steady && (list.first.number == 1 || window.includesEnd(listing.Items)); listing.Steady {
			break
		}
	}
	listing.Items = slices.DeleteFunc(listing.Items, func(run Operation) bool { return !window.contains(run) })
	sortOperations(filter, listing.Items)
	return listing.upTo(limit), nil
}

// begin makes a list begin at the page with the newest Run of the window.
func (w createdWindow) begin(ctx context.Context, list *pages[Operation]) error {
	list.first, list.firstPage = pageRequest{number: 1, size: maxPageSize}, nil
	request, page, err := list.begin(ctx)
	if err != nil {
		return err
	}
	start, err := w.find(ctx, list.fetch, request.size, page)
	list.first, list.firstPage = request, &page
	if start > 0 {
		list.first.number, list.firstPage = start/request.size+1, nil
	}
	return err
}

// byNewest compares Runs by creation time, newest first. A Run without a valid time equals any
// other.
func byNewest(a, b Operation) int {
	one, errOne := a.Created.Time()
	other, errOther := b.Created.Time()
	if errOne != nil || errOther != nil {
		return 0
	}
	return other.Compare(one)
}

// createdWindow selects Runs by creation time: at or after its start, before its end. nil means
// unbounded.
type createdWindow struct {
	after, before *time.Time
	limit         int // number of the newest Runs to select; 0: all
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

// includesEnd reports whether the Runs, newest first, include the end of the window: the first one
// is newer than the window.
func (w createdWindow) includesEnd(runs []Operation) bool {
	return len(runs) > 0 && w.tooNew(runs[0])
}

// find returns the index of an entry of the list, given its first page, that is at most one page
// before the newest Run of the window. It bisects the list by requests of single Runs.
func (w createdWindow) find(
	ctx context.Context, fetch func(context.Context, pageRequest) (page[Operation], error), size int, first page[Operation],
) (int, error) {
	last := len(first.Items) - 1
	if last < 0 || !w.tooNew(first.Items[last]) {
		return 0, nil
	}
	newer, older := last, int(first.Total) // indexes of a Run that is too new, and of one that is not
	for older-newer > size {
		middle := newer + (older-newer)/2
		probe, err := fetch(ctx, pageRequest{number: middle + 1, size: 1})
		if err != nil {
			return 0, err
		}
		if len(probe.Items) > 0 && w.tooNew(probe.Items[0]) {
			newer = middle
		} else {
			older = middle
		}
	}
	return newer, nil
}

// wanted returns the number of entries to cover next, given the entries read so far, newest first.
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

// left returns the number of entries to cover next towards the start of the window: as many pages
// as certainly precede it, at least one; 0 when it is reached.
func (w createdWindow) left(read []Operation) int {
	newest, errNewest := read[0].Created.Time()
	oldest, errOldest := read[len(read)-1].Created.Time()
	if errOldest == nil && oldest.Before(*w.after) {
		return 0
	}
	pages := 1
	if errNewest == nil && errOldest == nil && newest.After(oldest) {
		perEntry := max(newest.Sub(oldest)/time.Duration(len(read)), 1)
		estimate := min(int(estimateShare*float64(oldest.Sub(*w.after))/float64(perEntry)), maxGrowth*len(read))
		pages = max(estimate/maxPageSize, 1)
	}
	return (pages-1)*(maxPageSize-minOverlap) + 1
}

// sortOperations sorts Runs, newest first, in the order of a filter: by creation, then by duration.
// A Run without a duration comes last.
func sortOperations(filter Filter, runs []Operation) {
	slices.SortStableFunc(runs, func(a, b Operation) int {
		return cmp.Or(compareCreated(filter, a, b), compareDuration(filter.SortDuration, a, b))
	})
}

func compareCreated(filter Filter, a, b Operation) int {
	switch {
	case filter.SortCreated != nil && *filter.SortCreated == ascending:
		return -byNewest(a, b)
	case filter.SortCreated != nil || filter.SortDuration == nil:
		return byNewest(a, b)
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
	case *direction == descending:
		return cmp.Compare(other, one)
	}
	return cmp.Compare(one, other)
}
