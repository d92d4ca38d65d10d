// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"errors"
	"time"
)

// snapshotSize is the number of Runs that a snapshot lists, unless these leave a doubt.
const snapshotSize = 20

var (
	errUnsorted = errors.New("the list of Runs is not sorted as requested, so new Runs cannot be identified")
	errUnsteady = errors.New("the list of Runs changes too fast to be read")
	errTooMany  = errors.New("more new Runs were found than fit on one page")
)

// snapshot is the state of a datastore at one time: its newest Runs. It identifies later Runs
// without relying on clocks.
type snapshot struct {
	runs    []Operation
	ids     map[int64]bool
	largest int64     // id
	newest  time.Time // created, like oldest; zero if no Run has a valid time
	oldest  time.Time
	whole   bool // it includes every Run of the datastore
	sorted  bool // newest first, as requested
	steady  bool
}

// takeSnapshot lists the newest Runs of a Run's datastore: a full page if fewer are not certain to
// be the newest.
func (c *Client) takeSnapshot(ctx context.Context, of *Operation) (*snapshot, error) {
	taken, err := c.listNewest(ctx, of, snapshotSize)
	if err != nil || taken.trusted() {
		return taken, err
	}
	return c.listNewest(ctx, of, maxPageSize)
}

// newSince takes a snapshot and returns the Runs that are new since an earlier one: a full page if
// fewer leave a doubt, or if full is set. doubt says why the result is unreliable.
func (c *Client) newSince(ctx context.Context, of *Operation, before *snapshot, full bool) (
	now *snapshot, fresh []Operation, doubt, err error,
) {
	if !full {
		if now, err = c.listNewest(ctx, of, snapshotSize); err != nil {
			return nil, nil, nil, err
		}
		if fresh, doubt = now.since(before); doubt == nil {
			return now, fresh, nil, nil
		}
	}
	if now, err = c.listNewest(ctx, of, maxPageSize); err != nil {
		return nil, nil, nil, err
	}
	fresh, doubt = now.since(before)
	return now, fresh, doubt, nil
}

// listNewest lists the newest Runs of a Run's datastore. It uses no other filter, because
// deployments differ in the names of the types.
func (c *Client) listNewest(ctx context.Context, of *Operation, size int) (*snapshot, error) {
	filter := Filter{SortCreated: &descending}
	if id, ok := of.datastoreID(); ok {
		filter.Datastores = []int64{id}
	}
	listing, err := c.Operations(ctx, filter, size)
	if err != nil {
		return nil, err
	}
	return newSnapshot(listing, size), nil
}

// newSnapshot returns a snapshot of a list of up to size Runs.
func newSnapshot(listing Listing[Operation], size int) *snapshot {
	s := &snapshot{
		runs:   listing.Items,
		ids:    make(map[int64]bool, len(listing.Items)),
		whole:  int64(len(listing.Items)) >= listing.Total && len(listing.Items) < size,
		sorted: true,
		steady: listing.Steady,
	}
	for _, run := range listing.Items {
		s.ids[run.ID] = true
		s.largest = max(s.largest, run.ID)
		created, err := run.Created.Time()
		if err != nil {
			continue
		}
		if s.newest.IsZero() {
			s.newest, s.oldest = created, created
		}
		s.sorted = s.sorted && !created.After(s.oldest)
		s.oldest = created
		if created.After(s.newest) {
			s.newest = created
		}
	}
	s.sorted = s.sorted && (len(listing.Items) == 0 || !s.newest.IsZero())
	return s
}

// isNew reports whether a Run of the datastore was created after the snapshot: an older Run would
// be in the snapshot. It compares both ids and times, because a single Run may have a creation time
// ahead of the server's clock, or an id out of sequence.
func (s *snapshot) isNew(run *Operation) bool {
	if s.ids[run.ID] {
		return false
	}
	if s.whole || s.isNewer(run) {
		return true
	}
	created, err := run.Created.Time()
	return err == nil && s.sorted && created.After(s.oldest)
}

// isNewer reports whether a Run, of any datastore, is newer than all Runs in the snapshot.
func (s *snapshot) isNewer(run *Operation) bool {
	created, err := run.Created.Time()
	return run.ID > s.largest || err == nil && !s.newest.IsZero() && created.After(s.newest)
}

// mayPrecede reports whether a Run that is new by its id may be an old one that the snapshot does
// not reach, by its time.
func (s *snapshot) mayPrecede(run *Operation) bool {
	created, err := run.Created.Time()
	return !s.whole && len(s.runs) > 0 && err == nil && !created.After(s.oldest)
}

// since returns the Runs that are new since an earlier snapshot. The error says why the result is
// unreliable.
func (s *snapshot) since(before *snapshot) ([]Operation, error) {
	var fresh []Operation
	for _, run := range s.runs {
		if before.isNew(&run) {
			fresh = append(fresh, run)
		}
	}
	switch {
	case !s.steady || !before.steady:
		return fresh, errUnsteady
	case !s.trusted() || !before.trusted():
		return fresh, errUnsorted
	case !s.whole && len(fresh) > 0 && len(fresh) == len(s.runs):
		return fresh, errTooMany
	}
	return fresh, nil
}

// trusted reports whether the snapshot certainly contains the newest Runs.
func (s *snapshot) trusted() bool { return s.whole || s.sorted }
