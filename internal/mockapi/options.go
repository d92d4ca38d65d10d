// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import "time"

// Options configures a Server. Only Token is required. The zero values of the others are the API as
// it is documented.
type Options struct {
	// Token is the bearer token that the server accepts. If it is empty, the server accepts none.
	Token string
	// User triggers the Runs that are started through the API, and aborts those that are aborted.
	User string
	// Now is the server's clock. Defaults to time.Now.
	Now func() time.Time
	// Outcome is the course of started Runs, unless Plan sets another. The zero Outcome succeeds at
	// the first poll.
	Outcome Outcome
	// Gateway is the gateway in front of the API, if any.
	Gateway *Gateway

	// AbortDelay is the time from an accepted abort to the end of the Run. The response to the
	// abort shows the result aborted only if AbortDelay is 0.
	AbortDelay time.Duration
	// StoppingConflict makes the abort of a Run that is about to stop a conflict. Otherwise it has
	// no effect.
	StoppingConflict bool
	// ResumeAsNew makes resume start a new Run, as the page on the lifecycle of Runs describes,
	// instead of continuing the same one, as the API page describes.
	ResumeAsNew bool
	// OneAtATime makes the start of a Run, from a body or by a rerun, a conflict while a Run of its
	// type is active on its datastore.
	OneAtATime bool

	// LiteralTypes makes the operation types sync and catalog select only the Runs whose type reads
	// the same. Otherwise either selects both.
	LiteralTypes bool
	// IgnoredFilters are the query parameters of the list that have no effect, such as container.
	IgnoredFilters []string
	// DetailLag and ListLag are how far the replicas lag behind from which a client retrieves a Run
	// with its containers, and the list: they show the state of so long ago. A replica does not have
	// a Run that was started since. It does not have a Run that was deleted, at any time.
	DetailLag, ListLag time.Duration

	// NestedContainers lists the containers of a Run as some deployments do: each item is the
	// container, with the work of the Run nested in it.
	NestedContainers bool
	// WrappedRun wraps a Run in a page of one item where a client retrieves it alone.
	WrappedRun bool
	// StaleStarts makes the responses to reruns and resumes show the result, end and counters from
	// before the start: those of the source, or the old ones of the Run.
	StaleStarts bool
	// OlderPayload leaves out the fields of a Run that deployments have since September 2026:
	// aborted_by, aborted_by_user, triggered_by_user and schedule_id.
	OlderPayload bool
	// Rewrite changes the JSON of each Run that the API shows, in the list and alone, like a
	// deployment whose Runs have another shape. The function may be called concurrently, and must
	// not call the Server.
	Rewrite func(run map[string]any)
}
