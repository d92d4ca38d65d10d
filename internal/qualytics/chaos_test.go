// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// chaos is the API behind something that loses requests and responses at random, while strangers and
// schedules start Runs of their own. It never loses the same GET twice in a row, so that retries help.
type chaos struct {
	api *mockapi.Server

	mutex    sync.Mutex
	random   *rand.Rand
	lost     map[string]bool // GETs of which the last one was lost
	late     func()          // what a lost request does only when the client looks for it
	accepted map[int64]int64 // new Runs that the client requested, with their sources
	others   map[int64]bool  // Runs that it did not request
	seen     map[string]int  // requests by method and version of HTTP
}

func (c *chaos) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.seen[fmt.Sprint(r.Method, " ", r.ProtoMajor)]++
	if r.Method == http.MethodPut {
		c.interfere(r)
		c.start(w, r)
		return
	}
	if c.late != nil && r.URL.Path == "/api/operations" {
		c.late()
		c.late = nil
	}
	line := r.URL.String()
	if !c.lost[line] && c.random.IntN(5) == 0 {
		c.lost[line] = true
		c.lose(w, httptest.NewRecorder(), c.random.IntN(4))
		return
	}
	c.lost[line] = false
	c.api.ServeHTTP(w, r)
}

// interfere starts Runs of others that look much like the one that is requested.
func (c *chaos) interfere(r *http.Request) {
	source := sourceOf(r)
	for _, change := range []func(*mockapi.Run){
		scheduled,
		by("ann@example.com"),
		func(run *mockapi.Run) { run.Settings = map[string]any{"incremental": "otherwise"} },
		func(run *mockapi.Run) { run.Type = "profile" },
	} {
		if c.random.IntN(4) == 0 {
			c.others[c.api.Start(source, change)] = true
		}
	}
}

// start performs a request that starts a Run, or not, and responds to it, or not.
func (c *chaos) start(w http.ResponseWriter, r *http.Request) {
	recorder := httptest.NewRecorder()
	r.Header.Del("Accept-Encoding")
	perform := func() {
		c.api.ServeHTTP(recorder, r)
		var run struct {
			ID int64 `json:"id"`
		}
		if err := json.Unmarshal(recorder.Body.Bytes(), &run); err != nil {
			panic(err)
		}
		c.accepted[run.ID] = sourceOf(r)
	}
	switch c.random.IntN(8) {
	case 0: // without effect
		c.lose(w, recorder, c.random.IntN(4))
	case 1: // turned away
		w.Header().Set("Retry-After", "0")
		w.WriteHeader([]int{http.StatusTooManyRequests, http.StatusServiceUnavailable}[c.random.IntN(2)])
	case 2:
		c.late = perform
		c.lose(w, recorder, c.random.IntN(4))
	case 3, 4:
		perform()
		c.lose(w, recorder, c.random.IntN(7))
	default:
		perform()
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	}
}

// lose loses a response in one of several ways; the first four need none.
func (c *chaos) lose(w http.ResponseWriter, response *httptest.ResponseRecorder, way int) {
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
		_, _ = io.WriteString(w, "<html>Sign in</html>")
	case 6:
		_, _ = fmt.Fprintf(w, `{"id": %d}`, 1) // which was there before
	}
}

func sourceOf(r *http.Request) (id int64) {
	_, _ = fmt.Sscanf(r.URL.Path, "/api/operations/rerun/%d", &id)
	return id
}

func TestChaos(t *testing.T) {
	for _, version := range []int{1, 2} {
		for seed := range uint64(2) {
			t.Run(fmt.Sprintf("HTTP %d, seed %d", version, seed), func(t *testing.T) {
				t.Parallel()
				const count = 50
				server := &chaos{
					api: mockapi.New(mockapi.Options{Token: testToken}), random: rand.New(rand.NewPCG(seed, 0)),
					lost: map[string]bool{}, accepted: map[int64]int64{}, others: map[int64]bool{}, seen: map[string]int{},
				}
				for id := range int64(count) {
					server.api.Seed(mockapi.Run{
						ID: 1 + id, Datastore: mockapi.Datastore{ID: 101 + id%4, Name: "a"},
						Settings: map[string]any{"incremental": id%3 == 0, "remediation": []string{"none", "append"}[id%2]},
					})
				}
				calm := server.api.Start(1, nil)
				client := newClient(t, server.serve(t, version), insecure, func(config *Config) { config.MaxRetries = 30 })
				started, err := startCalmly(t, client, server)
				if err != nil {
					t.Fatal(err)
				}
				server.check(t, client, count, started, calm)
				equal(t, "PUTs over HTTP/2", server.seen["PUT 2"], 0)
				equal(t, "GETs over another version", server.seen[fmt.Sprint("GET ", 3-version)], 0)
			})
		}
	}
}

func (c *chaos) serve(t *testing.T, version int) (url string) {
	t.Helper()
	server := httptest.NewUnstartedServer(c)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = version == 2
	if version == 2 {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server.URL
}

// startCalmly makes a start without chaos, which shows the client its user.
func startCalmly(t *testing.T, client *Client, server *chaos) (int64, error) {
	t.Helper()
	proxied := attemptsOf(client).starts
	defer func() { attemptsOf(client).starts = proxied }()
	attemptsOf(client).starts = handled(server.api)
	source, err := client.Operation(t.Context(), 1)
	if err != nil {
		return 0, err
	}
	started, err := client.Rerun(t.Context(), source)
	return started.ID, err
}

// check reruns each source at the same time. Each Run that was accepted must be returned by the call
// that requested it, or be named by its error.
func (c *chaos) check(t *testing.T, client *Client, count int, before ...int64) {
	t.Helper()
	var (
		group sync.WaitGroup
		mutex sync.Mutex
		held  = map[int64]int64{} // sources by Run
		named = map[int64]string{}
		lost  int
	)
	for source := range int64(count) {
		group.Go(func() {
			started, err := rerun(t.Context(), client, 1+source)
			mutex.Lock()
			defer mutex.Unlock()
			unknown, ok := errors.AsType[*LostStartError](err)
			switch {
			case err == nil && held[started.ID] != 0:
				t.Errorf("Run %d is held twice", started.ID)
			case err == nil:
				held[started.ID] = 1 + source
			case ok:
				lost++
				for _, candidate := range unknown.Candidates {
					named[candidate.ID] += fmt.Sprintf("%d: %q, ", 1+source, candidate.Against)
				}
			default:
				t.Errorf("source %d: %v", 1+source, err)
			}
		})
	}
	group.Wait()
	for id, source := range c.accepted {
		if held[id] != source && !strings.Contains(named[id], fmt.Sprintf("%d: ", source)) {
			t.Errorf("Run %d of source %d is neither held (%d) nor named (%s)", id, source, held[id], named[id])
		}
	}
	for id, source := range held {
		if c.accepted[id] != source {
			t.Errorf("source %d holds Run %d, which was started for %d (a stranger's: %v, before: %v)", source, id, c.accepted[id], c.others[id], before)
		}
	}
	t.Logf("%d accepted, %d held, %d lost, %d of others", len(c.accepted), len(held), lost, len(c.others))
	if len(c.accepted) < count/2 || len(c.others) == 0 {
		t.Error("too little chaos to prove anything")
	}
}
