// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"errors"
	"fmt"
	"time"
)

// Kind classifies a failure.
type Kind int

// The kinds of failure: first those of the API page's table, then those of servers and networks.
const (
	KindUnknown       Kind = iota
	KindBadRequest         // 400: malformed, or an invalid id
	KindUnauthorized       // 401: token missing, wrong or expired
	KindForbidden          // 403: no Editor team permission on the datastore
	KindNotFound           // 404 from the API: no such Run
	KindConflict           // 409: the Run is not in a state that supports the action
	KindInvalid            // 422: a parameter fails validation
	KindRateLimited        // 429, the API's or a gateway's
	KindUnavailable        // 5xx, the API's or a gateway's
	KindBlocked            // 4xx whose body is not the API's: a gateway or firewall rejected the request
	KindLoginRequired      // 401 whose body is not the API's: a gateway requires a login
	KindTooLong            // 414, 431: too many filter values for the gateway
	KindWrongURL           // 404 for the path, not for a Run: the base URL is not the API's
	KindNotAPI             // a response that is not the API's: HTML, empty, truncated, not JSON, wrong types
	KindUnsorted           // a list that is not sorted as requested
	KindRedirected         // a redirect that must not be followed
	KindUntrusted          // TLS: unknown authority, wrong host name
	KindNeedsTLS           // an http:// request to a port that speaks TLS
	KindNoTLS              // an https:// request to a port that speaks plain HTTP
	KindUnresolvable       // DNS knows no such host
	KindUnreachable        // no connection could be made
	KindDisconnected       // the connection broke, or the response ended early
	KindTimedOut           // no complete response within the request timeout
	KindCancelled          // the caller cancelled the call
)

// Error describes why a call failed.
type Error struct {
	Call       string // method and URL without the query: "GET https://acme.qualytics.io/api/operations"
	Kind       Kind
	StatusCode int              // 0 if there was no response
	Detail     string           // the API's `detail`, or a description of the failure; printable
	Gateway    bool             // the error response is from a gateway or proxy, not from the API
	Parameters []ParameterError // the entries of a 422
	Location   string           // where a redirect pointed to, followed or not
	RetryAfter time.Duration    // the wait that the server requested
	Err        error            // the cause, if there was no usable response

	TokenSource string    // with KindUnauthorized: where the token came from, as Config.TokenSource says
	TokenExpiry time.Time // with KindUnauthorized: the token's `exp`; zero if it has none
}

// ParameterError is one entry of a 422: a parameter that the API rejected.
type ParameterError struct {
	Location []string // such as "query", "operation_type"; list indexes in decimal
	Message  string
}

// In returns the part of the request that holds the parameter: "path", "query" or "body". It is
// empty if the API does not name it.
func (p ParameterError) In() string {
	if len(p.Location) == 0 {
		return ""
	}
	return p.Location[0]
}

// Parameter returns the name of the rejected parameter. It is empty if the API does not name it.
func (p ParameterError) Parameter() string {
	if len(p.Location) < 2 {
		return ""
	}
	return p.Location[1]
}

func (e *Error) Error() string {
	if e.StatusCode == 0 {
		return fmt.Sprintf("%s: %s", e.Call, e.Detail)
	}
	return fmt.Sprintf("%s: HTTP %d: %s", e.Call, e.StatusCode, e.Detail)
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of an error of this package, KindUnknown for any other.
func KindOf(err error) Kind {
	if failure, ok := errors.AsType[*Error](err); ok {
		return failure.Kind
	}
	return KindUnknown
}

// IsNotFound reports whether the API responded that no such Run exists, and certainly started
// nothing.
func IsNotFound(err error) bool { return KindOf(err) == KindNotFound && !isLostStart(err) }

// IsConflict reports whether the API responded that the Run is not in a state that supports the
// action, and certainly started nothing.
func IsConflict(err error) bool { return KindOf(err) == KindConflict && !isLostStart(err) }

// IsCancelled reports whether the caller ended the call, which certainly started nothing.
func IsCancelled(err error) bool { return KindOf(err) == KindCancelled && !isLostStart(err) }

func isLostStart(err error) bool {
	_, ok := errors.AsType[*LostStartError](err)
	return ok
}
