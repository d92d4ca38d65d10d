// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// apiCall is one request to the API, however many attempts it takes.
type apiCall struct {
	method string
	path   string // below /api, such as "/operations/53388"
	query  url.Values
	body   []byte // JSON; nil if the request has no body
	retry  retryPolicy

	pageSize int  // entries of a page; 0 if the call does not read a page
	trial    bool // a larger page has failed
}

// callState is the state of a call across its attempts.
type callState struct {
	client *Client
	call   apiCall

	reached  int            // attempts that may have reached the application
	sent     time.Time      // when the last attempt was sent
	response *http.Response // to the last attempt, with its body; nil if there was none
	retries  int            // so far, without those after a 429
	limited  time.Time      // when the rate limit first rejected the call; zero if the last response was no 429
	failed   *Error         // the reason for the last retry
}

// do makes a call and decodes its response into the value that into points to. If into is nil, the
// response may be empty. do returns the state of the call even if it failed.
func (c *Client) do(ctx context.Context, call apiCall, into any) (*callState, error) {
	return c.doOutliving(ctx, ctx, call, into)
}

// doOutliving is do, but an attempt ends with the context later, not with ctx. None begins after the
// end of ctx.
func (c *Client) doOutliving(ctx, later context.Context, call apiCall, into any) (*callState, error) {
	state := &callState{client: c, call: call}
	target := c.endpoint(call)
	target.RawQuery = call.query.Encode()
	var body any // an untyped nil means that there is none
	if call.body != nil {
		body = call.body
	}
	request, err := retryablehttp.NewRequestWithContext(ctx, call.method, target.String(), body)
	if err != nil {
		return state, fmt.Errorf("building %s %s: %w", call.method, c.endpoint(call), err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.userAgent)
	if call.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	retrying := &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				return state.attempt(ctx, later, request)
			}),
			CheckRedirect: followRedirect,
		},
		RetryMax: math.MaxInt, // checkRetry counts
		CheckRetry: func(ctx context.Context, response *http.Response, err error) (bool, error) {
			return state.checkRetry(ctx, response, err), nil
		},
		Backoff:      state.backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler, // users need to see the body of the last response
	}
	response, err := retrying.Do(request)
	if err != nil {
		failure := c.transportError(ctx, call, err)
		if failure.Kind == KindCancelled && state.failed != nil {
			failure.follow(state.failed)
		}
		return state, failure
	}
	defer response.Body.Close()
	return state, c.read(call, response, into)
}

// read decodes a response into the value that into points to.
func (c *Client) read(call apiCall, response *http.Response, into any) error {
	body := bodyOf(response)
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return c.statusError(call, response)
	}
	if into == nil {
		if len(body) == 0 {
			return nil
		}
		into = new(any) // a body that is not JSON, such as the login page of a proxy, is not a success
	}
	if err := decode(body, into); err != nil {
		return c.notAPIError(call, response, err)
	}
	return nil
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

var errMalformed = errors.New("the JSON is truncated, or other data follows it")

func decode(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		if !json.Valid(body) && len(body) > 0 && (body[0] == '{' || body[0] == '[') {
			return errMalformed
		}
		return err
	}
	return nil
}
