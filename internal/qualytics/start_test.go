// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
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

// A start whose response is lost is requested once. If it had an effect, its Run is adopted;
// otherwise, the error says that none was found.
func TestLostResponse(t *testing.T) {
	for name, fault := range map[string]mockapi.Fault{
		"connection closed":       {Close: true},
		"502":                     {Status: 502, Body: "<html>Bad Gateway</html>"},
		"500":                     {Status: 500},
		"503 without Retry-After": {Status: 503},
		"504":                     {Status: 504},
		"408":                     {Status: 408},
		"a gateway's 403":         {Status: 403, Body: mockapi.GatewayPage(403)},
		"a gateway's 404":         {Status: 404, Body: mockapi.GatewayPage(404)},
		"HTML with 200":           {Status: 200, Body: "<html>Sign in</html>"},
		"text with 200":           {Status: 200, Body: "ok"},
		"truncated JSON":          {Status: 200, Body: `{"id": 101, "type": "sc`},
		"200 without id":          {Status: 200, Body: "{}"},
		"202 with a list":         {Status: 202, Body: "[]"},
		"200 with a negative id":  {Status: 200, Body: `{"id": -3}`},
		"204":                     {Status: 204},
		"timeout":                 {Delay: time.Hour},
	} {
		for action, start := range starts {
			for _, effect := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/effect=%v", action, name, effect), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						options := mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}}
						service := simulate(t, options, []mockapi.Run{scan(100, start.result)}, impatient)
						fault.AfterEffect = effect
						service.breakAt(start.path, fault)
						started, err := start.call(t.Context(), service.client)
						equal(t, "requests that start a Run", service.writes(), []string{start.request})
						want := []int64{100, 101}
						if action == "resume" || !effect {
							want = want[:1]
						}
						equal(t, "Runs", service.ids(), want)
						if effect {
							equal(t, "adopted", adopted(t, started, err), want[len(want)-1])
							if failure(t, started.LostResponse).Kind == KindUnknown && fault.Status != 408 {
								t.Errorf("lost response: %v", started.LostResponse)
							}
							return
						}
						lost, reasons := notAdopted(t, started, err)
						equal(t, "candidates", reasons, map[int64]string{})
						equal(t, "source and datastore", []int64{lost.Source, lost.Datastore}, []int64{start.source, 101})
						equal(t, "search error", lost.SearchErr, error(nil))
						equal(t, "lost", KindOf(lost.Lost), KindOf(err))
					})
				})
			}
		}
	}
}

// A response that names an existing or a different Run is treated as lost.
func TestCheckResponse(t *testing.T) {
	client := newClient(t, "https://a.qualytics.io")
	on := func(id int64) *Datastore { return &Datastore{ID: new(id)} }
	source := &Operation{ID: 100, Type: TypeScan, Datastore: on(101)}
	before := newSnapshot(Listing[Operation]{Items: []Operation{*source, {ID: 99}}, Total: 2, Steady: true}, maxPageSize)
	rerun := startRequest{model: source}
	const existed = "which existed before the request"
	for name, test := range map[string]struct {
		request startRequest
		before  *snapshot
		run     Operation
		want    string // in the error; empty: none
	}{
		"a larger id":                          {rerun, before, Operation{ID: 101}, ""},
		"a smaller id on the datastore":        {rerun, before, Operation{ID: 5, Datastore: on(101)}, ""},
		"a smaller id of any datastore":        {rerun, before, Operation{ID: 5}, "Run 5, " + existed},
		"an older Run of the datastore":        {rerun, before, Operation{ID: 99, Datastore: on(101)}, "Run 99, " + existed},
		"no id":                                {rerun, before, Operation{}, "another Run (id 0)"},
		"the source":                           {rerun, before, Operation{ID: 100}, "Run 100, " + existed},
		"the source, which was not listed":     {rerun, new(snapshot), Operation{ID: 100}, "Run 100, " + existed},
		"the source, which continues":          {startRequest{model: source, resumes: true}, before, Operation{ID: 100}, ""},
		"of another type":                      {rerun, before, Operation{ID: 101, Type: TypeProfile}, "Run 101, which is of type profile"},
		"of another datastore":                 {rerun, before, Operation{ID: 101, Datastore: on(102)}, "Run 101, which is on datastore 102"},
		"of a type that the source lacks":      {startRequest{model: &Operation{ID: 100}}, before, Operation{ID: 101, Type: TypeScan}, ""},
		"of a datastore that the source lacks": {startRequest{model: &Operation{ID: 100}}, before, Operation{ID: 101, Datastore: on(1)}, ""},
	} {
		err := client.check(test.request, &test.run, test.before)
		equal(t, name, err != nil, test.want != "")
		if err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
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

func TestNoSearchAfterRejection(t *testing.T) {
	for _, status := range []int{301, 307, 400, 401, 403, 404, 405, 418, 422, 503} {
		for action, start := range starts {
			service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, start.result)}, noRetries, impatient)
			fault := mockapi.Fault{Status: status}
			if status == http.StatusServiceUnavailable {
				fault.Header = http.Header{"Retry-After": {"0"}}
			}
			service.breakAt(start.path, fault)
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
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
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

func TestCancelledGetReturnsImmediately(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
	service.Inject(mockapi.Fault{Delay: time.Hour, Hook: cancel})
	_, err := service.client.Operation(ctx, 100)
	equal(t, "kind", failure(t, err).Kind, KindCancelled)
}

func TestNoStartWithoutSnapshot(t *testing.T) {
	for action, start := range starts {
		service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, start.result)}, noRetries)
		service.breakAt("/api/operations", mockapi.Fault{Status: 500})
		_, err := start.call(t.Context(), service.client)
		equal(t, action, failure(t, err).Call, "GET "+service.client.base.String()+"/operations")
		equal(t, action, service.writes(), []string{})
	}
}
