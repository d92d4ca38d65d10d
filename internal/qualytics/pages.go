// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
)

const (
	maxPageSize = 100 // the API's limit of `size`

	// minOverlap is the minimum number of entries that consecutive pages share. pages needs one.
	// Each further one tolerates a deletion between two requests without another read of the list.
	minOverlap = 2

	maxReads = 4 // of a list that changes too fast

	// maxPlannedPages limits the requests that are planned for one total, which may be wrong.
	maxPlannedPages = 1000
)

// Listing is a filtered list, up to the requested limit.
type Listing[T any] struct {
	Items  []T   // in the requested order, without duplicates
	Total  int64 // the API's count, regardless of the limit
	Steady bool  // false if the history changed so fast that entries may be missing
}

type page[T any] struct {
	Items []T        `json:"items"`
	Total entryCount `json:"total"` // 0 if the API does not return it
}

// entryCount is the API's number of entries. A value that is not a whole number reads as 0.
type entryCount int64

// UnmarshalJSON never fails: an unexpected total must not make its page unreadable.
func (c *entryCount) UnmarshalJSON(data []byte) error {
	var count integer
	err := count.UnmarshalJSON(data)
	*c = entryCount(max(count.value, 0))
	return err
}

// pageRequest is the request for one page: size entries, starting at (number-1)*size.
type pageRequest struct{ number, size int }

func (r pageRequest) start() int { return (r.number - 1) * r.size }

func (r pageRequest) end() int { return r.number * r.size }

// pages reads a paginated list, with up to maxConcurrentPages requests at a time.
//
// The history may change during the read. A deleted entry moves all later ones forward, possibly
// onto a page that has already been read. So consecutive pages overlap. If two pages share an
// entry, no entry that existed throughout is missing between them: it would have been behind the
// shared entry when the first page was read, and before it when the second was. If they share none,
// the list is read again.
type pages[T any] struct {
	fetch func(ctx context.Context, request pageRequest) (page[T], error)
	id    func(T) int64 // 0 if the entry has none; it is then never a duplicate
	first pageRequest
	// firstPage is the first page, if it has already been read.
	firstPage *page[T]
	// wanted returns the number of entries to cover, given the entries read so far and the numbers
	// of covered and existing ones. Reading ends when that many are covered.
	wanted func(read []T, covered, total int) int
}

// whole requests all entries of a list, or the first ones up to limit (0: all of them).
func whole[T any](limit int) (first pageRequest, wanted func(read []T, covered, total int) int) {
	if limit == 0 {
		return pageRequest{number: 1, size: maxPageSize}, func(_ []T, _, total int) int { return total }
	}
	return pageRequest{number: 1, size: min(maxPageSize, limit)}, func(read []T, covered, total int) int {
		return min(total, covered+limit-len(read))
	}
}

func (p pages[T]) read(ctx context.Context) (Listing[T], error) {
	var listing Listing[T]
	for range maxReads {
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
	largest := min(maxPageSize, max(len(first.Items), 1)) // the server may have smaller pages
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
		total = read[len(read)-1].upTo(request) // new entries may have moved the last ones back
		if len(merged.items) == known && known < total-p.first.start() {
			listing.Steady = false // the server returns the same page for every request
		}
	}
	listing.Items = merged.items
	if listing.Total == 0 {
		listing.Total = int64(len(listing.Items)) // the server returned none
	}
	return listing, nil
}

func (p pages[T]) begin(ctx context.Context) (page[T], error) {
	if p.firstPage != nil {
		return *p.firstPage, nil
	}
	return p.fetch(ctx, p.first)
}

// upTo limits a list to its first entries (0: all of them).
func (l Listing[T]) upTo(limit int) Listing[T] {
	if limit > 0 && len(l.Items) > limit {
		l.Items = slices.Clip(l.Items[:limit])
	}
	return l
}

// upTo returns the number of entries, based on one page. After a full page without a total, there
// may be more.
func (p page[T]) upTo(request pageRequest) int {
	if len(p.Items) == request.size && p.Total < entryCount(request.end()) {
		return request.end() + 1
	}
	return int(p.Total)
}

// plan returns requests that extend a list from covered entries to wanted ones. A page begins at a
// multiple of its size, so plan chooses sizes with which each page begins shortly before the end of
// the previous one.
func plan(covered, wanted, largest int) []pageRequest {
	var requests []pageRequest
	for covered < wanted && len(requests) < maxPlannedPages {
		var best pageRequest
		for size := largest; size > 0 && size > largest/2; size-- {
			candidate := pageRequest{number: (covered-minOverlap)/size + 1, size: size}
			if covered > minOverlap && candidate.end() > max(best.end(), covered) {
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
	group.SetLimit(maxConcurrentPages)
	for i, request := range requests {
		group.Go(func() error {
			var err error
			read[i], err = p.fetch(ctx, request)
			return err
		})
	}
	return read, group.Wait()
}

// merger merges overlapping pages. Each entry appears once, in the order of the list.
type merger[T any] struct {
	id    func(T) int64
	items []T
	seen  map[int64]bool
}

// add merges the next page and reports whether it overlaps with the previous ones. New entries
// within the overlap keep their position in the page.
func (m *merger[T]) add(items []T) (overlaps bool) {
	known := len(items) // the last item before this index is known
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
