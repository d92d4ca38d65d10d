// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

func idsFrom(first, count int64) []int64 {
	ids := make([]int64, count)
	for i := range ids {
		ids[i] = first + int64(i)
	}
	return ids
}

// scattered returns Runs on datastores from 100_001, each with two containers with distant ids.
func scattered(count int) []mockapi.Run {
	runs := make([]mockapi.Run, count)
	for i := range runs {
		runs[i] = mockapi.Run{
			ID: int64(i + 1), Created: epoch.Add(everyMinute(i * 7 % count)),
			Datastore:  mockapi.Datastore{ID: int64(100_001 + i), Name: "Warehouse"},
			Containers: []mockapi.Container{{ID: int64(200_001 + i)}, {ID: int64(200_001 + (i+count/2)%count)}},
		}
	}
	return runs
}

// A filter whose URI would be too long for a gateway is split into several requests. The merged
// list is sorted, has no duplicates and the right total.
func TestLongFilters(t *testing.T) {
	const count = 501
	service := serve(t, mockapi.Options{Gateway: &mockapi.Gateway{Rate: 10_000, Burst: 10_000}}, scattered(count))
	asc, desc := "asc", "desc"
	for name, test := range map[string]struct {
		filter Filter
		limit  int
	}{
		"datastores":           {Filter{Datastores: idsFrom(100_001, count), SortCreated: &desc}, 0},
		"datastores, limited":  {Filter{Datastores: idsFrom(100_001, count), SortCreated: &asc}, 7},
		"containers":           {Filter{Containers: idsFrom(200_001, count), SortCreated: &asc}, 0},
		"both":                 {Filter{Datastores: idsFrom(100_001, count), Containers: idsFrom(200_001, count), SortCreated: &desc}, 0},
		"containers, window":   {Filter{Containers: idsFrom(200_001, count), CreatedAfter: &epoch}, 0},
		"datastores, a result": {Filter{Datastores: idsFrom(100_001, count), Results: []Result{ResultSuccess}, SortCreated: &desc}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			listing, err := service.client.Operations(t.Context(), test.filter, test.limit)
			if err != nil {
				t.Fatal(err)
			}
			want := count
			if test.limit > 0 {
				want = test.limit
			}
			got := listed(listing)
			equal(t, "count", len(got), want)
			equal(t, "total", listing.Total, int64(count))
			equal(t, "distinct", len(slices.Compact(slices.Sorted(slices.Values(got)))), want)
			sorted := byNewest
			if test.filter.SortCreated == &asc {
				sorted = func(a, b Operation) int { return byNewest(b, a) }
			}
			equal(t, "sorted", slices.IsSortedFunc(listing.Items, sorted), true)
		})
	}
	for _, request := range service.Requests() {
		equal(t, "status", request.Status, 200)
		if length := len(request.Path) + 1 + len(request.Query.Encode()); length > 4096 {
			t.Errorf("the URI has %d characters", length)
		}
	}
}

// If the merged list could have a wrong order or total, nothing is requested.
func TestLongFilters_rejected(t *testing.T) {
	service := serve(t, mockapi.Options{}, nil)
	asc := "asc"
	for parameter, test := range map[string]struct {
		filter Filter
		limit  int
		want   string
	}{
		"datastore": {Filter{Datastores: idsFrom(100_001, 500)}, 0, "only a list with sort_created can be split"},
		"container": {Filter{Containers: idsFrom(100_001, 500), SortCreated: &asc}, 5, "a list with a limit cannot be split"},
	} {
		_, err := service.client.Operations(t.Context(), test.filter, test.limit)
		failure, ok := errors.AsType[*Error](err)
		if !ok || failure.Kind != KindTooLong || len(failure.Parameters) != 1 ||
			failure.Parameters[0].Parameter() != parameter || !strings.Contains(failure.Parameters[0].Message, test.want) {
			t.Errorf("%s: got %v", parameter, err)
		}
	}
	byDuration := Filter{Containers: idsFrom(100_001, 500), SortDuration: &asc}
	if _, err := service.client.Operations(t.Context(), byDuration, 0); KindOf(err) != KindTooLong {
		t.Errorf("sorted by duration: got %v", err)
	}
	equal(t, "requests", len(service.Requests()), 0)
}

// The longest filter that fits one URI is one request.
func TestLongFilters_longestURI(t *testing.T) {
	service := serve(t, mockapi.Options{Gateway: &mockapi.Gateway{Rate: 10_000, Burst: 10_000}}, nil)
	if _, err := service.client.Operations(t.Context(), Filter{Containers: idsFrom(100_001, 230)}, 0); err != nil {
		t.Fatal(err)
	}
	equal(t, "requests", len(service.Requests()), 1)
}
