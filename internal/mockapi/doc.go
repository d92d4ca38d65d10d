// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

// Package mockapi is an in-memory implementation of the Runs API of Qualytics, for tests and for
// the demo command.
//
// It implements the API page "Runs API": listing Runs, retrieving a Run, listing its containers,
// and aborting, resuming, rerunning and deleting it, with the error responses of that page. It also
// starts Runs from a body, as the API pages of the operations describe. Runs progress with a clock
// that a test can control: the server computes the state of a Run from the clock at each request,
// so nothing happens in the background.
//
// Tests can read the received requests (Requests), disturb responses (Inject), and act outside the
// client (Seed, AddDatastore, Start, Change, Finish, Remove, Plan, Forbid, Revoke).
package mockapi
