// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

func TestIsNew(t *testing.T) {
	noon := time.Date(2026, time.May, 1, 12, 0, 0, 0, time.UTC)
	at := func(after time.Duration) Timestamp { return Timestamp(noon.Add(after).Format(time.RFC3339Nano)) }
	const hour, century = time.Hour, 100 * 365 * 24 * time.Hour
	usual := []Operation{{ID: 30, Created: at(0)}, {ID: 20, Created: at(-hour)}, {ID: 10, Created: at(-2 * hour)}}
	ahead := append([]Operation{{ID: 99, Created: at(century)}}, usual...)
	full := make([]Operation, maxPageSize) // without a total, so there may be more
	for i := range full {
		full[i] = Operation{ID: int64(1000 - i), Created: at(time.Duration(-i) * time.Minute)}
	}
	unsorted := []Operation{usual[2], usual[0], usual[1]}
	for name, test := range map[string]struct {
		listed []Operation
		total  int64
		run    Operation
		want   bool
	}{
		"already listed":                                {usual, 500, Operation{ID: 20, Created: at(hour)}, false},
		"a larger id and a later time":                  {usual, 500, Operation{ID: 31, Created: at(hour)}, true},
		"a larger id and an invalid time":               {usual, 500, Operation{ID: 31}, true},
		"a smaller id and a later time":                 {usual, 500, Operation{ID: 29, Created: at(hour)}, true},
		"a smaller id and an earlier time":              {usual, 500, Operation{ID: 5, Created: at(-3 * hour)}, false},
		"a smaller id and an invalid time":              {usual, 500, Operation{ID: 5, Created: "soon"}, false},
		"the time of the oldest":                        {usual, 500, Operation{ID: 5, Created: at(-2 * hour)}, false},
		"newer than the oldest, and not listed":         {usual, 500, Operation{ID: 25, Created: at(-hour / 2)}, true},
		"not in a complete list":                        {usual, 3, Operation{ID: 5, Created: at(-3 * hour)}, true},
		"not listed on a full page":                     {full, maxPageSize, Operation{ID: 5, Created: at(-3 * hour)}, false},
		"after one that is ahead in id and time":        {ahead, 500, Operation{ID: 31, Created: at(hour)}, true},
		"old, after one that is ahead":                  {ahead, 500, Operation{ID: 5, Created: at(-3 * hour)}, false},
		"a time in between, in an unsorted list":        {unsorted, 500, Operation{ID: 25, Created: at(-hour / 2)}, false},
		"the latest time, in an unsorted list":          {unsorted, 500, Operation{ID: 25, Created: at(hour)}, true},
		"the first Run":                                 {nil, 0, Operation{ID: 1}, true},
		"a smaller id, in a list without valid times":   {[]Operation{{ID: 30}}, 500, Operation{ID: 5, Created: at(0)}, false},
		"a smaller id without time, in a complete list": {[]Operation{{ID: 30}}, 1, Operation{ID: 5}, true},
	} {
		s := newSnapshot(Listing[Operation]{Items: test.listed, Total: test.total, Steady: true}, maxPageSize)
		equal(t, name, s.isNew(&test.run), test.want)
	}
}

func TestSinceErrors(t *testing.T) {
	page := func(count int, total int64, steady, oldestFirst bool) *snapshot {
		listing := Listing[Operation]{Total: total, Steady: steady}
		for i := range count {
			id := int64(count - i)
			if oldestFirst {
				id = int64(i + 1)
			}
			created := time.Date(2026, time.May, 1, 0, 0, int(id), 0, time.UTC)
			listing.Items = append(listing.Items, Operation{ID: id, Created: Timestamp(created.Format(time.RFC3339))})
		}
		return newSnapshot(listing, maxPageSize)
	}
	good := page(50, 500, true, false)
	for name, test := range map[string]struct {
		before, now *snapshot
		want        error
	}{
		"none":                    {good, page(60, 500, true, false), nil},
		"unsteady before":         {page(50, 500, false, false), good, errUnsteady},
		"unsteady":                {good, page(60, 500, false, false), errUnsteady},
		"unsorted before":         {page(50, 500, true, true), good, errUnsorted},
		"unsorted":                {good, page(60, 500, true, true), errUnsorted},
		"unsorted, but complete":  {page(50, 50, true, true), page(60, 60, true, true), nil},
		"only new ones":           {newSnapshot(Listing[Operation]{Steady: true}, maxPageSize), good, errTooMany},
		"only new ones, complete": {newSnapshot(Listing[Operation]{Steady: true}, maxPageSize), page(50, 50, true, false), nil},
	} {
		_, err := test.now.since(test.before)
		equal(t, name, err, test.want)
	}
}

