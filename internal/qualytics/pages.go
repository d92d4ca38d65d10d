// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"errors"
	"net/http"
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
type pageRequest struct {
	number, size int
	trial        bool // a larger page has failed, so a server error is not retried
}

func (r pageRequest) start() int { return (r.number - 1) * r.size }

func (r pageRequest) end() int { return r.number * r.size }

// pages reads a paginated list, with up to maxConcurrentPages requests at a time.
//
// The history may change during the read. A deleted entry moves all later ones forward, possibly
// onto a page that has already been read. So consecutive pages overlap. If two pages share an
// entry, no entry that existed throughout is missing between them: it would have been behind the
// shared entry when the first page was read, and before it when the second was. If they share none,
// the list is read again. Pages of very few entries cannot overlap: they must show the same total.
//
// A page that is too large or too slow for the deployment is requested again at half its size, and
// so are all later ones.
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

// extent requests all entries of a list, or the first ones up to limit (0: all of them).
func extent[T any](limit int) (first pageRequest, wanted func(read []T, covered, total int) int) {
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
	request, first, err := p.begin(ctx)
	if err != nil {
		return Listing[T]{}, err
	}
	merged := merger[T]{id: p.id, seen: make(map[int64]bool, len(first.Items))}
	merged.add(first.Items)
	listing := Listing[T]{Total: int64(first.Total), Steady: true}

	start, covered, total := request.start(), request.start()+len(first.Items), first.upTo(request)
	size := min(maxPageSize, max(len(first.Items), 1)) // the server may have smaller pages
	trial := false
	overlapping, still := true, first.Total > 0 // every page overlaps with others, or shows the same total
	for listing.Steady {
		known, wanted := len(merged.items), p.wanted(merged.items, covered, total)
		if covered >= wanted {
			break
		}
		requests := plan(covered, wanted, size)
		if trial {
			requests = requests[:1]
			requests[0].trial = true
		}
		read, err := p.fetchAll(ctx, requests)
		if trial = err != nil; trial {
			if size, err = smaller(size, err); err != nil {
				return Listing[T]{}, err
			}
		}
		merged.items = slices.Grow(merged.items, len(read)*size)
		for i, page := range read {
			request = requests[i]
			still = still && page.Total == first.Total
			overlaps := merged.add(page.Items)
			overlapping = overlapping && overlaps
			listing.Steady = listing.Steady && (overlaps || request.start() >= covered)
			covered = request.end()
			total = page.upTo(request) // new entries may have moved the last ones back
		}
		if len(read) > 0 && len(merged.items) == known && known < total-start {
			listing.Steady = false // the server returns the same page for every request
		}
	}
	listing.Items = merged.items
	listing.Steady = listing.Steady && (overlapping || still)
	if listing.Total == 0 {
		listing.Total = int64(len(listing.Items)) // the server returned none
	}
	return listing, nil
}

// begin returns the first page and its request. If that page is too large, a smaller one begins no
// later.
func (p pages[T]) begin(ctx context.Context) (pageRequest, page[T], error) {
	if p.firstPage != nil {
		return p.first, *p.firstPage, nil
	}
	request := p.first
	for {
		read, err := p.fetch(ctx, request)
		if err == nil {
			return request, read, nil
		}
		size, err := smaller(request.size, err)
		if err != nil {
			return request, read, err
		}
		request = pageRequest{number: request.start()/size + 1, size: size, trial: true}
	}
}

// smaller returns the size at which to request a page again that has failed at another size. It
// returns the error if a smaller page would fail, too.
func smaller(size int, err error) (int, error) {
	failure, ok := errors.AsType[*Error](err)
	switch {
	case !ok || !failure.dueToSize():
		return size, err
	case size > 1:
		return size / 2, nil
	case failure.tooLarge():
		failure.Detail += " (even for a page of one entry)"
	}
	return size, err
}

// dueToSize reports whether the same request may succeed for fewer entries.
func (e *Error) dueToSize() bool {
	switch e.Kind {
	case KindTimedOut:
		return !wasUnsent(e.Err)
	case KindUnavailable:
		return e.Gateway && e.RetryAfter == 0
	default:
		return e.tooLarge()
	}
}

func (e *Error) tooLarge() bool {
	return errors.Is(e.Err, errTooLarge) || e.StatusCode == http.StatusRequestEntityTooLarge
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
// the previous one. Where pages are too small for that, each begins at that end.
func plan(covered, wanted, largest int) []pageRequest {
	var requests []pageRequest
	for covered < wanted && len(requests) < maxPlannedPages {
		best := pageRequest{number: covered/largest + 1, size: largest}
		overlapping := covered
		for size := largest; size > 0 && size > largest/2; size-- {
			candidate := pageRequest{number: (covered-minOverlap)/size + 1, size: size}
			if covered > minOverlap && candidate.end() > overlapping {
				best, overlapping = candidate, candidate.end()
			}
		}
		requests = append(requests, best)
		covered = best.end()
	}
	return requests
}

// fetchAll requests pages concurrently. With an error, it returns the pages before the first one
// that is missing.
func (p pages[T]) fetchAll(ctx context.Context, requests []pageRequest) ([]page[T], error) {
	read, done := make([]page[T], len(requests)), make([]bool, len(requests))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxConcurrentPages)
	for i, request := range requests {
		group.Go(func() (err error) {
			read[i], err = p.fetch(ctx, request)
			done[i] = err == nil
			return err
		})
	}
	err := group.Wait()
	if missing := slices.Index(done, false); missing >= 0 {
		read = read[:missing]
	}
	return read, err
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
