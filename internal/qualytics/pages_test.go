// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// counted returns a list of count entries with ids from 1, and the number of requested pages.
func counted(count int, change func(page *page[entry], request pageRequest)) (pages[entry], *atomic.Int32) {
	unchanging := newModel(rand.New(rand.NewPCG(1, 1)), 0)
	for i := range count {
		unchanging.add(float64(i))
	}
	var requests atomic.Int32
	return pages[entry]{id: func(e entry) int64 { return e.id }, fetch: func(ctx context.Context, request pageRequest) (page[entry], error) {
		requests.Add(1)
		if request.size < 1 || request.size > maxPageSize || request.number < 1 {
			return page[entry]{}, fmt.Errorf("the API rejects page %d of size %d", request.number, request.size)
		}
		page, err := unchanging.fetch(ctx, request)
		if change != nil {
			change(&page, request)
		}
		return page, err
	}}, &requests
}

func TestPagesRequested(t *testing.T) {
	for _, test := range []struct{ count, limit, requests int }{
		{0, 0, 1},
		{1, 0, 1},
		{99, 0, 1},
		{100, 0, 1},
		{101, 0, 2},
		{150, 0, 2},
		{196, 0, 2},
		{250, 0, 3},
		{1000, 0, 12},
		{10_000, 0, 115},
		{0, 5, 1},
		{3, 5, 1},
		{1000, 1, 1},
		{1000, 2, 1},
		{1000, 99, 1},
		{1000, 100, 1},
		{1000, 101, 2},
		{1000, 196, 2},
		{1000, 250, 3},
		{120, 1000, 2},
		{10_000, 1000, 12},
	} {
		list, requests := counted(test.count, nil)
		listing, err := readWhole(t, list, test.limit)
		if err != nil {
			t.Fatal(err)
		}
		what := fmt.Sprintf("%d of %d entries", test.limit, test.count)
		if got := int(requests.Load()); got > test.requests {
			t.Errorf("%s: %d requests, want %d", what, got, test.requests)
		}
		want := test.count
		if test.limit > 0 {
			want = min(want, test.limit)
		}
		equal(t, what, len(listing.Items), want)
		equal(t, what, listing.Total, int64(test.count))
		equal(t, what, listing.Steady, true)
		for i, item := range listing.Items {
			if item.id != int64(i+1) {
				t.Fatalf("%s: entry %d has the id %d", what, i, item.id)
			}
		}
	}
}

