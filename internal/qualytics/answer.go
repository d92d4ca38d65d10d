// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// statusError reads an answer that is no success.
func (c *Client) statusError(call call, response *http.Response, body []byte) *Error {
	failure := &Error{Call: call.String(), StatusCode: response.StatusCode}
	detail, parameters, isAPI := readDetail(body)
	failure.Detail, failure.Parameters = detail, parameters
	if !isAPI {
		failure.Detail = describeBody(response, body)
	}
	failure.RetryAfter, _ = retryAfter(response.Header, time.Now())
	failure.Kind = kindOfStatus(response.StatusCode, isAPI)
	switch failure.Kind {
	case KindUnauthorized:
		if expiry := tokenExpiry(c.token); !expiry.IsZero() && time.Now().After(expiry) {
			failure.Expired = expiry
		}
	case KindRedirected:
		failure.Location = c.redirectTarget(response)
		failure.Detail = "redirected to " + failure.Location
	default:
	}
	return failure
}

// kindOfStatus maps a status to a kind. Where the status speaks of a Run or of its parameters, only the
// API itself is believed: a proxy's 404 page must not pass for a deleted Run.
func kindOfStatus(status int, isAPI bool) Kind {
	switch {
	case status >= 300 && status < 400:
		return KindRedirected
	case status == http.StatusUnauthorized:
		return KindUnauthorized
	case status == http.StatusForbidden:
		return KindForbidden
	case status == http.StatusTooManyRequests:
		return KindRateLimited
	case status >= 500:
		return KindUnavailable
	case !isAPI:
		return KindNotAPI
	case status == http.StatusBadRequest:
		return KindBadRequest
	case status == http.StatusNotFound:
		return KindNotFound
	case status == http.StatusConflict:
		return KindConflict
	case status == http.StatusUnprocessableEntity:
		return KindInvalid
	}
	return KindUnknown
}

// readDetail reads a FastAPI error body: {"detail": "text"}, or a list of entries for a 422.
func readDetail(body []byte) (detail string, parameters []ParameterError, isAPI bool) {
	var answer struct {
		Detail json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &answer) != nil || len(answer.Detail) == 0 {
		return "", nil, false
	}
	if json.Unmarshal(answer.Detail, &detail) == nil {
		return shorten(detail), nil, true
	}
	var entries []struct {
		Location []any  `json:"loc"`
		Message  string `json:"msg"`
	}
	if json.Unmarshal(answer.Detail, &entries) != nil {
		return shorten(string(answer.Detail)), nil, true
	}
	words := make([]string, 0, len(entries))
	for _, entry := range entries {
		parameter := ParameterError{Message: shorten(entry.Message)}
		for _, part := range entry.Location {
			parameter.Location = append(parameter.Location, fmt.Sprint(part))
		}
		parameters = append(parameters, parameter)
		words = append(words, strings.Join(parameter.Location, ".")+": "+parameter.Message)
	}
	return shorten(strings.Join(words, "; ")), parameters, true
}

func notAPIError(call call, response *http.Response, body []byte, cause error) *Error {
	detail := describeBody(response, body)
	var mismatch *json.UnmarshalTypeError
	if errors.As(cause, &mismatch) || errors.Is(cause, errTrailing) {
		detail += " (" + cause.Error() + ")"
	}
	return &Error{Call: call.String(), Kind: KindNotAPI, StatusCode: response.StatusCode, Detail: detail, Err: cause}
}

var htmlTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// describeBody says in a line what came back instead of the API's JSON.
func describeBody(response *http.Response, body []byte) string {
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return "an empty answer"
	case mediaType == "text/html" || bytes.HasPrefix(body, []byte("<")):
		if title := htmlTitle.FindSubmatch(body); title != nil {
			return fmt.Sprintf("an HTML page titled %q", shorten(strings.TrimSpace(string(title[1]))))
		}
		return "an HTML page"
	case json.Valid(body):
		return "unexpected JSON: " + shorten(string(body))
	}
	return fmt.Sprintf("an answer that is not JSON: %q", shorten(string(body)))
}

// redirectTarget is the absolute URL of a redirect, without the parts that could hold a secret.
func (c *Client) redirectTarget(response *http.Response) string {
	location, err := response.Location()
	if err != nil {
		return "nowhere (the redirect has no usable Location)"
	}
	target := url.URL{Scheme: location.Scheme, Host: location.Host, Path: location.Path}
	return string(secret(c.token).cutFrom([]byte(target.String())))
}

// transportError words a call that got no whole answer.
func (c *Client) transportError(ctx context.Context, call call, err error) *Error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without the URL: the call is named already
	}
	var record tls.RecordHeaderError
	if errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/" {
		err = http.ErrSchemeMismatch // says so, which http.Client does for errors that are not wrapped
	}
	text := string(secret(c.token).cutFrom([]byte(err.Error())))
	failure := &Error{Call: call.String(), Detail: shorten(text), Err: err}
	if text != err.Error() {
		failure.Err = errors.New(text)
	}
	var (
		lookup  *net.DNSError
		timeout net.Error
	)
	switch {
	case errors.Is(ctx.Err(), context.Canceled) || errors.Is(ctx.Err(), context.DeadlineExceeded):
		failure.Kind = KindCancelled
	case isUntrusted(err):
		failure.Kind = KindUntrusted
	case errors.As(err, &lookup):
		failure.Kind = KindUnresolvable
	case errors.Is(err, errTooLarge) || errors.Is(err, errRedirectLoop):
		failure.Kind = KindNotAPI
	case errors.As(err, &timeout) && timeout.Timeout():
		failure.Kind = KindTimedOut
	case wasUnsent(err):
		failure.Kind = KindUnreachable
	default:
		failure.Kind = KindDisconnected
	}
	return failure
}

const longestDetail = 2000

// shorten keeps what a server sent readable in a diagnostic, and fit for one: those are UTF-8.
func shorten(text string) string {
	if len(text) <= longestDetail {
		return strings.ToValidUTF8(text, "\uFFFD")
	}
	return strings.ToValidUTF8(text[:longestDetail], "") + "…"
}
