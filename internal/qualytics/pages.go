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
	first, err := p.fetch(ctx, window{number: 1, size: size})
	if err != nil {
		return Listing[T]{}, err
	}
	merged := merger[T]{id: p.id, seen: make(map[int64]bool, len(first.Items))}
	merged.add(first.Items)
	listing := Listing[T]{Total: first.Total, Steady: true}

	covered, wanted := len(first.Items), upTo(first.Total, limit)
	largest := min(largestPage, max(covered, 1)) // a server with smaller pages than it was asked for keeps to them
	for listing.Steady && covered < wanted {
		windows := plan(covered, wanted, largest)
		if len(windows) == 0 {
			listing.Steady = false
			break
		}
		read, err := p.fetchAll(ctx, windows)
		if err != nil {
			return Listing[T]{}, err
		}
		for _, page := range read {
			listing.Steady = listing.Steady && merged.add(page.Items)
		}
		covered = windows[len(windows)-1].end()
		wanted = upTo(read[len(read)-1].Total, limit) // new entries may have pushed the last ones further back
	}
	listing.Items = merged.items
	if limit > 0 && len(listing.Items) > limit {
		listing.Items = slices.Clip(listing.Items[:limit])
	}
	return listing, nil
}

func upTo(total int64, limit int) int {
	if limit > 0 && int64(limit) < total {
		return limit
	}
	return int(total)
}

// plan chooses windows that take a list from covered entries to wanted ones. A window begins at a
// multiple of its size, so sizes are chosen such that each begins a little before the last one's end.
func plan(covered, wanted, largest int) []window {
	var windows []window
	for covered < wanted {
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
	at := len(m.items)
	for _, item := range slices.Backward(items) {
		id := m.id(item)
		if m.seen[id] {
			overlaps = true
			at = m.position(id)
			continue
		}
		m.seen[id] = true
		m.items = slices.Insert(m.items, at, item)
	}
	return overlaps
}

func (m *merger[T]) position(id int64) int {
	for i, item := range slices.Backward(m.items) {
		if m.id(item) == id {
			return i
		}
	}
	return len(m.items)
}