func TestOddServers(t *testing.T) {
	for name, test := range map[string]struct {
		change func(page *page[entry], request pageRequest)
		count  int
		want   int // 0: count; -1: none
		steady bool
	}{
		"pages of 50":              {func(p *page[entry], _ pageRequest) { p.Items = p.Items[:min(50, len(p.Items))] }, 60, 0, true},
		"no total":                 {func(p *page[entry], _ pageRequest) { p.Total = 0 }, 777, 0, true},
		"no total, 100":            {func(p *page[entry], _ pageRequest) { p.Total = 0 }, 100, 0, true},
		"no paging, all entries":   {func(p *page[entry], _ pageRequest) { p.Items = allEntries(250) }, 250, 0, true},
		"no paging, the first 100": {func(p *page[entry], _ pageRequest) { p.Items = allEntries(100) }, 250, 100, false},
		"no paging, no total":      {func(p *page[entry], _ pageRequest) { p.Items = allEntries(100); p.Total = 0 }, 100, 0, true},
		"a total far too large":    {func(p *page[entry], _ pageRequest) { p.Total = 1 << 60 }, 250, 0, false},
		"a total far too small":    {func(p *page[entry], _ pageRequest) { p.Total = 3 }, 250, 0, true},
		"a negative total":         {func(p *page[entry], _ pageRequest) { p.Total = -1 }, 50, 0, true},
		"empty pages":              {func(p *page[entry], _ pageRequest) { p.Items = []entry{} }, 250, -1, false},
	} {
		list, requests := counted(test.count, test.change)
		listing, err := readWhole(t, list, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := test.want
		if want == 0 {
			want = test.count
		}
		equal(t, name, len(listing.Items), max(want, 0))
		equal(t, name, listing.Steady, test.steady)
		if strings.HasPrefix(name, "no total") {
			equal(t, name, listing.Total, int64(want))
		}
		if got := requests.Load(); got > maxReads*(maxPlannedPages+1) {
			t.Errorf("%s: %d requests", name, got)
		}
	}
}

// A list that changes too fast is read again, up to a limit.
func TestUnsteadyListIsReadAgain(t *testing.T) {
	for unsteady := range maxReads + 1 {
		reads := 0
		list, _ := counted(150, func(p *page[entry], request pageRequest) {
			if request.number == 1 {
				reads++
			} else if reads <= unsteady {
				p.Items = p.Items[10:] // without the entries of the page before
			}
		})
		listing, err := readWhole(t, list, 0)
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%d unsteady reads", unsteady)
		equal(t, name, reads, min(unsteady+1, maxReads))
		equal(t, name, listing.Steady, unsteady < maxReads)
		if listing.Steady {
			equal(t, name, len(listing.Items), 150)
		}
	}
}

// allEntries returns the entries of a server without paging.
func allEntries(count int) []entry {
	items := make([]entry, count)
	for i := range items {
		items[i].id = int64(i + 1)
	}
	return items
}

func TestConcurrentPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inFlight, peak atomic.Int32
		list, requests := counted(10_000, nil)
		fetch := list.fetch
		list.fetch = func(ctx context.Context, request pageRequest) (page[entry], error) {
			now := inFlight.Add(1)
			for peak.Load() < now {
				peak.Store(now)
			}
			time.Sleep(50 * time.Millisecond)
			inFlight.Add(-1)
			return fetch(ctx, request)
		}
		began := time.Now()
		if _, err := readWhole(t, list, 0); err != nil {
			t.Fatal(err)
		}
		equal(t, "concurrent requests", peak.Load(), int32(maxConcurrentPages))
		if took := time.Since(began); took > 16*50*time.Millisecond {
			t.Errorf("%d requests took %v", requests.Load(), took)
		}
	})
}

func TestFailedPageEndsRead(t *testing.T) {
	list, requests := counted(10_000, nil)
	fetch, broken := list.fetch, errors.New("broken")
	list.fetch = func(ctx context.Context, request pageRequest) (page[entry], error) {
		if err := ctx.Err(); err != nil {
			return page[entry]{}, err
		}
		page, err := fetch(ctx, request)
		if request.number > 5 {
			err = broken
		}
		return page, err
	}
	listing, err := readWhole(t, list, 0)
	equal(t, "error", err, broken)
	equal(t, "entries", len(listing.Items), 0)
	if got := requests.Load(); got > 5+2*maxConcurrentPages {
		t.Errorf("%d requests, although one of the first failed", got)
	}
}

func TestListWithoutItems(t *testing.T) {
	for _, body := range []string{`{}`, `{"total": 3}`, `{"items": null, "total": 0}`, `null`, `{"detail": "sorry"}`} {
		client := respond(t, responding(http.StatusOK, "application/json", body))
		_, err := client.Operations(t.Context(), Filter{}, 0)
		failed := failure(t, err)
		equal(t, body, failed.Kind, KindNotAPI)
		equal(t, body, failed.Detail, "JSON without items")
		_, err = client.Containers(t.Context(), 100)
		equal(t, body, failure(t, err).Kind, KindNotAPI)
	}
	client := respond(t, responding(http.StatusOK, "application/json", `{"items": []}`))
	listing, err := client.Operations(t.Context(), Filter{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "an empty list", listing, Listing[Operation]{Steady: true})
}

// readWhole reads a list up to limit (0: all entries).
func readWhole(t *testing.T, list pages[entry], limit int) (Listing[entry], error) {
	t.Helper()
	list.first, list.wanted = extent[entry](limit)
	listing, err := list.read(t.Context())
	return listing.upTo(limit), err
}