// pastScans returns scans that are an hour apart. The oldest is Run 100.
func pastScans(count int, now time.Time) []mockapi.Run {
	var runs []mockapi.Run
	for i := range count {
		created := now.Add(time.Duration(i-count) * time.Hour)
		runs = append(runs, mockapi.Run{ID: int64(100 + i), Created: created, Containers: []mockapi.Container{}})
	}
	return runs
}

// A snapshot lists few Runs. If these leave a doubt, it lists a page.
func TestSizeOfSnapshots(t *testing.T) {
	for name, test := range map[string]struct {
		others   int // Runs of a schedule that start at the same time
		after    bool
		requests []string // lists after the request
		adopted  int64
	}{
		"few new Runs":              {others: 3, after: true, requests: []string{listNewest}, adopted: 153},
		"only new Runs":             {others: 30, after: true, requests: []string{listNewest, listPage}, adopted: 180},
		"only new Runs, at the end": {others: 30, requests: []string{listNewest, listPage}},
		"too many new Runs":         {others: 130, after: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := simulate(t, mockapi.Options{}, pastScans(50, time.Now()), brief)
				service.Inject(mockapi.Fault{Path: rerunPath, Close: true, AfterEffect: test.after, Hook: func() {
					for range test.others {
						service.startRun(scheduled)
					}
				}})
				started, err := service.rerun(t)
				var lists []string
				for _, request := range service.Requests()[3:] {
					if request.Path == "/api/operations" && len(lists) < len(test.requests) {
						lists = append(lists, request.String())
					}
				}
				equal(t, "lists", lists, test.requests)
				if test.adopted != 0 {
					equal(t, "adopted", adopted(t, started, err), test.adopted)
					return
				}
				lost, _ := notAdopted(t, started, err)
				equal(t, "too many", errors.Is(lost.SearchErr, errTooMany), test.others > maxPageSize)
				equal(t, "candidates", len(lost.Candidates), min(test.others, maxPageSize))
			})
		})
	}
}

// Where the newest Runs do not fit one response, Runs can be started, and found.
func TestLargePages(t *testing.T) {
	for _, fits := range []int64{snapshotSize, 3, 1} {
		synctest.Test(t, func(t *testing.T) {
			service := simulate(t, mockapi.Options{}, pastScans(30, time.Now()))
			service.Inject(
				mockapi.Fault{
					Path: "/api/operations", Match: mockapi.PageAbove(fits), Status: 502, Body: mockapi.GatewayPage(502), Times: mockapi.Always,
				},
				mockapi.Fault{Path: rerunPath, Skip: 1, Close: true, AfterEffect: true},
			)
			if _, err := service.rerun(t); err != nil {
				t.Fatal(fits, err)
			}
			started, err := service.rerun(t)
			equal(t, "adopted", adopted(t, started, err), int64(131))
		})
	}
}

// A model of a datastore's history: Runs start, are deleted, have times ahead or behind and ids out
// of sequence. However few Runs the snapshots list, no old Run counts as new without a doubt, and
// with clocks that do not jump, no new Run is missed.
func TestSnapshotsOfChangingHistory(t *testing.T) {
	const rounds = 1000
	found, missed := 0, 0
	for seed := range uint64(rounds) {
		random := rand.New(rand.NewPCG(seed, 1))
		odd := seed%2 == 1 // clocks jump, and ids are out of sequence
		now, nextID := time.Date(2026, time.May, 1, 12, 0, 0, 0, time.UTC), int64(1000)
		var history []Operation
		add := func() int64 {
			now = now.Add(time.Duration(random.IntN(3)) * time.Second)
			created, id := now, nextID
			nextID++
			if odd && random.IntN(8) == 0 {
				created = created.Add(time.Duration(random.IntN(61)-30) * time.Second)
			}
			if odd && random.IntN(16) == 0 {
				id += 100_000
			}
			history = append(history, Operation{ID: id, Created: Timestamp(created.Format(time.RFC3339))})
			return id
		}
		list := func(size int) *snapshot {
			sorted := slices.Clone(history)
			slices.SortStableFunc(sorted, byNewest)
			return newSnapshot(Listing[Operation]{Items: sorted[:min(size, len(sorted))], Total: int64(len(sorted)), Steady: true}, size)
		}
		for range random.IntN(60) {
			add()
		}
		before := list(5)
		isNew := map[int64]bool{}
		now = now.Add(time.Second)
		for range random.IntN(7) {
			if len(history) > 0 && random.IntN(3) == 0 {
				i := random.IntN(len(history))
				history = slices.Delete(history, i, i+1)
			}
			isNew[add()] = true
		}
		after := list([]int{5, 20}[random.IntN(2)])
		fresh, doubt := after.since(before)
		listed := map[int64]bool{}
		for _, run := range fresh {
			listed[run.ID] = true
			if !isNew[run.ID] && !before.mayPrecede(&run) {
				t.Errorf("seed %d: Run %d counts as new", seed, run.ID)
			}
		}
		for _, run := range history {
			switch {
			case isNew[run.ID] && listed[run.ID]:
				found++
			case isNew[run.ID] && doubt == nil && !odd:
				t.Errorf("seed %d: Run %d is missed", seed, run.ID)
			case isNew[run.ID]:
				missed++
			}
		}
	}
	if found < rounds || missed == 0 {
		t.Errorf("%d found, %d missed", found, missed)
	}
}

