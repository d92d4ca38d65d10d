// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const (
	rerunPath  = "/api/operations/rerun/100"
	resumePath = "/api/operations/run/100"
	runPath    = "/api/operations/run"
)

// start calls Rerun or Resume for Run 100, or Run.
type start struct {
	request string
	path    string
	source  int64
	result  string // of Run 100 before the call
	call    func(ctx context.Context, client *Client) (Started, error)
}

var starts = map[string]start{
	"rerun": {"PUT " + rerunPath, rerunPath, 100, "success", func(ctx context.Context, client *Client) (Started, error) {
		return rerun(ctx, client, 100)
	}},
	"resume": {"PUT " + resumePath, resumePath, 100, "failure", func(ctx context.Context, client *Client) (Started, error) {
		return resume(ctx, client, 100, false)
	}},
	"run": {"POST " + runPath, runPath, 0, "success", func(ctx context.Context, client *Client) (Started, error) {
		return client.Run(ctx, configuration, "")
	}},
}

// configuration is that of a scan of datastore 101.
var configuration = Configuration{
	Type: TypeScan, DatastoreID: 101, Settings: []byte(`{"incremental": false, "container_names": ["customers"]}`),
}

func TestNothingIsStartedTwice(t *testing.T) {
	for name, fault := range map[string]mockapi.Fault{
		"closed after the effect":  {Close: true, AfterEffect: true},
		"502 after the effect":     {Status: 502, Body: "<html>Bad Gateway</html>", AfterEffect: true},
		"500 after the effect":     {Status: 500, AfterEffect: true},
		"503 after the effect":     {Status: 503, AfterEffect: true},
		"504 after the effect":     {Status: 504, AfterEffect: true},
		"408 after the effect":     {Status: 408, AfterEffect: true},
		"a gateway's 403 after it": {Status: 403, Body: mockapi.GatewayPage(403), AfterEffect: true},
		"a gateway's 404 after it": {Status: 404, Body: mockapi.GatewayPage(404), AfterEffect: true},
		"truncated":                {Truncate: 40},
		"HTML with 200":            {Status: 200, Body: "<html>Sign in</html>", AfterEffect: true},
		"text with 200":            {Status: 200, Body: "ok", AfterEffect: true},
		"200 without id":           {Status: 200, Body: "{}", AfterEffect: true},
		"202 with a list":          {Status: 202, Body: "[]", AfterEffect: true},
		"200 with a negative id":   {Status: 200, Body: `{"id": -3}`, AfterEffect: true},
		"204":                      {Status: 204, AfterEffect: true},
		"timeout after the effect": {Delay: time.Hour, AfterEffect: true},
	} {
		for action, start := range starts {
			for _, asNew := range []bool{false, true} {
				if asNew && action != "resume" {
					continue
				}
				t.Run(action+"/"+name, func(t *testing.T) {
					t.Parallel()
					var changes []func(*Config)
					if fault.Delay > 0 {
						changes = append(changes, timeout(time.Second))
					}
					options := mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}, ResumeAsNew: asNew}
					service := serve(t, options, []mockapi.Run{scan(100, start.result)}, changes...)
					service.breakAt(start.path, fault)
					started, err := start.call(t.Context(), service.client)
					if err != nil {
						t.Fatal(err)
					}
					equal(t, "requests that start a Run", service.writes(), []string{start.request})
					want := []int64{100, 101}
					if action == "resume" && !asNew {
						want = want[:1]
					}
					equal(t, "Runs", service.ids(), want)
					equal(t, "the Run", started.ID, want[len(want)-1])
					if failure(t, started.LostResponse).Kind == KindUnknown && fault.Status != 408 {
						t.Errorf("lost response: %v", started.LostResponse)
					}
				})
			}
		}
	}
}

// A response that names an existing or a different Run is treated as lost.
func TestResponseNamesWrongRun(t *testing.T) {
	for name, test := range map[string]struct{ body, want string }{
		"the source":               {`{"id": 100}`, "Run 100, which existed before the request"},
		"the newest":               {`{"id": 249}`, "Run 249, which existed before the request"},
		"an old one":               {`{"id": 3, "created": "1999-12-01T00:00:00Z"}`, "Run 3, which existed before the request"},
		"one of another datastore": {`{"id": 999, "datastore": {"id": 102}}`, "Run 999, which is on datastore 102, not 101"},
		"one of another type":      {`{"id": 999, "type": "profile"}`, "Run 999, which is of type profile, not scan"},
		"no Run":                   {`{"id": 0}`, "another Run (id 0)"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := simulate(t, mockapi.Options{}, pastScans(150, time.Now()))
				service.Seed(mockapi.Run{ID: 3, Created: time.Date(1999, 12, 1, 0, 0, 0, 0, time.UTC)})
				service.Inject(mockapi.Fault{Path: rerunPath, Status: 200, Body: test.body, AfterEffect: true})
				started, err := service.rerun(t)
				equal(t, "adopted", adopted(t, started, err), int64(250))
				lost := failure(t, started.LostResponse)
				equal(t, "kind", lost.Kind, KindNotAPI)
				if !strings.Contains(lost.Detail, test.want) {
					t.Errorf("got %q, want %q", lost.Detail, test.want)
				}
			})
		})
	}
}

