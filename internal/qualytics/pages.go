// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
)

const (
	largestPage = 100 // the API's bound on `size`

	// sharedRuns is by how many entries consecutive pages overlap at least. One would do for the proof
	// below. Each further one lets an entry vanish meanwhile without reading again.
	sharedRuns = 2

	mostReadings = 4

	// mostRequests is how many pages are planned on the word of one total, which may be wrong.
	mostRequests = 1000
)

// Listing is a filtered list as far as it was requested.
type Listing[T any] struct {
	Items  []T   // in the requested order, without duplicates
	Total  int64 // what the API counted, whatever the limit
	Steady bool  // false: the history changed so fast that entries may have been left out
}

type page[T any] struct {
	Items []T        `json:"items"`
	Total entryCount `json:"total"` // 0 where the API does not count
}

// entryCount is a number of entries as the API counts them. Anything but a whole number reads as 0.
type entryCount int64

// UnmarshalJSON never fails: a page is not lost for its total.
func (c *entryCount) UnmarshalJSON(data []byte) error {
	*c = entryCount(max(orZero(optionalInt(data)), 0))
	return nil
}

// pageRequest is one page as it is requested: the entries from (number-1)*size on, size of them.
type pageRequest struct{ number, size int }

func (r pageRequest) start() int { return (r.number - 1) * r.size }

func (r pageRequest) end() int { return r.number * r.size }

// pages reads a paginated list, with as many requests under way at a time as one list may have.
//
// The history changes while it is read: an entry that vanishes moves all later ones forward, maybe out
// of a page yet to be read into one already read. So consecutive pages overlap. If they have an entry in
// common, nothing that stood throughout can have slipped between them: it would have been behind that
// entry when the first page was read, and before it when the second was. If they have none, the list is
// read again.
type pages[T any] struct {
	fetch func(ctx context.Context, request pageRequest) (page[T], error)
	id    func(T) int64 // 0: the entry has none, and counts as another one each time
	first pageRequest   // where to begin
	// firstPage is the first page where it has been read already.
	firstPage *page[T]
	// wanted is how many entries of the list are to be covered, given what was read since the beginning,
	// and how many entries are covered and exist. Reading ends when that many are.
	wanted func(read []T, covered, total int) int
}

// whole wants all entries of a list, or its first ones up to limit (0: all of them).
func whole[T any](limit int) (first pageRequest, wanted func(read []T, covered, total int) int) {
	if limit == 0 {
		return pageRequest{number: 1, size: largestPage}, func(_ []T, _, total int) int { return total }
	}
	return pageRequest{number: 1, size: min(largestPage, limit)}, func(read []T, covered, total int) int {
		return min(total, covered+limit-len(read))
	}
}

func (p pages[T]) read(ctx context.Context) (Listing[T], error) {
	var listing Listing[T]
	for range mostReadings {
		var err error
		listing, err = p.readOnce(ctx)
		if err != nil || listing.Steady {
			return listing, err
		}
	}
	return listing, nil
}

func (p pages[T]) readOnce(ctx context.Context) (Listing[T], error) {
	request := p.first
	first, err := p.begin(ctx)
	if err != nil {
		return Listing[T]{}, err
	}
	merged := merger[T]{id: p.id, seen: make(map[int64]bool, len(first.Items))}
	merged.add(first.Items)
	listing := Listing[T]{Total: int64(first.Total), Steady: true}

	covered, total := request.start()+len(first.Items), first.upTo(request)
	largest := min(largestPage, max(len(first.Items), 1)) // a server with smaller pages keeps to them
	for listing.Steady {
		known, wanted := len(merged.items), p.wanted(merged.items, covered, total)
		if covered >= wanted {
			break
		}
		requests := plan(covered, wanted, largest)
		if len(requests) == 0 {
			listing.Steady = false
			break
		}
		read, err := p.fetchAll(ctx, requests)
		if err != nil {
			return Listing[T]{}, err
		}
		merged.items = slices.Grow(merged.items, len(read)*largest)
		for _, page := range read {
			overlaps := merged.add(page.Items)
			listing.Steady = listing.Steady && overlaps
		}
		request = requests[len(requests)-1]
		covered = request.end()
		total = read[len(read)-1].upTo(request) // new entries may have pushed the last ones further back
		if len(merged.items) == known && known < total-p.first.start() {
			listing.Steady = false // a server that returns the same whatever page is requested
		}
	}
	listing.Items = merged.items
	if listing.Total == 0 {
		listing.Total = int64(len(listing.Items)) // for a server that does not count
	}
	return listing, nil
}

func (p pages[T]) begin(ctx context.Context) (page[T], error) {
	if p.firstPage != nil {
		return *p.firstPage, nil
	}
	return p.fetch(ctx, p.first)
}

// upTo limits a listing to its first entries (0: all of them).
func (l Listing[T]) upTo(limit int) Listing[T] {
	if limit > 0 && len(l.Items) > limit {
		l.Items = slices.Clip(l.Items[:limit])
	}
	return l
}

// upTo is how many entries there are, going by one page. A full page without a total says that there may
// be more.
func (p page[T]) upTo(request pageRequest) int {
	if len(p.Items) == request.size && p.Total < entryCount(request.end()) {
		return request.end() + 1
	}
	return int(p.Total)
}

// plan chooses requests that take a list from covered entries to wanted ones. A page begins at a
// multiple of its size, so sizes are chosen such that each begins a little before the last one's end.
func plan(covered, wanted, largest int) []pageRequest {
	var requests []pageRequest
	for covered < wanted && len(requests) < mostRequests {
		var best pageRequest
		for size := largest; size > 0 && size > largest/2; size-- {
			candidate := pageRequest{number: (covered-sharedRuns)/size + 1, size: size}
			if covered > sharedRuns && candidate.end() > max(best.end(), covered) {
				best = candidate
			}
		}
		if best.size == 0 {
			return nil // the server's pages are too small to overlap
		}
		requests = append(requests, best)
		covered = best.end()
	}
	return requests
}

func (p pages[T]) fetchAll(ctx context.Context, requests []pageRequest) ([]page[T], error) {
	read := make([]page[T], len(requests))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(mostConnections)
	for i, request := range requests {
		group.Go(func() error {
			var err error
			read[i], err = p.fetch(ctx, request)
			return err
		})
	}
	return read, group.Wait()
}

// merger puts overlapping pages together, each entry once and where the list has it.
type merger[T any] struct {
	id    func(T) int64
	items []T
	seen  map[int64]bool
}

// add takes the next page and reports whether it overlaps with what was there. Entries that are new
// within the overlap go where they stand in the page.
func (m *merger[T]) add(items []T) (overlaps bool) {
	known := len(items) // of the items up to here, the last is known
	for known > 0 && !m.seen[m.id(items[known-1])] {
		known--
	}
	for _, item := range items[known:] {
		m.insert(len(m.items), item)
	}
	at := 0
	for _, item := range slices.Backward(items[:known]) {
		if id := m.id(item); m.seen[id] {
			at = m.position(id)
		} else {
			m.insert(at, item)
		}
	}
	return known > 0
}

func (m *merger[T]) insert(at int, item T) {
	if id := m.id(item); id == 0 || !m.seen[id] {
		m.seen[id] = id != 0
		m.items = slices.Insert(m.items, at, item)
	}
}

func (m *merger[T]) position(id int64) int {
	for i, item := range slices.Backward(m.items) {
		if m.id(item) == id {
			return i
		}
	}
	return len(m.items)
}
