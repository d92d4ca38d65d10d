// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// newAPIInMemory is newAPI without sockets, for a synctest bubble: the provider and the server are
// connected by pipes, so time passes while they wait for each other. Each request takes the latency.
// It replaces Go's default transport, from which the client's are made. So the test must not be
// parallel.
func newAPIInMemory(t *testing.T, url string, latency time.Duration, options mockapi.Options) *api {
	t.Helper()
	options.Token = testToken
	api := &api{Server: mockapi.New(options), url: url}
	api.Seed(scan(100, "success"))
	listener := &memoryListener{accepted: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{
		ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(latency)
			api.ServeHTTP(w, r)
		}),
	}
	go func() { _ = server.Serve(listener) }()
	usual := http.DefaultTransport
	transport := typed[*http.Transport](usual).Clone()
	transport.DialContext = listener.dial
	http.DefaultTransport = transport
	t.Cleanup(func() {
		http.DefaultTransport = usual
		_ = server.Close()
	})
	return api
}

// memoryListener accepts connections that are pipes.
type memoryListener struct {
	accepted chan net.Conn
	closed   chan struct{}
	close    sync.Once
}

func (l *memoryListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.accepted <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.accepted:
		return connection, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.close.Do(func() { close(l.closed) })
	return nil
}

func (l *memoryListener) Addr() net.Addr { return &net.TCPAddr{} }