func TestCheckResponse(t *testing.T) {
	client := newClient(t, "https://a.qualytics.io")
	on := func(id int64) *Datastore { return &Datastore{ID: new(id)} }
	source := &Operation{ID: 100, Type: TypeScan, Datastore: on(101)}
	before := newSnapshot(Listing[Operation]{Items: []Operation{*source}, Total: 1, Steady: true}, maxPageSize)
	for name, test := range map[string]struct {
		request startRequest
		before  *snapshot
		run     Operation
		ok      bool
	}{
		"a larger id":                          {startRequest{model: source}, before, Operation{ID: 101}, true},
		"a smaller id on the datastore":        {startRequest{model: source}, before, Operation{ID: 5, Datastore: on(101)}, true},
		"a smaller id of any datastore":        {startRequest{model: source}, before, Operation{ID: 5}, false},
		"the source":                           {startRequest{model: source}, before, Operation{ID: 100}, false},
		"the source, which was not listed":     {startRequest{model: source}, new(snapshot), Operation{ID: 100}, false},
		"the source, which continues":          {startRequest{model: source, resumes: true}, before, Operation{ID: 100}, true},
		"of a type that the source lacks":      {startRequest{model: &Operation{ID: 100}}, before, Operation{ID: 101, Type: TypeScan}, true},
		"of a datastore that the source lacks": {startRequest{model: &Operation{ID: 100}}, before, Operation{ID: 101, Datastore: on(1)}, true},
	} {
		equal(t, name, client.check(test.request, &test.run, test.before) == nil, test.ok)
	}
}

