// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const rerunPath = "/api/operations/rerun/1"

func withFault(t *testing.T, fault mockapi.Fault) service {
	t.Helper()
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	api.Inject(fault)
	return api
}

func TestFaultStatus(t *testing.T) {
	api := withFault(t, mockapi.Fault{Status: 503, Header: http.Header{"retry-after": {"7"}}})
	response := api.call(t, http.MethodPut, rerunPath)
	response.expect(t, 503, `{"detail":"Service Unavailable"}`)
	equal(t, "Retry-After", response.header.Get("Retry-After"), "7")
	equal(t, "Date", response.header.Get("Date"), "Fri, 01 May 2026 12:00:00 GMT")
	equal(t, "Runs", len(api.Runs()), 1)
	equal(t, "journal", api.statuses(), []int{503})
	equal(t, "used up", api.call(t, http.MethodPut, rerunPath).status, 200)
}

func TestFaultAfterEffect(t *testing.T) {
	api := withFault(t, mockapi.Fault{Status: 502, Body: "<html>Bad Gateway</html>", AfterEffect: true})
	response := api.call(t, http.MethodPut, rerunPath)
	response.expect(t, 502, "<html>Bad Gateway</html>")
	equal(t, "Content-Type", response.header.Get("Content-Type"), "text/html; charset=utf-8")
	equal(t, "Runs", len(api.Runs()), 2)
}

// A backend that continues working performs a request whose response was sent or lost, or whose client
// gave up. The position of the delay determines whether a request without a response takes effect.
func TestFaultWithoutResponse(t *testing.T) {
	for name, test := range map[string]struct {
		fault       mockapi.Fault
		early, late int // Runs after 24 s and after 25 s
	}{
		"a proxy that gave up":                {mockapi.Fault{Status: 504, EffectAfter: 25 * time.Second}, 1, 2},
		"a connection that broke":             {mockapi.Fault{Close: true, EffectAfter: 25 * time.Second}, 1, 2},
		"a client that gave up":               {mockapi.Fault{Delay: time.Hour}, 1, 1},
		"a client that gave up on a response": {mockapi.Fault{Delay: time.Hour, AfterEffect: true}, 2, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			api := mockapi.New(mockapi.Options{Token: token})
			api.Seed(mockapi.Run{ID: 1})
			api.Inject(test.fault)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			request := httptest.NewRequestWithContext(ctx, http.MethodPut, rerunPath, nil)
			request.Header.Set("Authorization", "Bearer "+token)
			began := time.Now()
			func() {
				defer func() { _ = recover() }()
				api.ServeHTTP(httptest.NewRecorder(), request)
			}()
			equal(t, name+", status", api.Requests()[0].Status, test.fault.Status)
			time.Sleep(24*time.Second - time.Since(began))
			synctest.Wait()
			equal(t, name+", before", len(api.Runs()), test.early)
			time.Sleep(time.Second)
			synctest.Wait()
			equal(t, name+", after", len(api.Runs()), test.late)
		})
	}
}

// Without a status, a body or a header modifies the response of the API.
func TestFaultBodyOnly(t *testing.T) {
	api := withFault(t, mockapi.Fault{Body: `{"detail": 5}`, Header: http.Header{"content-type": {"text/plain"}}})
	response := api.call(t, http.MethodPut, rerunPath)
	response.expect(t, 200, `{"detail": 5}`)
	equal(t, "Content-Type", response.header.Values("Content-Type"), []string{"text/plain"})
	equal(t, "Runs", len(api.Runs()), 2)
}

func TestFaultClose(t *testing.T) {
	for _, afterEffect := range []bool{false, true} {
		api := withFault(t, mockapi.Fault{Close: true, AfterEffect: afterEffect})
		response, err := http.DefaultTransport.RoundTrip(api.request(t, http.MethodPut, rerunPath))
		if !errors.Is(err, io.EOF) {
			t.Fatalf("got %v, %v", response, err)
		}
		equal(t, "performed", len(api.Runs()) == 2, afterEffect)
		equal(t, "journal", api.statuses(), []int{0})
	}
}

func TestFaultTruncate(t *testing.T) {
	api := withFault(t, mockapi.Fault{Truncate: 10})
	request := api.request(t, http.MethodGet, "/api/operations/1")
	request.Header.Set("Accept-Encoding", "identity")
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	equal(t, "read", len(body), 10)
	if response.ContentLength < 500 {
		t.Errorf("announced %d bytes", response.ContentLength)
	}
}

func TestFaultSlow(t *testing.T) {
	api := withFault(t, mockapi.Fault{Slow: 5 * time.Millisecond})
	begun := time.Now()
	response := api.call(t, http.MethodGet, "/api/operations/1")
	if took := time.Since(begun); took < 45*time.Millisecond {
		t.Errorf("the body took %s", took)
	}
	equal(t, "id", response.payload(t)["id"], 1.0)
}

func TestFaultDelay(t *testing.T) {
	api := withFault(t, mockapi.Fault{Delay: 30 * time.Millisecond})
	begun := time.Now()
	api.put(t, rerunPath)
	if took := time.Since(begun); took < 30*time.Millisecond {
		t.Errorf("the response took %s", took)
	}
}

