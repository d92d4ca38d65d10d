// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// entry is an entry of the model's list. The list is sorted by place.
type entry struct {
	id    int64
	place float64
}

func byPlace(a, b entry) int { return cmp.Compare(a.place, b.place) }

// model is a list that changes after each page that is read.
type model struct {
	pageSize int                             // maximum, whatever size is requested
	grows    func(random *rand.Rand) float64 // returns the place of a new entry
	changes  int                             // maximum after each page

	mutex   sync.Mutex
	random  *rand.Rand
	entries []entry
	lastID  int64
	removed map[int64]bool
}

// growths holds the functions that place new entries, by the order of the list.
var growths = map[string]func(*rand.Rand) float64{
	"sort_created=desc": func(random *rand.Rand) float64 { return -random.Float64() },
	"sort_created=asc":  func(random *rand.Rand) float64 { return 1 + random.Float64() },
	"sort_duration":     func(random *rand.Rand) float64 { return random.Float64() },
	"any":               func(random *rand.Rand) float64 { return 3*random.Float64() - 1 },
}

func newModel(random *rand.Rand, count int) *model {
	m := &model{pageSize: maxPageSize, random: random, removed: map[int64]bool{}}
	for range count {
		m.add(random.Float64())
	}
	return m
}

func (m *model) add(place float64) {
	m.lastID++
	added := entry{m.lastID, place}
	at, _ := slices.BinarySearchFunc(m.entries, added, byPlace)
	m.entries = slices.Insert(m.entries, at, added)
}

func (m *model) change() {
	if len(m.entries) > 0 && m.random.IntN(2) == 0 {
		at := m.random.IntN(len(m.entries))
		m.removed[m.entries[at].id] = true
		m.entries = slices.Delete(m.entries, at, at+1)
		return
	}
	m.add(m.grows(m.random))
}

func (m *model) fetch(_ context.Context, request pageRequest) (page[entry], error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	size := min(request.size, m.pageSize)
	from := min((request.number-1)*size, len(m.entries))
	items := slices.Clone(m.entries[from:min(from+size, len(m.entries))])
	read := page[entry]{Items: items, Total: entryCount(len(m.entries))}
	if m.changes > 0 {
		for range m.random.IntN(m.changes + 1) {
			m.change()
		}
	}
	return read, nil
}

func (m *model) read(t *testing.T, limit int) Listing[entry] {
	t.Helper()
	list := pages[entry]{fetch: m.fetch, id: func(e entry) int64 { return e.id }}
	list.first, list.wanted = extent[entry](limit)
	listing, err := list.read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return listing.upTo(limit)
}

// A list that changes while it is read has no duplicates. If it is steady, it includes all entries
// that existed throughout, in order. Entries that were added meanwhile are in order, too, unless
// there are too many of them.
func TestChangingList(t *testing.T) {
	const readings = 60
	for order, grows := range growths {
		for name, setting := range map[string]struct{ pageSize, changes, count int }{
			"still":             {100, 0, 500},
			"slow":              {100, 1, 700},
			"fast":              {100, 6, 500},
			"small pages":       {20, 1, 200},
			"small pages, fast": {10, 5, 100},
			"tiny pages":        {3, 1, 30},
			"pages of one":      {1, 1, 10},
			"very fast":         {100, 90, 300},
		} {
			t.Run(order+"/"+name, func(t *testing.T) {
				t.Parallel()
				steady := 0
				for seed := range uint64(readings) {
					random := rand.New(rand.NewPCG(seed, 1))
					m := newModel(random, random.IntN(setting.count))
					m.grows, m.pageSize, m.changes = grows, setting.pageSize, setting.changes
					limit := 0
					if random.IntN(3) == 0 {
						limit = 1 + random.IntN(setting.count)
					}
					existing := slices.Clone(m.entries)
					listing := m.read(t, limit)
					if listing.Steady {
						steady++
					}
					m.check(t, existing, listing, limit)
					if t.Failed() {
						t.Fatalf("seed %d, limit %d", seed, limit)
					}
				}
				if setting.pageSize == 100 && setting.changes <= 1 && steady < readings*9/10 {
					t.Errorf("%d of %d readings were steady", steady, readings)
				}
			})
		}
	}
}

func (m *model) check(t *testing.T, existing []entry, listing Listing[entry], limit int) {
	t.Helper()
	if limit > 0 && len(listing.Items) > limit {
		t.Errorf("%d entries", len(listing.Items))
	}
	listed := map[int64]bool{}
	for _, item := range listing.Items {
		if listed[item.id] {
			t.Errorf("entry %d is listed twice", item.id)
		}
		listed[item.id] = true
	}
	if !listing.Steady {
		return
	}
	gone := func(e entry) bool { return m.removed[e.id] || m.changes > 1 && e.id > int64(len(existing)) }
	if kept := slices.DeleteFunc(slices.Clone(listing.Items), gone); !slices.IsSortedFunc(kept, byPlace) {
		t.Error("not sorted")
	}
	for _, item := range slices.DeleteFunc(existing, gone) {
		if limit > 0 && len(listing.Items) == limit && item.place > listing.Items[limit-1].place {
			break
		}
		if !listed[item.id] {
			t.Errorf("entry %d at %v, of %d, is missing", item.id, item.place, len(existing))
		}
	}
}