// A response with a new id is accepted, however odd its other fields are.
func TestOddResponseIsAccepted(t *testing.T) {
	for _, body := range []string{
		`{"id": 101}`, `{"id": 101, "created": 5}`, `{"id": 101, "triggered_by": {}, "schedule": 12, "message": {}, "containers": {}}`,
		`{"id": 101.0, "type": null, "datastore": "warehouse"}`, `{"id": 101, "type": 7, "result": null, "status": {"x": 1e999999999}}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
			service.Inject(mockapi.Fault{Path: rerunPath, Status: 200, Body: body, AfterEffect: true})
			started, err := service.rerun(t)
			equal(t, body, err, error(nil))
			equal(t, body, started.LostResponse, error(nil))
			equal(t, body, started.ID, int64(101))
		})
	}
}

func TestLostStartWithoutEffect(t *testing.T) {
	for name, fault := range map[string]mockapi.Fault{
		"connection closed":       {Close: true},
		"502":                     {Status: 502, Body: "<html>"},
		"504":                     {Status: 504, Body: "<html>"},
		"HTML with 200":           {Status: 200, Body: "<html>"},
		"500":                     {Status: 500},
		"503 without Retry-After": {Status: 503},
		"a gateway's 403":         {Status: 403, Body: mockapi.GatewayPage(403)},
		"a gateway's 404":         {Status: 404, Body: mockapi.GatewayPage(404)},
	} {
		for action, start := range starts {
			t.Run(action+"/"+name, func(t *testing.T) {
				t.Parallel()
				service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, start.result)})
				service.breakAt(start.path, fault)
				_, err := start.call(t.Context(), service.client)
				var lost *LostStartError
				if !errors.As(err, &lost) {
					t.Fatalf("got %v, want a LostStartError", err)
				}
				equal(t, "source", lost.Source, start.source)
				equal(t, "candidates", len(lost.Candidates), 0)
				equal(t, "search error", lost.SearchErr, error(nil))
				equal(t, "lost", KindOf(lost.Lost), KindOf(err))
				equal(t, "requests that start a Run", service.writes(), []string{start.request})
				equal(t, "Runs", service.ids(), []int64{100})
			})
		}
	}
}

func TestNoSearchAfterRejection(t *testing.T) {
	for _, status := range []int{301, 307, 400, 401, 403, 404, 405, 418, 422, 503} {
		for action, start := range starts {
			service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, start.result)}, noRetries)
			fault := mockapi.Fault{Path: start.path, Status: status}
			if status == http.StatusServiceUnavailable {
				fault.Header = http.Header{"Retry-After": {"0"}}
			}
			service.Inject(fault)
			_, err := start.call(t.Context(), service.client)
			equal(t, action, failure(t, err).StatusCode, status)
			equal(t, action, service.writes(), []string{start.request})
			equal(t, action, slices.Index(service.requests(), start.request), len(service.requests())-1)
		}
	}
}

func TestCancelledBeforeSending(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, endpoint := range endpoints {
		service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
		err := endpoint.call(ctx, service.client)
		equal(t, endpoint.name, failure(t, err).Kind, KindCancelled)
		equal(t, endpoint.name, errors.Is(err, context.Canceled), true)
		equal(t, endpoint.name, service.requests(), []string{})
	}
}

// If the context ends before a start, nothing is sent. If it ends after the snapshot, no Run is
// started.
func TestCancelledBeforeStart(t *testing.T) {
	calls := map[string]func(context.Context, *Client, *Operation) (Started, error){
		"rerun": func(ctx context.Context, client *Client, source *Operation) (Started, error) {
			return client.Rerun(ctx, source, "")
		},
		"resume": func(ctx context.Context, client *Client, source *Operation) (Started, error) {
			return client.Resume(ctx, source, false)
		},
		"run": func(ctx context.Context, client *Client, _ *Operation) (Started, error) {
			return client.Run(ctx, configuration, "")
		},
	}
	for name, test := range map[string]struct {
		afterSnapshot bool
		requests      []string
		text          string
	}{
		"before the snapshot": {false, []string{}, "nothing was started"},
		"after the snapshot":  {true, []string{listNewest}, "P"},
	} {
		for action, call := range calls {
			t.Run(name+"/"+action, func(t *testing.T) {
				for range 10 { // a select with several ready cases chooses at random
					synctest.Test(t, func(t *testing.T) {
						service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, starts[action].result)})
						source, err := service.client.Operation(t.Context(), 100)
						if err != nil {
							t.Fatal(err)
						}
						service.ResetRequests()
						ctx, cancel := context.WithCancel(t.Context())
						defer cancel()
						if !test.afterSnapshot {
							cancel()
						}
						// Unlike http.Transport, this one sends requests with a cancelled context.
						send := serverFunc(func(request *http.Request) (*http.Response, error) {
							defer cancel()
							return handled(service.Server)(request.WithContext(context.WithoutCancel(request.Context())))
						})
						attemptsOf(service.client).transport, attemptsOf(service.client).starts = send, send
						_, err = call(ctx, service.client, source)
						equal(t, "requests", service.requests(), test.requests)
						equal(t, "kind", failure(t, err).Kind, KindCancelled)
						if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), test.text) {
							t.Errorf("got %v, want %q", err, test.text)
						}
					})
				}
			})
		}
	}
}

func TestCancelledInFlight(t *testing.T) {
	for action, start := range starts {
		for name, fault := range map[string]mockapi.Fault{
			"completed": {Delay: 20 * time.Millisecond},
			"lost":      {Close: true, AfterEffect: true},
		} {
			ctx, cancel := context.WithCancel(t.Context())
			service := serve(t, mockapi.Options{ResumeAsNew: true}, []mockapi.Run{scan(100, start.result)})
			fault.Hook = cancel
			service.breakAt(start.path, fault)
			started, err := start.call(ctx, service.client)
			if err != nil {
				t.Errorf("%s, %s: %v", action, name, err)
			}
			equal(t, action+", "+name, started.ID, int64(101))
		}
	}
}

func TestCancelledGetReturnsImmediately(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
	service.Inject(mockapi.Fault{Delay: time.Hour, Hook: cancel})
	_, err := service.client.Operation(ctx, 100)
	equal(t, "kind", failure(t, err).Kind, KindCancelled)
}

func TestContextEndsDuringPause(t *testing.T) {
	ending := map[string]func(context.Context) (context.Context, context.CancelFunc){
		"cancelled": func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(5*time.Second, cancel)
			return ctx, cancel
		},
		"timed out": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 5*time.Second)
		},
	}
	for name, end := range ending {
		for action, start := range starts {
			synctest.Test(t, func(t *testing.T) {
				var requests atomic.Int32
				client := simulated(t, func(*http.Request) (*http.Response, error) {
					requests.Add(1)
					return canned(429, http.Header{"Retry-After": {"30"}}, `{"detail": "slow down"}`), nil
				})
				ctx, cancel := end(t.Context())
				defer cancel()
				began := time.Now()
				_, err := start.call(ctx, client)
				what := action + ", " + name
				equal(t, what, failure(t, err).Kind, KindCancelled)
				took := 5 * time.Second
				if what == "run, timed out" { // the others do not get beyond reading the source
					took -= took / 4
				}
				equal(t, what, time.Since(began), took)
				equal(t, what, requests.Load(), int32(1))
			})
		}
	}
}

func TestNoStartWithoutSnapshot(t *testing.T) {
	for action, start := range starts {
		service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, start.result)}, noRetries)
		service.breakAt("/api/operations", mockapi.Fault{Status: 500})
		_, err := start.call(t.Context(), service.client)
		equal(t, action, failure(t, err).Call, "GET "+service.client.base.String()+"/operations")
		equal(t, action, service.writes(), []string{})
	}
}
