// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	// DefaultRequestTimeout limits one HTTP request, its answer's body included.
	DefaultRequestTimeout = 30 * time.Second
	// DefaultMaxRetries is how often a request that may be repeated is repeated.
	DefaultMaxRetries = 4

	defaultRetryWait = time.Second
)

// Config says how to reach one Qualytics deployment.
type Config struct {
	URL       string // base URL; with or without a trailing slash or /api
	Token     string // API token
	UserAgent string

	// TokenSource says where the token came from. Errors carry it when the API rejects the token.
	TokenSource string

	RequestTimeout time.Duration // one attempt's limit; 0 means DefaultRequestTimeout
	MaxRetries     int           // repetitions after the first attempt; 0 means none
	RetryWait      time.Duration // pause before the first repetition, doubled for each further one; 0 means 1 s

	// RateLimitPatience is how long one request may be refused for the rate limit (429) before that is an
	// error; 0 means 300 times RetryWait, which is 5 minutes.
	RateLimitPatience time.Duration

	CACertFile         string // PEM file of authorities to trust besides the system's
	InsecureSkipVerify bool   // accept any TLS certificate

	// Log receives one line per HTTP attempt; never a header, a body or the token. nil logs nothing.
	Log func(ctx context.Context, message string, fields map[string]any)
}

// Client calls the Runs API. It is safe for concurrent use.
type Client struct {
	base        *url.URL // ends in /api
	userAgent   string
	token       string
	tokenSource string
	http        *retryablehttp.Client
	retryWait   time.Duration

	starting sync.RWMutex // held for reading while a Run is asked for, for writing while a lost one is looked for
	claims   claims
}

// New checks the configuration and returns a client. It sends nothing. Errors are about one field
// each and are a [*ConfigError].
func New(config Config) (*Client, error) {
	base, err := parseURL(config.URL)
	if err != nil {
		return nil, &ConfigError{Field: "URL", Err: err}
	}
	token, err := cleanToken(config.Token)
	if err != nil {
		return nil, &ConfigError{Field: "Token", Err: err}
	}
	transport, err := newTransport(config)
	if err != nil {
		return nil, &ConfigError{Field: "CACertFile", Err: err}
	}
	if config.RequestTimeout == 0 {
		config.RequestTimeout = DefaultRequestTimeout
	}
	if config.RetryWait == 0 {
		config.RetryWait = defaultRetryWait
	}
	if config.RateLimitPatience == 0 {
		config.RateLimitPatience = defaultPatience * config.RetryWait
	}

	client := &Client{base: base, token: token, tokenSource: config.TokenSource, userAgent: config.UserAgent, retryWait: config.RetryWait}
	attempts := &attempts{next: transport, timeout: config.RequestTimeout, largest: largestBody, token: secret(token), log: config.Log}
	client.http = &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     newThrottle(attempts, config.RetryWait, config.RateLimitPatience),
			CheckRedirect: followRedirect,
		},
		RetryMax:     config.MaxRetries,
		RetryWaitMin: config.RetryWait,
		RetryWaitMax: longestRetryWait,
		CheckRetry:   checkRetry,
		PrepareRetry: func(request *http.Request) error { return exchangeOf(request.Context()).prepare(request.Context()) },
		Backoff:      backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler, // the last answer's body is what users need to see
	}
	return client, nil
}

// ConfigError is a fault in one field of [Config].
type ConfigError struct {
	Field string
	Err   error
}

func (e *ConfigError) Error() string { return e.Field + ": " + e.Err.Error() }

// Unwrap returns the fault itself, worded without the field's name.
func (e *ConfigError) Unwrap() error { return e.Err }

// call is one request to the API, whatever number of attempts it takes.
type call struct {
	method string
	path   string // below /api, such as "/operations/53388"
	query  url.Values
	repeat repeatPolicy
	before func(context.Context) error // is done before each attempt, and stops the call if it fails; nil: nothing
}

// do carries out a call and decodes its answer into the value that into points to (nil: the answer need
// not have a body). It returns how the exchange went also when it failed.
func (c *Client) do(ctx context.Context, call call, into any) (*exchange, error) {
	exchange := &exchange{repeat: call.repeat, before: call.before}
	if err := exchange.prepare(ctx); err != nil {
		return exchange, err
	}
	target := c.endpoint(call)
	target.RawQuery = call.query.Encode()
	request, err := retryablehttp.NewRequestWithContext(withExchange(ctx, exchange), call.method, target.String(), nil)
	if err != nil {
		return exchange, fmt.Errorf("building %s %s: %w", call.method, c.endpoint(call), err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.userAgent)

	response, err := c.http.Do(request)
	if err != nil {
		return exchange, c.transportError(ctx, call, err)
	}
	defer response.Body.Close()
	body := exchange.body
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return exchange, c.statusError(call, response, body)
	}
	if into == nil {
		if len(body) == 0 {
			return exchange, nil
		}
		into = new(any) // what is not JSON, such as the login page of a proxy, is no success
	}
	if err := decode(body, into); err != nil {
		return exchange, c.notAPIError(call, response, body, err)
	}
	return exchange, nil
}

var errTrailing = errors.New("the answer ends in the middle of its JSON, or has more than one value")

func decode(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		if !json.Valid(body) && len(body) > 0 && (body[0] == '{' || body[0] == '[') {
			return errTrailing
		}
		return err
	}
	return nil
}