// An old Run with an id out of sequence that the snapshot did not reach is listed, but not adopted.
func TestOldRunWithALargeID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := simulate(t, mockapi.Options{}, pastScans(50, time.Now()))
		service.Seed(mockapi.Run{ID: 9999, Created: time.Now().Add(-30*time.Hour + time.Minute)})
		service.Inject(mockapi.Fault{Path: rerunPath, Close: true})
		started, err := service.rerun(t)
		_, reasons := notAdopted(t, started, err)
		equal(t, "candidates", reasons, map[int64]string{9999: "created no later than Runs that existed before the request"})
	})
}

// If a server ignores sort_created and the list is incomplete, no Run is adopted.
func TestIgnoredSort(t *testing.T) {
	for name, test := range map[string]struct {
		count   int
		effect  bool
		adopted int64
	}{
		"more Runs than fit on a page, with effect": {count: 150, effect: true},
		"more Runs than fit on a page, without":     {count: 150},
		"all on a page, with effect":                {count: 50, effect: true, adopted: 150},
		"all on a page, without":                    {count: 50},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := simulate(t, mockapi.Options{}, pastScans(test.count, time.Now()), impatient)
				server := handled(service.Server)
				unsorted := serverFunc(func(request *http.Request) (*http.Response, error) {
					query := request.URL.Query()
					if query.Has("sort_created") {
						query.Set("sort_created", "asc")
					}
					request.URL.RawQuery = query.Encode()
					return server(request)
				})
				attemptsOf(service.client).transport, attemptsOf(service.client).starts = unsorted, unsorted
				service.Inject(mockapi.Fault{Path: rerunPath, Close: true, AfterEffect: test.effect})
				started, err := service.rerun(t)
				if test.adopted != 0 {
					equal(t, "adopted", adopted(t, started, err), test.adopted)
					return
				}
				lost, _ := notAdopted(t, started, err)
				equal(t, "unsorted", errors.Is(lost.SearchErr, errUnsorted), test.count > maxPageSize)
			})
		})
	}
}

// Clock skew and records from the future neither hide new Runs nor make old ones new.
func TestClockSkew(t *testing.T) {
	for name, test := range map[string]struct {
		skew    time.Duration // of the server's clock
		aheadID int64         // of a Run created ahead of the server's clock; 0: none
		ahead   time.Duration
	}{
		"behind":                             {skew: -5 * time.Hour},
		"ahead":                              {skew: 5 * time.Hour},
		"a Run ahead of the server's clock":  {aheadID: 99, ahead: time.Minute},
		"a record from 2099":                 {aheadID: 99, ahead: 73 * 365 * 24 * time.Hour},
		"a record from 2099 with a large id": {aheadID: 1 << 40, ahead: 73 * 365 * 24 * time.Hour},
	} {
		for _, count := range []int{1, 30} {
			for _, effect := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					now := func() time.Time { return time.Now().Add(test.skew) }
					service := simulate(t, mockapi.Options{Now: now}, pastScans(count, now()), impatient)
					if test.aheadID != 0 {
						service.Seed(mockapi.Run{ID: test.aheadID, Created: now().Add(test.ahead)})
					}
					before := len(service.ids())
					service.Inject(mockapi.Fault{Path: rerunPath, Close: true, AfterEffect: effect})
					started, err := service.rerun(t)
					if effect {
						equal(t, name, adopted(t, started, err), service.ids()[before])
						return
					}
					lost, _ := notAdopted(t, started, err)
					equal(t, name, len(lost.Candidates), 0)
				})
			}
		}
	}
}
