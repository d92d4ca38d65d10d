// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"slices"
)

// syncs lists the Runs of both names of a sync. To most deployments, sync and catalog are synonyms.
// Others reject one of them, or list only the Runs with the requested name. One small request for
// the other name shows which: synonyms have the same first Run.
func (c *Client) syncs(ctx context.Context, filter Filter, limit int) (Listing[Operation], error) {
	other := filter
	other.OperationType = new(TypeCatalog)
	if *filter.OperationType == TypeCatalog {
		other.OperationType = new(TypeSync)
	}
	listing, err := c.operations(ctx, filter, limit)
	if KindOf(err) == KindInvalid {
		if renamed, err := c.operations(ctx, other, limit); err == nil {
			return renamed, nil
		}
	}
	if err != nil {
		return listing, err
	}
	first := listing.Items
	if filter.CreatedAfter != nil || filter.CreatedBefore != nil { // the API does not know the window
		if first, err = c.firstOperation(ctx, filter); err != nil {
			return listing, err
		}
	}
	otherFirst, err := c.firstOperation(ctx, other)
	switch {
	case KindOf(err) == KindInvalid, err == nil && len(otherFirst) == 0:
		return listing, nil
	case err != nil:
		return listing, err
	case len(first) > 0 && first[0].ID == otherFirst[0].ID:
		return listing, nil
	}
	others, err := c.operations(ctx, other, limit)
	if err != nil {
		return listing, err
	}
	return merge(filter, listing, others).upTo(limit), nil
}

// firstOperation returns the first Run that the API selects for a filter, if there is one.
func (c *Client) firstOperation(ctx context.Context, filter Filter) ([]Operation, error) {
	read, err := c.operationPages(filter).fetch(ctx, pageRequest{number: 1, size: 1})
	return read.Items, err
}

// merge merges the lists of the two names in the order of the filter. If they share a Run, the
// names are synonyms, and the list has changed between the requests.
func merge(filter Filter, a, b Listing[Operation]) Listing[Operation] {
	seen := make(map[int64]bool, len(a.Items))
	for _, run := range a.Items {
		seen[run.ID] = true
	}
	if slices.ContainsFunc(b.Items, func(run Operation) bool { return seen[run.ID] }) {
		return a
	}
	merged := Listing[Operation]{
		Items: slices.Concat(a.Items, b.Items), Total: a.Total + b.Total, Steady: a.Steady && b.Steady,
	}
	sortOperations(filter, merged.Items)
	return merged
}
