// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

var epoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// runsAt returns count Runs with ids from 1, created at the given times after the epoch.
func runsAt(count int, created func(i int) time.Duration) []mockapi.Run {
	runs := make([]mockapi.Run, count)
	for i := range runs {
		at := epoch.Add(created(i)).Truncate(time.Microsecond)
		length := time.Duration(1+i*37%91) * time.Second
		runs[i] = mockapi.Run{
			ID: int64(i + 1), Created: at, StartTime: at, EndTime: at.Add(length),
			Containers: []mockapi.Container{}, Status: map[string]int64{},
		}
	}
	return runs
}

func everyMinute(i int) time.Duration { return time.Duration(i) * time.Minute }

// within returns a filter for the Runs from one minute after the epoch to another. A negative
// minute means unbounded.
func within(from, to int) Filter {
	var filter Filter
	if from >= 0 {
		filter.CreatedAfter = new(epoch.Add(everyMinute(from)))
	}
	if to >= 0 {
		filter.CreatedBefore = new(epoch.Add(everyMinute(to)))
	}
	return filter
}

// idsDown returns the ids from high to low.
func idsDown(high, low int) []int64 {
	var ids []int64
	for id := high; id >= low; id-- {
		ids = append(ids, int64(id))
	}
	return ids
}

func listed(listing Listing[Operation]) []int64 {
	var ids []int64
	for _, run := range listing.Items {
		ids = append(ids, run.ID)
	}
	return ids
}

// chronicle is a history of Runs that show only when they were created, as a Run i after the epoch.
// It records the queries of its requests.
type chronicle struct {
	client  *Client
	mutex   sync.Mutex
	queries []url.Values
}

func newChronicle(t *testing.T, count int, created func(i int) time.Duration) *chronicle {
	t.Helper()
	runs := encodeHistory(count, 0, func(id int) string {
		return fmt.Sprintf(`{"id":%d,"created":%q}`, id, epoch.Add(created(id-1)).Format(time.RFC3339Nano))
	})
	c := &chronicle{}
	c.client = simulated(t, handled(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mutex.Lock()
		c.queries = append(c.queries, r.URL.Query())
		c.mutex.Unlock()
		runs.ServeHTTP(w, r)
	})))
	return c
}

// list returns the ids of the Runs, and the queries of the requests for them.
func (c *chronicle) list(t *testing.T, filter Filter, limit int) (Listing[Operation], []url.Values) {
	t.Helper()
	c.queries = nil
	listing, err := c.client.Operations(t.Context(), filter, limit)
	if err != nil {
		t.Fatal(err)
	}
	return listing, c.queries
}

// The number of requests for a window depends on the number of its Runs, not on its position in the
// history. If it includes the newest Run, no page beyond its start is requested.
func TestWindow(t *testing.T) {
	const count = 5_000
	history := newChronicle(t, count, everyMinute)
	longer := Filter{CreatedAfter: new(epoch.AddDate(-1, 0, 0)), CreatedBefore: new(epoch.AddDate(9, 0, 0))}
	for name, test := range map[string]struct {
		filter    Filter
		limit     int
		high, low int
		requests  int
		lastPage  int // that may be requested; 0: any
	}{
		"newest":              {within(count-300, -1), 0, count, count - 299, 4, 4},
		"newest, to the end":  {within(count-300, count+5), 0, count, count - 299, 5, 0},
		"newest but one page": {within(count-400, count-100), 0, count - 100, count - 399, 15, 0},
		"middle":              {within(2_000, 2_300), 0, 2_300, 2_001, 14, 0},
		"oldest":              {within(-1, 300), 0, 300, 1, 14, 0},
		"all":                 {within(0, -1), 0, count, 1, count/90 + 10, 0},
		"longer than all":     {longer, 0, count, 1, count/90 + 10, 0},
		"one Run":             {within(2_000, 2_001), 0, 2_001, 2_001, 12, 0},
		"empty":               {within(2_000, 2_000), 0, 0, 1, 12, 0},
		"before all":          {Filter{CreatedBefore: &epoch}, 0, 0, 1, 12, 0},
		"after all":           {within(count+1, count+9), 0, 0, 1, 3, 0},
		"limited, newest":     {within(count-2_000, -1), 5, count, count - 4, 1, 4},
		"limited, middle":     {within(1_000, 3_000), 5, 3_000, 2_996, 12, 0},
	} {
		t.Run(name, func(t *testing.T) {
			listing, queries := history.list(t, test.filter, test.limit)
			if got, want := listed(listing), idsDown(test.high, test.low); !slices.Equal(got, want) {
				t.Errorf("got %d Runs, want %d from %d down to %d", len(got), len(want), test.high, test.low)
			}
			equal(t, "total", listing.Total, int64(count))
			equal(t, "steady", listing.Steady, true)
			if len(queries) > test.requests {
				t.Errorf("%d requests, want at most %d: %v", len(queries), test.requests, queries)
			}
			for _, query := range queries {
				if page, _ := strconv.Atoi(query.Get("page")); test.lastPage > 0 && page > test.lastPage {
					t.Errorf("a page beyond the window's start was requested: %v", query)
				}
				if query.Get("sort_created") != "desc" || query.Has("created_after") || query.Has("created_before") {
					t.Errorf("requested %v", query)
				}
			}
		})
	}
}

