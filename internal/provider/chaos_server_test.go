// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// chaos is the API behind a network that loses, delays and repeats requests at random, while others
// start Runs and rename datastores, and some Runs fail. While it is calm, it only records what
// happens.
type chaos struct {
	api *mockapi.Server

	mutex    sync.Mutex
	random   *rand.Rand
	calm     bool
	lost     map[string]bool // requests whose last attempt was lost; the next attempt is not
	late     func()          // the delayed effect of a lost request, at the next read of a list
	accepted map[int64]int64 // Runs that the provider has started, with their sources
	others   map[int64]bool  // all other new Runs
	changed  map[int64]bool  // Runs that were aborted or deleted
	seen     map[string]int  // requests by kind and version of HTTP
	faults   int
	repeated map[int64]bool // Runs of requests that were sent twice, which no response names
}

func newChaos(seed uint64) *chaos {
	return &chaos{
		api: mockapi.New(mockapi.Options{Token: testToken}), random: rand.New(rand.NewPCG(seed, 0)), calm: true,
		lost: map[string]bool{}, accepted: map[int64]int64{}, others: map[int64]bool{}, changed: map[int64]bool{}, repeated: map[int64]bool{},
		seen: map[string]int{},
	}
}

func (c *chaos) serve(t *testing.T, version int) (url string) {
	t.Helper()
	server := httptest.NewUnstartedServer(c)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if version == 2 {
		server.EnableHTTP2 = true
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server.URL
}

func (c *chaos) setCalm(calm bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.calm = calm
}

func (c *chaos) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	r.Header.Del("Accept-Encoding")
	body, _ := io.ReadAll(r.Body)
	r = r.Clone(context.WithoutCancel(r.Context())) // a late request outlives its connection
	id, starts := startedFrom(r, body)
	c.seen[fmt.Sprintf("starts=%v HTTP/%d", starts, r.ProtoMajor)]++
	if r.Method != http.MethodGet && !starts {
		c.changed[id] = true
	}
	if c.late != nil && r.URL.Path == listPath {
		c.late()
		c.late = nil
	}
	if polled := r.Method == http.MethodGet && c.accepted[id] != 0; polled && !c.calm && c.random.IntN(10) == 0 {
		c.api.Change(id, func(run *mockapi.Run) { run.Datastore.Name += "'" })
	}
	switch line := r.Method + r.URL.String(); {
	case starts && !c.calm:
		c.interfere(id)
		c.start(w, r, body)
	case !c.calm && !c.lost[line] && c.random.IntN(5) == 0:
		c.lost[line] = true
		c.disturbOther(w, r, body)
	default:
		c.lost[line] = false
		c.send(w, c.perform(r, body))
	}
}

// startedFrom returns the Run in the request, and whether the request starts a Run. A configuration
// names its model in its settings.
func startedFrom(r *http.Request, body []byte) (id int64, starts bool) {
	if r.Method == http.MethodPost {
		var configuration map[string]any
		_ = json.Unmarshal(body, &configuration)
		model, _ := configuration[modelSetting].(float64)
		return int64(model), true
	}
	_, err := fmt.Sscanf(r.URL.Path, "/api/operations/rerun/%d", &id)
	if starts = err == nil; !starts {
		_, _ = fmt.Sscanf(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:], "%d", &id)
	}
	return id, starts
}

// interfere starts Runs of others that resemble the requested one.
func (c *chaos) interfere(source int64) {
	for _, change := range []func(*mockapi.Run){
		bySchedule, byColleague,
		func(run *mockapi.Run) { run.Settings["incremental"] = "otherwise" },
		func(run *mockapi.Run) { run.Type = "profile" },
	} {
		if _, there := c.api.Run(source); there && c.random.IntN(4) == 0 {
			c.others[c.api.Start(source, change)] = true
		}
	}
}

// perform processes a request and records the Run that it starts. Some of these Runs fail.
func (c *chaos) perform(r *http.Request, body []byte) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.api.ServeHTTP(recorder, r)
	if source, starts := startedFrom(r, body); starts && recorder.Code == http.StatusOK {
		id := startedRun(recorder)
		c.accepted[id] = source
		if !c.calm && c.random.IntN(8) == 0 {
			failed, _ := c.api.Run(id)
			failed.Result = "failure"
			c.api.Seed(failed)
		}
	}
	return recorder
}

// startedRun returns the Run in a response.
func startedRun(response *httptest.ResponseRecorder) int64 {
	var run struct {
		ID int64 `json:"id"`
	}
	if err := json.Unmarshal(response.Body.Bytes(), &run); err != nil {
		panic(err)
	}
	return run.ID
}

// start handles a request that starts a Run. The request, its response, or both may get lost. A PUT
// may be sent twice.
func (c *chaos) start(w http.ResponseWriter, r *http.Request, body []byte) {
	switch way := c.random.IntN(11); {
	case way == 0: // without effect
		c.lose(w, nil, c.random.IntN(4))
	case way == 1: // refused
		w.Header().Set("Retry-After", "0")
		w.WriteHeader([]int{http.StatusTooManyRequests, http.StatusServiceUnavailable}[c.random.IntN(2)])
	case way == 2:
		c.late = func() { c.perform(r, body) }
		c.lose(w, nil, c.random.IntN(4))
	case way <= 4:
		c.lose(w, c.perform(r, body), c.random.IntN(7))
	case way <= 6 && r.Method == http.MethodPut:
		c.repeated[startedRun(c.perform(r, body))] = true
		c.send(w, c.perform(r, body))
	default:
		c.send(w, c.perform(r, body))
	}
}

// disturbOther does the same for other requests. Polls also get unexpected responses.
func (c *chaos) disturbOther(w http.ResponseWriter, r *http.Request, body []byte) {
	id, _ := startedFrom(r, body)
	switch polled := r.Method == http.MethodGet && c.accepted[id] != 0; {
	case polled && c.random.IntN(2) == 0:
		odd := []int{http.StatusUnauthorized, http.StatusNotFound, http.StatusRequestTimeout, http.StatusTooEarly}
		w.WriteHeader(odd[c.random.IntN(len(odd))])
	case c.random.IntN(2) == 0:
		c.lose(w, nil, c.random.IntN(4))
	default:
		c.lose(w, c.perform(r, body), c.random.IntN(4))
	}
}

// lose loses a response in one of several ways. The first four need no response.
func (c *chaos) lose(w http.ResponseWriter, response *httptest.ResponseRecorder, way int) {
	c.faults++
	switch way {
	case 0, 1:
		panic(http.ErrAbortHandler)
	case 2:
		w.WriteHeader(http.StatusBadGateway)
	case 3:
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"detail": "Internal Server Error"}`)
	case 4:
		_, _ = w.Write(response.Body.Bytes()[:40])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case 5:
		_, _ = io.WriteString(w, htmlPage)
	case 6:
		_, _ = io.WriteString(w, `{"id": 1}`) // an older Run
	}
}

func (c *chaos) send(w http.ResponseWriter, response *httptest.ResponseRecorder) {
	maps.Copy(w.Header(), response.Header())
	w.WriteHeader(response.Code)
	_, _ = w.Write(response.Body.Bytes())
}
