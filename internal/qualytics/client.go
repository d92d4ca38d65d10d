// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"net/url"
	"time"
)

const (
	// DefaultRequestTimeout limits one HTTP request, including the response body.
	DefaultRequestTimeout = 30 * time.Second
	// DefaultMaxRetries is the maximum number of retries of a request that may be retried.
	DefaultMaxRetries = 4

	defaultRetryWait = time.Second
	// defaultSearchTimeout allows for a backend that creates a Run long after the request timed
	// out.
	defaultSearchTimeout = time.Minute
)

// Config configures a client of one Qualytics deployment.
type Config struct {
	URL       string // base URL; with or without a trailing slash or /api
	Token     string // API token
	UserAgent string

	// TokenSource says where the token came from. An [*Error] includes it if the API rejects the
	// token.
	TokenSource string

	RequestTimeout time.Duration // limit of one attempt; 0 means DefaultRequestTimeout
	MaxRetries     int           // retries after the first attempt; 0 means none
	RetryWait      time.Duration // pause before the first retry, doubled for each further one; 0 means 1 s

	// SearchTimeout limits the search for a Run whose response was lost, counted from the request.
	// 0 means RequestTimeout, but at least a minute: the request may be processed until then.
	SearchTimeout time.Duration

	// RateLimitTimeout is how long a request that the rate limit rejects (429) is retried. 0 means
	// 300 times RetryWait, by default 5 minutes.
	RateLimitTimeout time.Duration

	CACertFile         string // PEM file of authorities to trust in addition to the system's
	InsecureSkipVerify bool   // accept any TLS certificate

	// Log receives one line per HTTP attempt, and lines about a start that waits for its turn: never
	// a header, a body or the token. nil disables logging.
	Log func(ctx context.Context, message string, fields map[string]any)
}

type logFunc func(ctx context.Context, message string, fields map[string]any)

// Client calls the Runs API. It is safe for concurrent use.
type Client struct {
	base        *url.URL // ends in /api
	userAgent   string
	token       string
	tokenSource string

	attempts         *attempter
	throttle         *throttle
	timeout          time.Duration // of one attempt
	maxRetries       int
	retryWait        time.Duration
	rateLimitTimeout time.Duration
	searchTimeout    time.Duration

	locks   *startLocks
	started startedRuns
}

// New validates the configuration and returns a client. It sends nothing. Every error is a
// [*ConfigError] about one field.
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
	starts, err := newStartTransport(config)
	if err != nil {
		return nil, &ConfigError{Field: "CACertFile", Err: err}
	}
	if config.RequestTimeout == 0 {
		config.RequestTimeout = DefaultRequestTimeout
	}
	if config.RetryWait == 0 {
		config.RetryWait = defaultRetryWait
	}
	if config.RateLimitTimeout == 0 {
		config.RateLimitTimeout = defaultRateLimitTimeout * config.RetryWait
	}
	if config.Log == nil {
		config.Log = func(context.Context, string, map[string]any) {}
	}
	if config.SearchTimeout == 0 {
		config.SearchTimeout = max(config.RequestTimeout, defaultSearchTimeout)
	}

	return &Client{
		base: base, token: token, tokenSource: config.TokenSource, userAgent: config.UserAgent,
		attempts: &attempter{
			transport: transport, starts: starts, timeout: config.RequestTimeout,
			maxBody: maxBodySize, token: secret(token), log: config.Log,
		},
		throttle: newThrottle(config.RetryWait),
		timeout:  config.RequestTimeout, maxRetries: config.MaxRetries, retryWait: config.RetryWait,
		rateLimitTimeout: config.RateLimitTimeout, searchTimeout: config.SearchTimeout,
		locks: newStartLocks(base, config.Log),
	}, nil
}

// ConfigError reports an invalid field of [Config].
type ConfigError struct {
	Field string
	Err   error
}

func (e *ConfigError) Error() string { return e.Field + ": " + e.Err.Error() }

// Unwrap returns the reason, without the field's name.
func (e *ConfigError) Unwrap() error { return e.Err }
