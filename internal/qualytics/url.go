// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// parseURL converts a base URL as users write it, with or without a trailing slash or /api, into
// the one to which the paths of the endpoints are appended.
func parseURL(text string) (*url.URL, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, errors.New("is empty; it must be the deployment's base URL, such as https://your-instance.qualytics.io")
	}
	base, err := url.Parse(text)
	if err != nil || base.Opaque != "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, errors.New("must be a URL that starts with https:// (or http://), such as https://your-instance.qualytics.io")
	}
	switch {
	case base.Hostname() == "":
		return nil, errors.New("has no host name; it must look like https://your-instance.qualytics.io")
	case strings.HasSuffix(base.Host, ":"):
		return nil, errors.New("has a colon without a port after the host name; remove it, or add the port")
	case base.User != nil:
		return nil, errors.New("must not contain a user name or a password; the API accepts only the token")
	case base.RawQuery != "" || base.ForceQuery || base.Fragment != "":
		return nil, errors.New("must not contain a query (?) or a fragment (#); the API's paths are appended to the base URL")
	}
	path := strings.TrimRight(base.Path, "/")
	path = strings.TrimRight(strings.TrimSuffix(path, "/api"), "/")
	return &url.URL{Scheme: base.Scheme, Host: base.Host, Path: path + "/api"}, nil
}

// SameURL reports whether two base URLs address the same deployment: they may differ in a trailing
// slash or /api, in the case of the scheme and the host, and in an explicit default port.
func SameURL(a, b string) bool {
	left, leftErr := parseURL(a)
	right, rightErr := parseURL(b)
	return leftErr == nil && rightErr == nil && canonicalURL(left) == canonicalURL(right)
}

// canonicalURL returns the form of a parsed base URL that all base URLs of a deployment share: the
// host in lower case, with its port.
func canonicalURL(base *url.URL) string {
	port := base.Port()
	switch {
	case port != "":
	case base.Scheme == "http":
		port = "80"
	default:
		port = "443"
	}
	host := net.JoinHostPort(strings.ToLower(base.Hostname()), port)
	return (&url.URL{Scheme: base.Scheme, Host: host, Path: base.Path}).String()
}

// PlainHTTP reports whether the token would be sent unencrypted over a network to the base URL: it
// uses http, and its host is not loopback.
func PlainHTTP(text string) bool {
	base, err := parseURL(text)
	return err == nil && base.Scheme == "http" && !isLoopback(base.Hostname())
}