// A window is complete, however unevenly Runs were created.
func TestWindow_unevenHistory(t *testing.T) {
	const count = 2000
	for name, created := range map[string]func(i int) time.Duration{
		"bursts": func(i int) time.Duration {
			return time.Duration(i/200)*24*time.Hour + time.Duration(i%200)*time.Millisecond
		},
		"increasing rate": func(i int) time.Duration { return time.Hour * 1000 / time.Duration(count+1-i) },
		"decreasing rate": func(i int) time.Duration { return time.Duration(i*i) * time.Second },
		"same time":       func(int) time.Duration { return time.Hour },
		"an outlier":      func(i int) time.Duration { return everyMinute(i) + time.Duration(i/(count-1))*700_000*time.Hour },
	} {
		t.Run(name, func(t *testing.T) {
			history := newChronicle(t, count, created)
			at := func(id int64) time.Time { return epoch.Add(created(int(id - 1))) }
			random := rand.New(rand.NewPCG(1, 1))
			for range 4 {
				from := at(1 + random.Int64N(count))
				to := at(1 + random.Int64N(count)).Add(time.Duration(random.IntN(2)))
				listing, queries := history.list(t, Filter{CreatedAfter: &from, CreatedBefore: &to}, 0)
				want := slices.DeleteFunc(idsDown(count, 1), func(id int64) bool { return at(id).Before(from) || !at(id).Before(to) })
				if got := listed(listing); !slices.Equal(got, want) {
					t.Errorf("%v to %v: got %d Runs, want %d", from, to, len(got), len(want))
				}
				if limit := len(want)/50 + 60; len(queries) > limit {
					t.Errorf("%d requests for %d Runs, want at most %d", len(queries), len(want), limit)
				}
			}
		})
	}
}

// A window is sorted in the order of the filter, and the other filters apply.
func TestWindow_order(t *testing.T) {
	runs := runsAt(140, everyMinute)
	runs[100].Result = "failure"
	service := simulate(t, mockapi.Options{}, runs)
	asc, desc := "asc", "desc"
	duration := func(id int64) time.Duration { return runs[id-1].EndTime.Sub(runs[id-1].StartTime) }
	for name, test := range map[string]struct {
		created, duration *string
		less              func(a, b int64) bool
	}{
		"unset":            {nil, nil, func(a, b int64) bool { return a > b }},
		"desc":             {&desc, nil, func(a, b int64) bool { return a > b }},
		"asc":              {&asc, nil, func(a, b int64) bool { return a < b }},
		"shortest":         {nil, &asc, func(a, b int64) bool { return duration(a) <= duration(b) }},
		"longest":          {nil, &desc, func(a, b int64) bool { return duration(a) >= duration(b) }},
		"created, longest": {&asc, &desc, func(a, b int64) bool { return a < b }},
	} {
		for _, limit := range []int{0, 7} {
			filter := within(20, 130)
			filter.SortCreated, filter.SortDuration = test.created, test.duration
			listing, err := service.client.Operations(t.Context(), filter, limit)
			if err != nil {
				t.Fatal(err)
			}
			got := listed(listing)
			want := 110
			if limit > 0 {
				want = limit
			}
			equal(t, name+": count", len(got), want)
			for i := 1; i < len(got); i++ {
				if !test.less(got[i-1], got[i]) {
					t.Errorf("%s, limit %d: Run %d comes before Run %d", name, limit, got[i-1], got[i])
				}
			}
			if limit > 0 && name == "asc" && got[0] != 21 || name == "desc" && got[0] != 130 {
				t.Errorf("%s, limit %d: the first is Run %d", name, limit, got[0])
			}
		}
	}
	filter := within(20, 130)
	filter.Results = []Result{ResultFailure}
	listing, err := service.client.Operations(t.Context(), filter, 0)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "failures", listed(listing), []int64{101})
	equal(t, "total", listing.Total, int64(1))
}

