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

// simulate returns a mock API and a client without a network between them, for tests in a synctest
// bubble. The client has the default pauses.
func simulate(t testing.TB, options mockapi.Options, runs []mockapi.Run, changes ...func(*Config)) service {
	t.Helper()
	options.Token = testToken
	api := mockapi.New(options)
	api.Seed(runs...)
	return service{Server: api, client: simulated(t, handled(api), changes...)}
}

// handled returns a transport that calls a handler. The response is lost if the handler aborts the
// connection or the client gives up.
func handled(handler http.Handler) serverFunc {
	return func(request *http.Request) (*http.Response, error) {
		request = request.WithContext(request.Context())
		if request.Body == nil {
			request.Body = http.NoBody // as on a server
		}
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

// loseResponse loses the next rerun of Run 100 and its response. meanwhile is called before the
// search for the Run begins.
func (s service) loseResponse(meanwhile func()) {
	s.Inject(mockapi.Fault{Path: rerunPath, Close: true, Hook: meanwhile})
}

// rerun reruns Run 100.
func (s service) rerun(t *testing.T) (Started, error) {
	t.Helper()
	return rerun(t.Context(), s.client, 100)
}

// startRun starts a rerun of Run 100 on the server, as if the client had requested it, with a
// change.
func (s service) startRun(change func(*mockapi.Run)) { s.Start(100, change) }
