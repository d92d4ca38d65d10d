// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import "time"

// remember keeps the state of a Run before a change at the time now, for the replicas that lag
// behind. The end of a Run, also by an abort, is no such change: it follows from the time.
func (r *record) remember(now time.Time) {
	before := *r
	before.run = r.run.clone()
	r.before, r.changed = &before, now
}

// seen returns a Run as a replica has it that shows the state at the time then. It is nil if the
// replica does not have it.
func (r *record) seen(then time.Time) *record {
	for r != nil && r.changed.After(then) {
		r = r.before
	}
	return r
}
