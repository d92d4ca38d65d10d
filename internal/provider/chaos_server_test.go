// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
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

// chaos is the API behind a network that loses requests and responses at random, while others start
// Runs and some Runs fail. While it is calm, it only records what happens.
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
}

func newChaos(seed uint64) *chaos {
	return &chaos{
		api: mockapi.New(mockapi.Options{Token: testToken}), random: rand.New(rand.NewPCG(seed, 0)), calm: true,
		lost: map[string]bool{}, accepted: map[int64]int64{}, others: map[int64]bool{}, changed: map[int64]bool{}, seen: map[string]int{},
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
	id, starts := startedFrom(r)
	c.seen[fmt.Sprintf("starts=%v HTTP/%d", starts, r.ProtoMajor)]++
	if r.Method != http.MethodGet && !starts {
		c.changed[id] = true
	}
	if c.late != nil && r.URL.Path == listPath {
		c.late()
		c.late = nil
	}
	switch line := r.Method + r.URL.String(); {
	case starts && !c.calm:
		c.interfere(id)
		c.start(w, r)
	case !c.calm && !c.lost[line] && c.random.IntN(5) == 0:
		c.lost[line] = true
		c.disturbOther(w, r)
	default:
		c.lost[line] = false
		c.send(w, c.perform(r))
	}
}

// startedFrom returns the Run in the request, and whether the request starts a Run.
func startedFrom(r *http.Request) (id int64, starts bool) {
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
		func(run *mockapi.Run) { run.Settings = map[string]any{"incremental": "otherwise"} },
		func(run *mockapi.Run) { run.Type = "profile" },
	} {
		if _, there := c.api.Run(source); there && c.random.IntN(4) == 0 {
			c.others[c.api.Start(source, change)] = true
		}
	}
}

// perform processes a request and records the Run that it starts. Some of these Runs fail.
func (c *chaos) perform(r *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	c.api.ServeHTTP(recorder, r)
	if source, starts := startedFrom(r); starts && recorder.Code == http.StatusOK {
		var run struct {
			ID int64 `json:"id"`
		}
		if err := json.Unmarshal(recorder.Body.Bytes(), &run); err != nil {
			panic(err)
		}
		c.accepted[run.ID] = source
		if !c.calm && c.random.IntN(8) == 0 {
			failed, _ := c.api.Run(run.ID)
			failed.Result = "failure"
			c.api.Seed(failed)
		}
	}
	return recorder
}

// start handles a request that starts a Run. The request, its response, or both may get lost.
func (c *chaos) start(w http.ResponseWriter, r *http.Request) {
	switch c.random.IntN(8) {
	case 0: // without effect
		c.lose(w, nil, c.random.IntN(4))
	case 1: // refused
		w.Header().Set("Retry-After", "0")
		w.WriteHeader([]int{http.StatusTooManyRequests, http.StatusServiceUnavailable}[c.random.IntN(2)])
	case 2:
		c.late = func() { c.perform(r) }
		c.lose(w, nil, c.random.IntN(4))
	case 3, 4:
		c.lose(w, c.perform(r), c.random.IntN(7))
	default:
		c.send(w, c.perform(r))
	}
}

// disturbOther does the same for other requests. Polls also get unexpected responses.
func (c *chaos) disturbOther(w http.ResponseWriter, r *http.Request) {
	id, _ := startedFrom(r)
	switch polled := r.Method == http.MethodGet && c.accepted[id] != 0; {
	case polled && c.random.IntN(2) == 0:
		odd := []int{http.StatusUnauthorized, http.StatusNotFound, http.StatusRequestTimeout, http.StatusTooEarly}
		w.WriteHeader(odd[c.random.IntN(len(odd))])
	case c.random.IntN(2) == 0:
		c.lose(w, nil, c.random.IntN(4))
	default:
		c.lose(w, c.perform(r), c.random.IntN(4))
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