// If a server ignores the requested order, listing a window is an error.
func TestWindow_unsorted(t *testing.T) {
	client := respond(t, responding(200, "application/json",
		`{"items": [{"id": 1, "created": "2026-05-01T00:00:00Z"}, {"id": 2, "created": "2026-05-02T00:00:00Z"}], "total": 2}`))
	_, err := client.Operations(t.Context(), within(0, -1), 0)
	equal(t, "kind", KindOf(err), KindUnsorted)
}

// Runs that are created or deleted while a window is read cause neither duplicates nor gaps.
func TestWindow_changingHistory(t *testing.T) {
	const count = 500
	for seed := range uint64(5) {
		random := rand.New(rand.NewPCG(seed, 1))
		service := simulate(t, mockapi.Options{}, runsAt(count, everyMinute))
		gone := map[int64]bool{}
		next := count
		var mutex sync.Mutex
		service.Inject(mockapi.Fault{Method: "GET", Times: mockapi.Always, Hook: func() {
			mutex.Lock()
			defer mutex.Unlock()
			if random.IntN(2) == 0 {
				next++
				service.Seed(mockapi.Run{ID: int64(next), Created: epoch.Add(everyMinute(next)), Containers: []mockapi.Container{}})
				return
			}
			id := int64(1 + random.IntN(count))
			gone[id] = true
			service.Remove(id)
		}})
		from := random.IntN(300)
		to := from + random.IntN(200)
		listing, err := service.client.Operations(t.Context(), within(from, to), 0)
		if err != nil {
			t.Fatal(err)
		}
		got := listed(listing)
		if compacted := slices.Compact(slices.Sorted(slices.Values(got))); len(compacted) != len(got) {
			t.Errorf("seed %d: a Run is listed twice", seed)
		}
		if !listing.Steady {
			continue
		}
		for id := int64(from + 1); id <= int64(to); id++ {
			if !gone[id] && !slices.Contains(got, id) {
				t.Errorf("seed %d: Run %d of %d to %d is missing", seed, id, from, to)
			}
		}
	}
}

// A window that moves while it is read is read again.
func TestWindow_readAgain(t *testing.T) {
	service := simulate(t, mockapi.Options{}, runsAt(1000, everyMinute))
	newest := int64(1000)
	var mutex sync.Mutex
	service.Inject(mockapi.Fault{Method: "GET", Times: 10, Hook: func() {
		mutex.Lock()
		defer mutex.Unlock()
		for range 60 {
			service.Remove(newest)
			newest--
		}
	}})
	listing, err := service.client.Operations(t.Context(), within(200, 350), 0)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "steady", listing.Steady, true)
	if got, want := listed(listing), idsDown(350, 201); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWindow_cancelled(t *testing.T) {
	service := simulate(t, mockapi.Options{}, runsAt(1000, everyMinute))
	ctx, cancel := context.WithCancel(t.Context())
	service.Inject(mockapi.Fault{Method: "GET", Skip: 3, Hook: cancel})
	if _, err := service.client.Operations(ctx, within(100, 400), 0); KindOf(err) != KindCancelled {
		t.Errorf("got %v", err)
	}
}

func BenchmarkWindow(b *testing.B) {
	const count = 100_000
	service := serve(b, mockapi.Options{}, runsAt(count, everyMinute))
	var baseline float64
	b.Run("newest 300", func(b *testing.B) {
		defer func() { baseline = float64(b.Elapsed()) / float64(b.N) }()
		for b.Loop() {
			if _, err := service.client.Operations(b.Context(), Filter{SortCreated: &descending}, 300); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, from := range map[string]int{"beginning": 0, "middle": count / 2, "end": count - 300} {
		b.Run("300 at the "+name, func(b *testing.B) {
			defer func() { b.ReportMetric(float64(b.Elapsed())/float64(b.N)/baseline, "x-newest") }()
			for b.Loop() {
				if _, err := service.client.Operations(b.Context(), within(from, from+300), 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
