// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// transportError returns the error for a call without a complete response. If the target of a
// redirect failed, the error names it.
func (c *Client) transportError(ctx context.Context, call apiCall, err error) *Error {
	location := ""
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		location = c.redirectedTo(call, wrapped.URL)
		err = wrapped.Err // without the URL, which newError adds
	}
	var record tls.RecordHeaderError
	if errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/" {
		err = http.ErrSchemeMismatch // http.Client maps only errors that are not wrapped
	}
	text := string(secret(c.token).redact([]byte(err.Error())))
	failure := c.newError(call, kindOfTransport(ctx, err), 0, Printable(text))
	failure.Err = err
	if text != err.Error() {
		failure.Err = errors.New(text)
	}
	if location != "" {
		failure.Location = location
		failure.Detail = "redirected to " + location + ", where the request failed: " + failure.Detail
	}
	return failure
}

// follow adds to the error of a cancelled call why the attempt before was retried.
func (e *Error) follow(last *Error) {
	text := "the last attempt failed: " + last.Detail
	if last.StatusCode != 0 {
		text = fmt.Sprintf("the last response was HTTP %d: %s", last.StatusCode, last.Detail)
	}
	e.Detail += "; " + text
	e.Err = fmt.Errorf("%w; %w", e.Err, last)
}

// redirectedTo returns the URL of a redirect's target without its query, or "" if the call was not
// redirected.
func (c *Client) redirectedTo(call apiCall, last string) string {
	target, err := c.endpoint(call).Parse(last)
	if err != nil {
		return ""
	}
	target = withoutSecrets(target)
	if *target == *withoutSecrets(c.endpoint(call)) {
		return ""
	}
	return string(secret(c.token).redact([]byte(target.String())))
}

func kindOfTransport(ctx context.Context, err error) Kind {
	var (
		lookup  *net.DNSError
		timeout net.Error
	)
	switch {
	case errors.Is(ctx.Err(), context.Canceled) || errors.Is(ctx.Err(), context.DeadlineExceeded):
		return KindCancelled
	case strings.Contains(err.Error(), tlsAlert):
		return KindNeedsTLS
	case errors.Is(err, http.ErrSchemeMismatch):
		return KindNoTLS
	case isUntrusted(err):
		return KindUntrusted
	case errors.As(err, &lookup):
		return KindUnresolvable
	case errors.Is(err, errTooLarge) || errors.Is(err, errRedirectLoop):
		return KindNotAPI
	case errors.As(err, &timeout) && timeout.Timeout():
		return KindTimedOut
	case wasUnsent(err):
		return KindUnreachable
	default:
		return KindDisconnected
	}
}

// tlsAlert is part of the error of net/http for a response that is a TLS alert: the response to an
// http:// request on a TLS port.
const tlsAlert = `malformed HTTP response "\x15\x03`
