// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

// Package qualytics is a typed client of the Qualytics Runs API. It is independent of Terraform.
//
// A Run is one execution of an operation (sync, profile, scan, external_scan, export, materialize,
// promote) on a datastore. [Client] has one method per endpoint of the API page: list, get, list
// the containers, abort, resume, rerun, delete. [Client.Run] starts a Run from a configuration.
//
// # Errors
//
// Methods return an [*Error] with the kind of failure, the status, the API's detail and, for a 422,
// the rejected parameters. If it is unknown whether a request started a Run, the error is a
// [*LostStartError].
//
// # Retries
//
// GET, DELETE and abort are retried after connection errors and 5xx. Requests that start Runs cost
// money, so they are retried only if they certainly did not reach the application: they were never
// sent, or the response was 503 with Retry-After. Each attempt to start a Run is one request on the
// wire: it uses HTTP/1.1 and a new connection, so that Go's transport does not resend it.
//
// A 429 pauses the whole client for as long as Retry-After says, or for a growing time. Retries
// after it are limited by time, not by number. A Retry-After of more than a minute is an error at
// once. If the context ends before a retry, the error includes the last response.
//
// # Lists
//
// A list reads all its pages, several at a time. Pages overlap, so that no Run is missing although
// the history changes. A page that is too large or too slow is requested again at half its size.
//
// # Lost responses
//
// Starts on one datastore take turns, and so do those of all processes of one user on one machine
// that use the same deployment. The client lists the newest Runs of the datastore, sends the request,
// and returns the Run that the response names. If the outcome is unknown, it searches for the Run
// among the new ones on the datastore, for as long as the request may still be processed. It adopts
// the only Run that matches: its type and known settings are those of the source or the configuration,
// it is known to be on the same datastore, no schedule triggered it, its user is the client's as far
// as known, and this client did not start it before. If no Run or more than one matches, or if the
// search failed, the error lists every new Run, and why it was not adopted.
//
// Gateways may send a PUT once more. So after a conflict, the client looks whether the request has
// started a Run, and after an accepted start, whether it has started another one: [Started.Others].
//
// The client cannot detect two cases: the same user starts a Run with the same settings on another
// machine at the same moment, and the API starts a Run although it responds with 4xx.
//
// # The token
//
// The token is sent only to the configured host, and is removed from every response and every error
// before they are processed further.
package qualytics
