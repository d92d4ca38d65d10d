// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// endpoint returns the URL of a call without its query, as errors show it.
func (c *Client) endpoint(call apiCall) *url.URL { return c.base.JoinPath(call.path) }

func (c *Client) newError(call apiCall, kind Kind, status int, detail string) *Error {
	return &Error{Call: call.method + " " + c.endpoint(call).String(), Kind: kind, StatusCode: status, Detail: detail}
}

// statusError returns the error for a response whose status is not a success.
func (c *Client) statusError(call apiCall, response *http.Response) *Error {
	body := bodyOf(response)
	detail, parameters, isAPI := readDetail(body)
	if !isAPI {
		detail = describeBody(response, body)
	}
	kind := kindOfStatus(response.StatusCode, isAPI)
	if kind == KindBlocked && wantsTLS.Match(body) {
		kind = KindNeedsTLS
	}
	failure := c.newError(call, kind, response.StatusCode, detail)
	failure.Parameters = parameters
	failure.Gateway = !isAPI && response.StatusCode >= 400
	failure.RetryAfter, _ = retryAfter(response.Header, time.Now())
	switch kind {
	case KindUnauthorized:
		failure.TokenSource, failure.TokenExpiry = c.tokenSource, c.TokenExpiry()
	case KindRedirected:
		failure.Location = c.redirectTarget(response)
		failure.Detail = "redirected to " + failure.Location
	case KindNotFound:
		if call.path == "/operations" { // the list itself cannot be missing
			failure.Kind = KindWrongURL
		}
	default:
	}
	return failure
}

// kindOfStatus maps a status to a kind. Statuses about the token, a Run or its parameters must be
// the API's own: a gateway's 404 page does not mean that a Run was deleted, nor a firewall's 403
// that a permission is missing.
func kindOfStatus(status int, isAPI bool) Kind {
	switch {
	case status >= 300 && status < 400:
		return KindRedirected
	case status == http.StatusTooManyRequests:
		return KindRateLimited
	case status >= 500:
		return KindUnavailable
	case !isAPI:
		return kindOfGateway(status)
	case status == http.StatusBadRequest:
		return KindBadRequest
	case status == http.StatusUnauthorized:
		return KindUnauthorized
	case status == http.StatusForbidden:
		return KindForbidden
	case status == http.StatusNotFound:
		return KindNotFound
	case status == http.StatusConflict:
		return KindConflict
	case status == http.StatusUnprocessableEntity:
		return KindInvalid
	}
	return KindUnknown
}

// kindOfGateway maps the status of a response that is not the API's own.
func kindOfGateway(status int) Kind {
	switch status {
	case http.StatusUnauthorized:
		return KindLoginRequired
	case http.StatusNotFound:
		return KindWrongURL
	case http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge:
		return KindTooLong
	}
	return KindBlocked
}

// wantsTLS matches the responses of servers (Go, nginx, Apache) to an http:// request on a TLS
// port.
var wantsTLS = regexp.MustCompile(`(?i)HTTP request to an HTTPS server` +
	`|plain HTTP request was sent to HTTPS port` +
	`|speaking plain HTTP to an SSL-enabled`)

// readDetail reads a FastAPI error body: {"detail": "text"}, or a list of entries for a 422.
func readDetail(body []byte) (detail string, parameters []ParameterError, isAPI bool) {
	var response struct {
		Detail json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &response) != nil || len(response.Detail) == 0 {
		return "", nil, false
	}
	if json.Unmarshal(response.Detail, &detail) == nil {
		return Printable(detail), nil, true
	}
	var entries []struct {
		Location []any  `json:"loc"`
		Message  string `json:"msg"`
		Context  object[struct {
			Discriminator text[string] `json:"discriminator"` // the field that selects one of several models
		}] `json:"ctx"`
	}
	if json.Unmarshal(response.Detail, &entries) != nil {
		return Printable(string(response.Detail)), nil, true
	}
	words := make([]string, 0, len(entries))
	for _, entry := range entries {
		parameter := ParameterError{Message: Printable(entry.Message)}
		for _, part := range entry.Location {
			parameter.Location = append(parameter.Location, Printable(fmt.Sprint(part)))
		}
		if field := orZero(entry.Context.value).Discriminator.value; field != "" {
			parameter.Location = append(parameter.Location, Printable(strings.Trim(field, "'")))
		}
		parameters = append(parameters, parameter)
		words = append(words, strings.Join(parameter.Location, ".")+": "+parameter.Message)
	}
	return Printable(strings.Join(words, "; ")), parameters, true
}

func (c *Client) notAPIError(call apiCall, response *http.Response, cause error) *Error {
	detail := describeBody(response, bodyOf(response))
	var mismatch *json.UnmarshalTypeError
	if errors.As(cause, &mismatch) || errors.Is(cause, errMalformed) {
		detail += " (" + cause.Error() + ")"
	}
	failure := c.newError(call, KindNotAPI, response.StatusCode, detail)
	failure.Err = cause
	return failure
}

var htmlTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// describeBody describes in one line a body that is not the API's JSON.
func describeBody(response *http.Response, body []byte) string {
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return "an empty response"
	case mediaType == "text/html" || bytes.HasPrefix(body, []byte("<")):
		if title := htmlTitle.FindSubmatch(body); title != nil {
			return fmt.Sprintf("an HTML page titled %q", Printable(strings.Join(strings.Fields(string(title[1])), " ")))
		}
		return "an HTML page"
	case json.Valid(body):
		return "unexpected JSON: " + Printable(string(body))
	}
	return fmt.Sprintf("a response that is not JSON: %q", Printable(string(body)))
}

// redirectTarget returns the absolute URL of a redirect, without the parts that may hold a secret.
func (c *Client) redirectTarget(response *http.Response) string {
	location, err := response.Location()
	if err != nil {
		return "an unknown URL (the redirect has no usable Location)"
	}
	return string(secret(c.token).redact([]byte(Printable(withoutSecrets(location).String()))))
}

func withoutSecrets(location *url.URL) *url.URL {
	return &url.URL{Scheme: location.Scheme, Host: location.Host, Path: location.Path}
}
