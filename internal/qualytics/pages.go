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

	// sharedRuns is by how many entries consecutive windows overlap at least. One would do for the
	// proof below; each further one lets an entry vanish meanwhile without reading again.
	sharedRuns = 2

	mostReadings = 4

	// mostWindows is how many windows are planned on the word of one total, which may be wrong.
	mostWindows = 1000
)

// Listing is a filtered list as far as it was asked for.
type Listing[T any] struct {
	Items  []T   // in the order that was asked for, without duplicates
	Total  int64 // what the API counted, whatever the limit
	Steady bool  // false: the history changed so fast that entries may have been left out
}

type page[T any] struct {
	Items []T   `json:"items"`
	Total int64 `json:"total"`
}

// window is one page as it is asked for: the entries from (number-1)*size on, size of them.
type window struct{ number, size int }

func (w window) end() int { return w.number * w.size }

// pages reads a paginated list whole, or its first entries up to limit (0: all of them), with as many
// requests under way at a time as there are connections.
//
// The history changes while it is read: an entry that vanishes moves all later ones forward, maybe out
// of a page yet to be read into one already read. So consecutive windows overlap. If they have an entry
// in common, nothing that stood throughout can have slipped between them: it would have been behind
// that entry when the first window was read, and before it when the second was. If they have none, the
// list is read again.
type pages[T any] struct {
	fetch func(ctx context.Context, window window) (page[T], error)
	id    func(T) int64
}

func (p pages[T]) read(ctx context.Context, limit int) (Listing[T], error) {
	var listing Listing[T]
	for range mostReadings {
		var err error
		listing, err = p.readOnce(ctx, limit)
		if err != nil || listing.Steady {
			return listing, err
		}
	}
	return listing, nil
}

func (p pages[T]) readOnce(ctx context.Context, limit int) (Listing[T], error) {
	size := largestPage
	if limit > 0 {
		size = min(size, limit)
	}
	window := window{number: 1, size: size}
	first, err := p.fetch(ctx, window)
	if err != nil {
		return Listing[T]{}, err
	}
	merged := merger[T]{id: p.id, seen: make(map[int64]bool, len(first.Items))}
	merged.add(first.Items)
	listing := Listing[T]{Total: first.Total, Steady: true}

	covered, total := len(first.Items), first.upTo(window)
	largest := min(largestPage, max(covered, 1)) // a server with smaller pages than it was asked for keeps to them
	for listing.Steady {
		known, wanted := len(merged.items), total
		if limit > 0 {
			wanted = min(total, covered+limit-known)
		}
		if covered >= wanted {
			break
		}
		windows := plan(covered, wanted, largest)
		if len(windows) == 0 {
			listing.Steady = false
			break
		}
		read, err := p.fetchAll(ctx, windows)
		if err != nil {
			return Listing[T]{}, err
		}
		merged.items = slices.Grow(merged.items, len(read)*largest)
		for _, page := range read {
			overlaps := merged.add(page.Items)
			listing.Steady = listing.Steady && overlaps
		}
		window = windows[len(windows)-1]
		covered = window.end()
		total = read[len(read)-1].upTo(window) // new entries may have pushed the last ones further back
		if len(merged.items) == known && known < total {
			listing.Steady = false // a server that answers the same whatever page it is asked for
		}
	}
	listing.Items = merged.items
	if listing.Total == 0 {
		listing.Total = int64(len(listing.Items)) // for a server that does not count
	}
	if limit > 0 && len(listing.Items) > limit {
		listing.Items = slices.Clip(listing.Items[:limit])
	}
	return listing, nil
}

// upTo is how many entries there are, going by the page that a window showed. A full page without a
// total says that there may be more.
func (p page[T]) upTo(window window) int {
	if len(p.Items) == window.size && p.Total < int64(window.end()) {
		return window.end() + 1
	}
	return int(p.Total)
}

// plan chooses windows that take a list from covered entries to wanted ones. A window begins at a
// multiple of its size, so sizes are chosen such that each begins a little before the last one's end.
func plan(covered, wanted, largest int) []window {
	var windows []window
	for covered < wanted && len(windows) < mostWindows {
		var best window
		for size := largest; size > 0 && size > largest/2; size-- {
			candidate := window{number: (covered-sharedRuns)/size + 1, size: size}
			if covered > sharedRuns && candidate.end() > max(best.end(), covered) {
				best = candidate
			}
		}
		if best.size == 0 {
			return nil // the server's pages are too small to overlap
		}
		windows = append(windows, best)
		covered = best.end()
	}
	return windows
}

func (p pages[T]) fetchAll(ctx context.Context, windows []window) ([]page[T], error) {
	read := make([]page[T], len(windows))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(mostConnections)
	for i, window := range windows {
		group.Go(func() error {
			var err error
			read[i], err = p.fetch(ctx, window)
			return err
		})
	}
	return read, group.Wait()
}

// merger puts overlapping windows together, each entry once and where the list has it.
type merger[T any] struct {
	id    func(T) int64
	items []T
	seen  map[int64]bool
}

// add takes the next window and reports whether it overlaps with what was there. Entries that are new
// within the overlap go where they stand in the window.
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
	if id := m.id(item); !m.seen[id] {
		m.seen[id] = true
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
