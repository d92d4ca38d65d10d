// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

// Package qualytics is a typed client of the Qualytics Runs API. It knows nothing of Terraform.
//
// A Run is one execution of an operation (sync, profile, scan, external_scan, export, materialize,
// promote) on a datastore. [Client] has one method per endpoint of the API page: list, get, list the
// containers, abort, resume, rerun, delete.
//
// # Errors
//
// Every method returns an [*Error] when the API did not do what was asked: it carries the kind of
// failure, the status, the API's own detail and, for a 422, the parameters at fault. A request to start
// a Run of which it stays unknown whether it started one is a [*LostStartError].
//
// # Retries
//
// GET, DELETE and abort are retried after connection errors, 429 and 5xx. Rerun and resume start
// something that costs money, so they are retried only when the request certainly did not reach the
// application: it was never sent, or the response was 429, or 503 with Retry-After. Each attempt is one
// request on the wire: HTTP/1.1, on a connection of its own, so that Go's transport does not send it
// again.
//
// # Lost responses
//
// A client makes one start at a time, and so do all processes of one user on one machine that use the
// same deployment. It lists the newest Runs of the datastore, sends the request, and returns the Run
// that the response names. When the outcome is unknown, it looks for the Run among those that are new on
// the datastore, for as long as the request may be at work. It adopts the only one that nothing speaks
// against: its type and settings are the source's, no schedule triggered it, the same user did as far as
// known, and this client did not start it before. Otherwise, and in any doubt, the error names every new
// Run, and what speaks against it.
//
// Two things cannot be told apart: a Run of the same settings that the same user starts elsewhere at the
// same moment, and a server that starts a Run although it responds with 4xx.
//
// # The token
//
// The token is sent to the configured host alone, and is cut out of every response and every error
// before anything else sees them.
package qualytics
