// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	// mostLooks is how often a Run is looked for that a request may have started: an application that
	// works on behind a proxy which has given up may create it a little later.
	mostLooks = 5

	// longestLook bounds the looking as a whole, which nobody can interrupt.
	longestLook = 2 * time.Minute
)

var newestFirst = "desc"

// LostStartError says that a Run was asked for, that the answer was lost, and that the Run which the
// request may have started could not be told with certainty.
type LostStartError struct {
	Source     int64       // the Run that was to be rerun or resumed
	Candidates []Operation // Runs that the request may have started; none: it probably did not start any
	Lost       error       // why the answer was lost
	Looking    error       // why looking failed, if it did
}

func (e *LostStartError) Error() string {
	if e.Looking != nil {
		return fmt.Sprintf("%v; looking for the Run that this may have started failed, too: %v", e.Lost, e.Looking)
	}
	return fmt.Sprintf("%v; %d Runs may have been started by this", e.Lost, len(e.Candidates))
}

func (e *LostStartError) Unwrap() []error { return []error{e.Lost, e.Looking} }

// claims are the Runs that calls of this client have started.
type claims struct {
	mutex sync.Mutex
	ids   map[int64]bool
}

func (c *claims) add(id int64) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.ids == nil {
		c.ids = make(map[int64]bool)
	}
	c.ids[id] = true
}

func (c *claims) has(id int64) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.ids[id]
}

// past is what there was before a Run was asked for. Nothing of it can be what the request has started,
// whatever the clocks say here and there.
type past struct {
	newest *Operation // of all Runs; nil if there was none
	source *Operation // as it was, where it may itself be what goes on
}

func (c *Client) lookBefore(ctx context.Context, start startCall) (past, error) {
	var before past
	listing, err := c.Operations(ctx, Filter{SortCreated: &newestFirst}, 1)
	if err != nil {
		return before, err
	}
	if len(listing.Items) > 0 {
		before.newest = &listing.Items[0]
	}
	if start.revives {
		before.source, err = c.Operation(ctx, start.source)
	}
	return before, err
}

// has reports whether a Run was there already. Of Runs that were created at the same time, the one with
// the larger id is younger.
func (p past) has(operation Operation) bool {
	if p.newest == nil {
		return false
	}
	created, err := operation.Created.Time()
	newest, newestErr := p.newest.Created.Time()
	if err != nil || newestErr != nil || created.Equal(newest) {
		return operation.ID <= p.newest.ID
	}
	return created.Before(newest)
}

// findStarted looks for the Run that a call may have started. No other call of this client that starts a
// Run is under way meanwhile, so whatever those started is claimed.
func (c *Client) findStarted(ctx context.Context, start startCall, before past, lost *Error) (*Operation, error) {
	c.starting.Lock()
	defer c.starting.Unlock()
	ctx, cancel := context.WithTimeout(ctx, longestLook)
	defer cancel()
	failure := &LostStartError{Source: start.source, Lost: lost}
	original, err := c.Operation(ctx, start.source)
	if err != nil {
		failure.Looking = err
		return nil, failure
	}
	pause := c.retryWait
	for look := range mostLooks {
		if look > 0 {
			time.Sleep(pause) //nolint:forbidigo // nobody can interrupt: it must be known what was started
			pause *= 2
		}
		failure.Candidates, failure.Looking = c.startedSince(ctx, original, start, before)
		if len(failure.Candidates) > 0 {
			break
		}
	}
	if len(failure.Candidates) != 1 {
		return nil, failure
	}
	found := failure.Candidates[0]
	c.claims.add(found.ID)
	return &found, nil
}

// startedSince lists the Runs which the call may have started: new since, of the same type, on the same
// datastore and containers as the original, and not claimed.
func (c *Client) startedSince(ctx context.Context, original *Operation, start startCall, before past) ([]Operation, error) {
	if start.revives {
		current, err := c.Operation(ctx, original.ID)
		if err != nil {
			return nil, err
		}
		if revived(before.source, current) {
			return []Operation{*current}, nil
		}
	}
	filter := Filter{OperationType: filterType(original.Type), SortCreated: &newestFirst}
	if original.Datastore != nil && original.Datastore.ID != nil {
		filter.Datastores = []int64{*original.Datastore.ID}
	}
	listing, err := c.Operations(ctx, filter, largestPage)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(listing.Items, func(operation Operation) bool {
		return before.has(operation) || operation.ID == original.ID || c.claims.has(operation.ID) ||
			!sameType(operation.Type, original.Type) || !sameContainers(operation, *original)
	}), nil
}

// revived reports whether a Run has gone on since it was seen. One that was active then and is now has
// done so if it was dispatched anew.
func revived(before, now *Operation) bool {
	return now.StartTime != before.StartTime ||
		before.Finished() && (!now.Finished() || now.EndTime != before.EndTime)
}

// filterType is the operation_type that finds Runs of a type, by the name that the API page has for it;
// nil for a type that it has none for, which the API would reject.
func filterType(operationType OperationType) *OperationType {
	canonical := operationType.Canonical()
	if canonical == TypeSync {
		canonical = TypeCatalog
	}
	if !slices.Contains(OperationTypes(), canonical) {
		return nil
	}
	return &canonical
}

// sameType reports whether two Runs are of one type, which for a sync may go by two names.
func sameType(a, b OperationType) bool {
	return a == b || a.Canonical() == TypeSync && b.Canonical() == TypeSync
}

// sameContainers reports whether two Runs target the same containers, as far as they say so.
func sameContainers(a, b Operation) bool {
	if len(a.Containers) == 0 || len(b.Containers) == 0 {
		return true
	}
	byID := func(x, y Container) int { return int(orZero(x.ID) - orZero(y.ID)) }
	left, right := slices.Clone(a.Containers), slices.Clone(b.Containers)
	slices.SortFunc(left, byID)
	slices.SortFunc(right, byID)
	return slices.EqualFunc(left, right, func(x, y Container) bool { return orZero(x.ID) == orZero(y.ID) })
}
