// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

// Package mockapi is the Runs API of Qualytics in memory, for tests and for
// the demo command.
//
// It implements the API page "Runs API": listing Runs, retrieving one, listing
// its containers, aborting, resuming, rerunning and deleting it, with the error
// responses of that page. Runs progress with a clock that a test can control: what
// a Run looks like is computed from the clock whenever somebody reads it, so
// that nothing happens in the background.
//
// Around the API a test finds the requests that were received (Requests), a way
// to break responses (Inject), and a way to change Runs behind the client's back
// (Seed, Start, Finish, Remove, Plan, Forbid, Revoke).
package mockapi
