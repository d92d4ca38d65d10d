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
// failure, the status, the API's own detail and, for a 422, the parameters at fault. Asking for a Run
// and never learning whether the API started one is a [*LostStartError].
//
// # Repeating
//
// GET, DELETE and abort are repeated after connection errors, 429 and 5xx. Rerun and resume start
// something that costs money, so they are repeated only when the request certainly did not reach the
// application: it was never sent, or the answer was 429, or 503 with Retry-After.
//
// # The token
//
// The token is sent to the configured host alone, and is cut out of every answer and every error
// before anything else sees them.
package qualytics
