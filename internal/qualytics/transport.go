// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

// maxConcurrentPages is the number of pages of one list that are read concurrently.
const maxConcurrentPages = 8

// pingAfter is how long an HTTP/2 connection may be silent before it is tested with a ping, and how
// long the response to the ping may take. Otherwise, a connection that a NAT has silently dropped
// would be used until the requests on it time out, again and again.
const pingAfter = 15 * time.Second

// newStartTransport returns the transport for requests that start a Run. Go's transport resends a
// request if a reused connection turns out to be closed, and if an HTTP/2 server resets the stream
// or sends GOAWAY. Over HTTP/1.1 and on a new connection, it sends each request once.
func newStartTransport(config Config) (*http.Transport, error) {
	transport, err := newTransport(config)
	if err != nil {
		return nil, err
	}
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetHTTP1(true)
	transport.DisableKeepAlives = true
	return transport, nil
}

// newTransport returns Go's default transport (proxies from the environment, HTTP/2, gzip) with the
// configured trust in certificates.
func newTransport(config Config) (*http.Transport, error) {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	if defaults, ok := http.DefaultTransport.(*http.Transport); ok {
		transport = defaults.Clone()
	}
	transport.MaxIdleConnsPerHost = maxInFlight
	transport.HTTP2 = &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingAfter}
	transport.TLSClientConfig = &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: config.InsecureSkipVerify, //nolint:gosec // the user's explicit choice, for self-signed deployments
	}
	if config.CACertFile != "" {
		authorities, err := readAuthorities(config.CACertFile)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig.RootCAs = authorities
	}
	return transport, nil
}

func readAuthorities(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	authorities, err := x509.SystemCertPool()
	if err != nil {
		authorities = x509.NewCertPool()
	}
	if !authorities.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s contains no certificate in PEM form (-----BEGIN CERTIFICATE-----)", path)
	}
	return authorities, nil
}

const maxRedirects = 5

var errRedirectLoop = errors.New("too many redirects")

// followRedirect follows redirects of a GET within the configured host, including from http to
// https. For all others, the redirect itself is the response: a PUT must not become a GET, and the
// token must not be sent to another host.
func followRedirect(next *http.Request, via []*http.Request) error {
	from, to := via[0].URL, next.URL
	sameHost := from.Hostname() == to.Hostname() &&
		(from.Scheme == to.Scheme && from.Port() == to.Port() || from.Scheme == "http" && to.Scheme == "https")
	if next.Method != http.MethodGet || via[0].Method != http.MethodGet || !sameHost {
		return http.ErrUseLastResponse
	}
	if len(via) > maxRedirects {
		return errRedirectLoop
	}
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	address := net.ParseIP(host)
	return address != nil && address.IsLoopback()
}
