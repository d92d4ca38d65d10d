// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// simulate is the API and a client of it without a network between, so that all of their time is that
// of the testing/synctest bubble that the test is in. The client has the pauses that users get.
func simulate(t *testing.T, options mockapi.Options, runs []mockapi.Run, changes ...func(*Config)) service {
	t.Helper()
	options.Token = testToken
	api := mockapi.New(options)
	api.Seed(runs...)
	return service{Server: api, client: simulated(t, handled(api), changes...)}
}

// handled is a handler as a server: it loses the response when the handler says so, and when the client
// gives up waiting.
func handled(handler http.Handler) serverFunc {
	return func(request *http.Request) (*http.Response, error) {
		responses := make(chan *http.Response, 1)
		go func() {
			defer close(responses)
			defer func() { _ = recover() }() // http.ErrAbortHandler
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			responses <- recorder.Result()
		}()
		select {
		case response, ok := <-responses:
			if !ok {
				return nil, io.EOF
			}
			return response, nil
		case <-request.Context().Done():
			return nil, context.Cause(request.Context())
		}
	}
}

// lost loses the response to the next rerun of Run 100 without the effect. What is done meanwhile on the
// server is done between the request and the looking.
func (s service) lost(meanwhile func()) {
	s.Inject(mockapi.Fault{Path: rerunPath, Close: true, Hook: meanwhile})
}

// rerun reruns Run 100.
func (s service) rerun(t *testing.T) (Started, error) {
	t.Helper()
	return rerun(t.Context(), s.client, 100)
}

// ours is a rerun of Run 100 as the server makes it of the client's request, with something odd.
func (s service) ours(change func(*mockapi.Run)) { s.Start(100, change) }
