// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// Whatever page size the server is able to serve, the list is the same.
func TestHalvedPages(t *testing.T) {
	for _, largest := range []int{99, 50, 49, 33, 12, 6, 5, 4, 3, 2, 1} {
		for _, count := range []int{1, 2, 3, 60, 137, 300} {
			for _, limit := range []int{0, 1, 2, 7, 130} {
				list, requests := halved(count, largest)
				listing, err := readWhole(t, list, limit)
				if err != nil {
					t.Fatal(err)
				}
				what := fmt.Sprintf("%d of %d entries, at most %d a page", limit, count, largest)
				want := count
				if limit > 0 {
					want = min(want, limit)
				}
				equal(t, what, listing, Listing[entry]{Items: allPlaced(want), Total: int64(count), Steady: true})
				if most := 7 + 1 + 4*(want/largest+1); int(requests.Load()) > most {
					t.Errorf("%s: %d requests, want at most %d", what, requests.Load(), most)
				}
			}
		}
	}
}

// The requests for a long history whose pages must be halved: one that is too large for each halving,
// then those of the small pages. The smaller the pages, the larger is the share of their overlap.
func TestHalvedHistory(t *testing.T) {
	const count = 20_000
	for largest, want := range map[int]int32{maxPageSize: 231, 50: 496, 25: 1113, 12: 2881} {
		list, requests := halved(count, largest)
		listing, err := readWhole(t, list, 0)
		equal(t, "error", err, error(nil))
		equal(t, "steady", listing.Steady, true)
		equal(t, "entries", len(listing.Items), count)
		equal(t, fmt.Sprintf("requests for at most %d a page", largest), requests.Load(), want)
	}
}

// halved returns a counted list whose pages have at most largest entries.
func halved(count, largest int) (pages[entry], *atomic.Int32) {
	list, requests := counted(count, nil)
	fetch := list.fetch
	list.fetch = func(ctx context.Context, request pageRequest) (page[entry], error) {
		if request.size > largest {
			requests.Add(1)
			return page[entry]{}, &Error{StatusCode: http.StatusRequestEntityTooLarge}
		}
		return fetch(ctx, request)
	}
	return list, requests
}

// allPlaced returns the first entries of a counted list.
func allPlaced(count int) []entry {
	items := allEntries(count)
	for i := range items {
		items[i].place = float64(i)
	}
	return items
}

// One page in the middle of a list is too large. Those before it are not requested again.
func TestOneLargeEntry(t *testing.T) {
	list, _ := counted(1000, nil)
	fetch := list.fetch
	early := 0
	list.fetch = func(ctx context.Context, request pageRequest) (page[entry], error) {
		if request.start() <= 150 && 150 < request.end() {
			early++
		}
		if request.start() <= 700 && 700 < request.end() && request.size > 1 {
			return page[entry]{}, &Error{Err: errTooLarge}
		}
		return fetch(ctx, request)
	}
	listing, err := readWhole(t, list, 0)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "entries", listing, Listing[entry]{Items: allPlaced(1000), Total: 1000, Steady: true})
	equal(t, "reads of an early page", early, 1)
}

// A page is halved if it is too large or too slow, but not after other failures.
func TestCausesOfHalving(t *testing.T) {
	for name, test := range map[string]struct {
		fail   func(w http.ResponseWriter, r *http.Request)
		halved bool
		first  int // attempts for the first size
	}{
		"413":               {responding(413, "text/html", "<html>"), true, 1},
		"too large":         {responding(200, "", strings.Repeat(" ", 2<<16)), true, 1},
		"502 of a gateway":  {responding(502, "text/html", "<html>"), true, 3},
		"504 of a gateway":  {responding(504, "text/html", "<html>"), true, 3},
		"too slow":          {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, true, 1},
		"500 of the API":    {responding(500, "", `{"detail": "sorry"}`), false, 3},
		"501":               {responding(501, "text/html", "<html>"), true, 1},
		"403 of a firewall": {responding(403, "text/html", "<html>"), false, 1},
		"422":               {responding(422, "", `{"detail": "sorry"}`), false, 1},
		"not JSON":          {responding(200, "text/html", "<html>"), false, 1},
		"closed":            {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false, 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := mockapi.New(mockapi.Options{Token: testToken})
				runs := runsAt(70, everyMinute)
				runs[0].Status = map[string]int64{"total_containers": 70, "containers_analyzed": 70, "records_processed": 70}
				runs[0].Containers = nil
				api.Seed(runs...)
				var mutex sync.Mutex
				sizes := map[string]int{}
				client := simulated(t, func(request *http.Request) (*http.Response, error) {
					size := request.FormValue("size")
					mutex.Lock()
					sizes[size]++
					mutex.Unlock()
					handler := http.Handler(api)
					if number, _ := strconv.Atoi(size); number > 30 {
						handler = http.HandlerFunc(test.fail)
					}
					return handled(handler)(request)
				}, func(config *Config) { config.MaxRetries = 2 })
				attemptsOf(client).maxBody = 1 << 16
				began := time.Now()
				listing, err := client.Operations(t.Context(), Filter{SortCreated: &descending}, 0)
				if !test.halved {
					equal(t, "failed", err != nil, true)
					equal(t, "sizes", sizes, map[string]int{"100": test.first})
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				equal(t, "Runs", listed(listing), idsDown(70, 1))
				equal(t, "attempts for 100", sizes["100"], test.first)
				equal(t, "attempts for 50", sizes["50"], 1)
				if took := time.Since(began); took > 70*time.Second {
					t.Errorf("took %v", took)
				}
				listing, err = client.Operations(t.Context(), within(10, 50), 0)
				equal(t, "window", err, error(nil))
				equal(t, "window", listed(listing), idsDown(50, 11))
				containers, err := client.Containers(t.Context(), 1)
				equal(t, "containers", err, error(nil))
				equal(t, "containers", len(containers.Items), 70)
			})
		})
	}
}

// If even one entry is too large, the error says so.
func TestOneEntryIsTooLarge(t *testing.T) {
	_, err := respond(t, responding(413, "text/html", "<title>Too Large</title>")).Operations(t.Context(), Filter{}, 0)
	equal(t, "status", failure(t, err).StatusCode, 413)
	equal(t, "detail", failure(t, err).Detail, `an HTML page titled "Too Large" (even for a page of one entry)`)
}