// A gateway repeats a PUT: two Runs start. It does not repeat a POST.
func TestFaultTwice(t *testing.T) {
	api := withFault(t, mockapi.Fault{Twice: true, Times: 2})
	equal(t, "rerun", api.put(t, rerunPath)["id"], 3.0)
	equal(t, "start", api.post(t, `{"type": "scan", "datastore_id": 101}`).payload(t)["id"], 4.0)
	equal(t, "Runs", len(api.Runs()), 4)
	equal(t, "journal", api.statuses(), []int{200, 200})
}

// The second request of a gateway meets the effect of the first.
func TestFaultTwiceOnABusyDatastore(t *testing.T) {
	api := start(t, mockapi.Options{OneAtATime: true, Outcome: mockapi.Outcome{Running: mockapi.Never}}, mockapi.Run{ID: 1})
	api.Inject(mockapi.Fault{Method: http.MethodPut, Twice: true})
	api.call(t, http.MethodPut, rerunPath).expect(t, 409, `{"detail":"A scan of datastore 101 is already running"}`)
	equal(t, "Runs", len(api.Runs()), 2)
}

// A fault rewrites one response, but no error.
func TestFaultRewrite(t *testing.T) {
	api := withFault(t, mockapi.Fault{Rewrite: func(run object) { run["result"] = "success" }, Times: 4})
	equal(t, "one", api.put(t, rerunPath)["result"], "success")
	for _, path := range []string{"/api/operations", "/api/operations/2/containers"} {
		for _, item := range api.get(t, path)["items"].([]any) {
			equal(t, path, item.(object)["result"], "success")
		}
	}
	api.call(t, http.MethodGet, "/api/operations/9").expect(t, 404, `{"detail":"Run 9 does not exist"}`)
}

// A response without content has no body, and the request takes effect.
func TestFaultNoContent(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1, Result: "running"})
	api.Inject(mockapi.Fault{Path: "/api/operations/abort/*", Status: 204, AfterEffect: true})
	api.call(t, http.MethodPut, "/api/operations/abort/1").expect(t, 204, "")
	equal(t, "result", api.get(t, "/api/operations/1")["result"], "aborted")
}

// A page that is too large for the deployment.
func TestFaultPageAbove(t *testing.T) {
	api := start(t, mockapi.Options{}, make([]mockapi.Run, 60)...)
	api.Inject(mockapi.Fault{
		Path: "/api/operations", Match: mockapi.PageAbove(25), Status: 502, Body: mockapi.GatewayPage(502), Times: mockapi.Always,
	})
	for query, status := range map[string]int{"": 502, "?size=26": 502, "?size=25": 200, "?size=1&page=3": 200} {
		equal(t, query, api.call(t, http.MethodGet, "/api/operations"+query).status, status)
	}
	equal(t, "another path", api.call(t, http.MethodGet, "/api/operations/1").status, 200)
}

func TestFaultHook(t *testing.T) {
	var api service
	api = withFault(t, mockapi.Fault{Hook: func() { api.Remove(1) }})
	api.call(t, http.MethodGet, "/api/operations/1").expect(t, 404, `{"detail":"Run 1 does not exist"}`)
}

// A fault selects requests by method and path, after the skipped ones and as often as configured.
// The first matching fault hits.
func TestFaultMatching(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1}, mockapi.Run{ID: 2})
	statuses := func(requests ...string) []int {
		var found []int
		for _, path := range requests {
			found = append(found, api.call(t, http.MethodGet, path).status)
		}
		return found
	}
	const one, two, list = "/api/operations/1", "/api/operations/2", "/api/operations"
	for _, test := range []struct {
		name   string
		faults []mockapi.Fault
		want   []int
	}{
		{"once", []mockapi.Fault{{Status: 500}}, []int{500, 200, 200, 200, 200, 200}},
		{"twice", []mockapi.Fault{{Status: 500, Times: 2}}, []int{500, 500, 200, 200, 200, 200}},
		{"always", []mockapi.Fault{{Status: 500, Times: mockapi.Always}}, []int{500, 500, 500, 500, 500, 500}},
		{"skip", []mockapi.Fault{{Status: 500, Skip: 2}}, []int{200, 200, 500, 200, 200, 200}},
		{"path", []mockapi.Fault{{Status: 500, Path: two, Times: mockapi.Always}}, []int{200, 500, 200, 200, 500, 200}},
		{"pattern", []mockapi.Fault{{Status: 500, Path: "/api/operations/*", Times: mockapi.Always}}, []int{500, 500, 200, 500, 500, 200}},
		{"skip by path", []mockapi.Fault{{Status: 500, Path: list, Skip: 1}}, []int{200, 200, 200, 200, 200, 500}},
		{"method", []mockapi.Fault{{Status: 500, Method: http.MethodPut}}, []int{200, 200, 200, 200, 200, 200}},
		{"in order", []mockapi.Fault{{Status: 500}, {Status: 502}, {Status: 503, Path: list}}, []int{500, 502, 503, 200, 200, 200}},
		{"skipped in favour of the next", []mockapi.Fault{{Status: 500, Skip: 1}, {Status: 502}}, []int{502, 500, 200, 200, 200, 200}},
	} {
		api.ClearFaults()
		api.Inject(test.faults...)
		equal(t, test.name, statuses(one, two, list, one, two, list), test.want)
	}
}
