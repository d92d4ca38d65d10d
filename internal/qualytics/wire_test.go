// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A request that starts a Run is sent once, although the server supports HTTP/2 and breaks the
// connection: Go's transport resends requests over HTTP/2, and over connections that it kept.
func TestOneRequestOnTheWire(t *testing.T) {
	for _, effect := range []bool{false, true} {
		for action, start := range starts {
			t.Run(fmt.Sprintf("%s/effect=%v", action, effect), func(t *testing.T) {
				t.Parallel()
				server, api := serveTLS(t, nil)
				api.Seed(scan(100, start.result))
				var protocols sync.Map // of the requests, by method
				handler := server.Config.Handler
				server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					protocols.Store(r.Method, r.Proto)
					handler.ServeHTTP(w, r)
				})
				api.Inject(mockapi.Fault{Path: start.path, Close: true, AfterEffect: effect})
				started, err := start.call(t.Context(), newClient(t, server.URL, insecure))
				if effect {
					_ = adopted(t, started, err)
				} else {
					_, _ = notAdopted(t, started, err)
				}
				equal(t, "requests", service{Server: api}.writes(), []string{start.request})
				method, _, _ := strings.Cut(start.request, " ")
				for method, want := range map[string]string{method: "HTTP/1.1", http.MethodGet: "HTTP/2.0"} {
					got, _ := protocols.Load(method)
					equal(t, method, got, any(want))
				}
			})
		}
	}
}

type requestsKey struct{}

// The server closes a connection without a response when a second request arrives on it.
func TestStartsDoNotUseKeptConnections(t *testing.T) {
	api := mockapi.New(mockapi.Options{Token: testToken})
	api.Seed(scan(100, "success"))
	var reused atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(requestsKey{}).(*atomic.Int32).Add(1) > 1 {
			reused.Add(1)
			panic(http.ErrAbortHandler)
		}
		api.ServeHTTP(w, r)
	}))
	server.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, requestsKey{}, new(atomic.Int32))
	}
	server.Start()
	defer server.Close()
	client := newClient(t, server.URL)
	source, err := client.Operation(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	const count = 20
	for range count {
		started, err := client.Rerun(t.Context(), source, "")
		if err != nil || started.LostResponse != nil {
			t.Fatal(err, started.LostResponse)
		}
	}
	equal(t, "Runs", len(api.Runs()), 1+count)
	if reused.Load() == 0 {
		t.Error("no other request reused a connection")
	}
}
