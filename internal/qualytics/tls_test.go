// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// serveTLS serves Run 100 with the certificate of httptest for example.com and the loopback
// addresses.
func serveTLS(t *testing.T, config *tls.Config) (*httptest.Server, *mockapi.Server) {
	t.Helper()
	api := mockapi.New(mockapi.Options{Token: testToken})
	api.Seed(scan(100, "success"))
	server := httptest.NewUnstartedServer(api)
	server.TLS = config
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, api
}

// writePEM writes the server's certificate to a file, and returns the path.
func writePEM(t *testing.T, server *httptest.Server) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(path, append([]byte("# ours\n"), block...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTrusted(t *testing.T) {
	server, _ := serveTLS(t, nil)
	path := writePEM(t, server)
	for name, trust := range map[string]func(*Config){
		"ca_cert_file": func(config *Config) { config.CACertFile = path }, "insecure": insecure,
	} {
		if _, err := newClient(t, server.URL, trust).Operation(t.Context(), 100); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTimeoutErrorNamesLimit(t *testing.T) {
	secure, secureAPI := serveTLS(t, nil)
	plain := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
	for url, api := range map[string]*mockapi.Server{secure.URL: secureAPI, plain.url: plain.Server} {
		for name, fault := range map[string]mockapi.Fault{"no response": {Delay: time.Hour}, "a slow body": {Slow: time.Hour}} {
			client := newClient(t, url, insecure, noRetries, timeout(200*time.Millisecond))
			fault.Path = readPath
			api.Inject(fault)
			_, err := client.Operation(t.Context(), 100)
			equal(t, name, failure(t, err).Kind, KindTimedOut)
			equal(t, name, failure(t, err).Detail, "no complete response within 200ms")
		}
	}
}

func TestUntrustedIsNotRetried(t *testing.T) {
	old := &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	for name, test := range map[string]struct {
		server *tls.Config
		host   string
		want   string
	}{
		"unknown authority": {nil, "", "unknown authority"},
		"wrong host name":   {nil, "https://qualytics.test", "not qualytics.test"},
		"TLS too old":       {old, "", "protocol version"},
	} {
		for _, endpoint := range endpoints {
			server, api := serveTLS(t, test.server)
			client := newClient(t, server.URL, func(config *Config) {
				if test.host != "" {
					config.URL, config.CACertFile = test.host, writePEM(t, server)
				}
			})
			dials := redial(client, server.Listener.Addr().String())
			err := endpoint.call(t.Context(), client)
			failed := failure(t, err)
			equal(t, name+", "+endpoint.name, failed.Kind, KindUntrusted)
			equal(t, name+", "+endpoint.name, *dials, 1)
			equal(t, name, len(api.Requests()), 0)
			if !strings.Contains(failed.Detail, test.want) {
				t.Errorf("%s: %v", name, failed)
			}
			if lost := new(LostStartError); errors.As(err, &lost) {
				t.Errorf("%s: got %v, want an error before the start", name, err)
			}
		}
	}
}

// redial directs every connection to one address, and returns their number.
func redial(client *Client, address string) *int {
	dials := 0
	transport := attemptsOf(client).transport.(*http.Transport)
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		dials++
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	return &dials
}

func TestWrongScheme(t *testing.T) {
	plain := httptest.NewServer(mockapi.New(mockapi.Options{Token: testToken}))
	t.Cleanup(plain.Close)
	secure, _ := serveTLS(t, nil)
	for _, endpoint := range endpoints {
		err := endpoint.call(t.Context(), newClient(t, strings.Replace(plain.URL, "http:", "https:", 1)))
		failed := failure(t, err)
		equal(t, "https to http, "+endpoint.name, failed.Kind, KindNoTLS)
		equal(t, "https to http, "+endpoint.name, failed.Detail, "http: server gave HTTP response to HTTPS client")

		if endpoint.name == "delete" {
			continue // Go's server does not recognize DELETE on a TLS port
		}
		err = endpoint.call(t.Context(), newClient(t, strings.Replace(secure.URL, "https:", "http:", 1)))
		failed = failure(t, err)
		equal(t, "http to https, "+endpoint.name, failed.Kind, KindNeedsTLS)
	}
}

// Other servers than Go's respond to http on a TLS port with an HTML page.
func TestWrongSchemeOfOtherServers(t *testing.T) {
	for _, page := range []string{
		"<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>",
		"<html><body>Reason: You're speaking plain HTTP to an SSL-enabled server port.</body></html>",
	} {
		client := respond(t, responding(400, "text/html", page))
		equal(t, page, failure(t, client.Delete(t.Context(), 100)).Kind, KindNeedsTLS)
	}
	client := respond(t, responding(400, "text/html", "<title>400 Bad Request</title>"))
	equal(t, "another error page", failure(t, client.Delete(t.Context(), 100)).Kind, KindBlocked)
}

func TestInvalidCACertFile(t *testing.T) {
	directory := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for path, want := range map[string]string{
		filepath.Join(directory, "none.pem"): "cannot be read",
		directory:                            "cannot be read",
		write("empty.pem", ""):               "contains no certificate",
		write("text.pem", "-----BEGIN-----"): "contains no certificate",
		write("key.pem", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"): "contains no certificate",
	} {
		_, err := New(Config{URL: "https://a.qualytics.io", Token: testToken, CACertFile: path})
		var invalid *ConfigError
		if !errors.As(err, &invalid) || invalid.Field != "CACertFile" || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", path, err, want)
		}
	}
}

// mutedConn is a connection that its network silently drops: it sends nothing any more.
type mutedConn struct {
	net.Conn
	muted *atomic.Bool
}

func (c mutedConn) Write(data []byte) (int, error) {
	if c.muted.Load() {
		return len(data), nil
	}
	return c.Conn.Write(data)
}

// A dropped HTTP/2 connection is replaced, although each request on it only times out.
func TestDroppedConnectionIsReplaced(t *testing.T) {
	server, _ := serveTLS(t, nil)
	client := newClient(t, server.URL, insecure, timeout(200*time.Millisecond), func(config *Config) { config.MaxRetries = 100 })
	transport := attemptsOf(client).transport.(*http.Transport)
	equal(t, "settings", *transport.HTTP2, http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingAfter})
	transport.HTTP2.SendPingTimeout, transport.HTTP2.PingTimeout = 300*time.Millisecond, 300*time.Millisecond
	var muted atomic.Bool
	dials := 0
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := new(net.Dialer).DialContext(ctx, network, address)
		if dials++; dials == 1 {
			connection = mutedConn{connection, &muted}
		}
		return connection, err
	}
	for range 2 {
		if _, err := client.Operation(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
		muted.Store(true)
	}
	equal(t, "dials", dials, 2)
}
