// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// maxURILength limits the path and the query of a request. The vendor's gateway accepts 4,096
// characters; the rest is for the page parameters.
const maxURILength = 4000

// parts splits a filter whose lists of ids make the URI too long into several. Parts of the
// datastores select disjoint Runs. A Run that targets containers of several parts is in each of
// them, so the total is known only after all are read.
func (c *Client) parts(filter Filter, limit int) ([]Filter, error) {
	left := maxURILength - len(c.base.Path) - len("/operations?") - len(filter.query().Encode())
	if left >= 0 {
		return []Filter{filter}, nil
	}
	containers, datastores := idsLength("container", filter.Containers), idsLength("datastore", filter.Datastores)
	name := "datastore"
	if containers > datastores {
		name = "container"
	}
	switch {
	case filter.SortDuration != nil:
		return nil, c.tooManyValues(name,
			"the URL would be too long, and a list sorted by duration cannot be split into several requests: use sort_created, or fewer values")
	case filter.SortCreated == nil && filter.CreatedAfter == nil && filter.CreatedBefore == nil:
		return nil, c.tooManyValues(name,
			"the URL would be too long, and only a list with sort_created can be split into several requests: set sort_created, or use fewer values")
	}
	room := left + containers + datastores
	datastoreParts := split("datastore", filter.Datastores, room-min(containers, room/2))
	containerParts := split("container", filter.Containers, room-longest("datastore", datastoreParts))
	if limit > 0 && len(containerParts) > 1 {
		return nil, c.tooManyValues("container",
			"the URL would be too long, and a list with a limit cannot be split into several requests: remove limit, or use fewer values")
	}
	var parts []Filter
	for _, datastores := range datastoreParts {
		for _, containers := range containerParts {
			part := filter
			part.Datastores, part.Containers = datastores, containers
			parts = append(parts, part)
		}
	}
	return parts, nil
}

func (c *Client) tooManyValues(parameter, message string) *Error {
	err := c.newError(apiCall{method: http.MethodGet, path: "/operations"}, KindTooLong, 0, parameter+" has too many values: "+message)
	err.Parameters = []ParameterError{{Location: []string{"query", parameter}, Message: "Too many values: " + message}}
	return err
}

// idsLength returns the length of a list of ids in a query.
func idsLength(name string, ids []int64) int {
	values := url.Values{}
	for _, id := range ids {
		values.Add(name, strconv.FormatInt(id, 10))
	}
	return len(values.Encode())
}

// split splits ids so that each part has at most this length in a query. An empty list of ids is
// one empty part.
func split(name string, ids []int64, length int) [][]int64 {
	if len(ids) == 0 {
		return [][]int64{nil}
	}
	each := len(name) + len("=&") + len(strconv.FormatInt(slices.Max(ids), 10))
	return slices.Collect(slices.Chunk(ids, max(1, length/each)))
}

func longest(name string, parts [][]int64) int {
	length := 0
	for _, part := range parts {
		length = max(length, idsLength(name, part))
	}
	return length
}

// join merges the lists of a filter's parts in the order of the filter.
func join(filter Filter, listings []Listing[Operation]) Listing[Operation] {
	joined := Listing[Operation]{Steady: true}
	seen := map[int64]bool{}
	for _, listing := range listings {
		joined.Steady = joined.Steady && listing.Steady
		joined.Total += listing.Total
		for _, run := range listing.Items {
			if seen[run.ID] {
				joined.Total-- // counted in several parts
				continue
			}
			seen[run.ID] = true
			joined.Items = append(joined.Items, run)
		}
	}
	sortOperations(filter, joined.Items)
	return joined
}
