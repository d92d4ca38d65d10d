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
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// chaos is a proxy in front of the API that loses requests and responses at random, while other
// users and schedules start Runs. It never loses the same GET twice in a row, so that retries
// succeed.
type chaos struct {
	api *mockapi.Server

	mutex    sync.Mutex
	random   *rand.Rand
	lost     map[string]bool // whether the last GET of a URL was lost
	late     func()          // performs a lost request at the next list
	accepted map[int64]int64 // sources of the Runs that the client started
	others   map[int64]bool  // Runs that the client did not start
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

// interfere starts similar Runs of other users and schedules.
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

// start performs or loses a request that starts a Run, and sends or loses its response.
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
	case 1: // rejected before the application
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

// lose loses a response in one of seven ways. The first four do not use the response.
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
		_, _ = fmt.Fprintf(w, `{"id": %d}`, 1) // a Run that existed before
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
				foreign := server.api.Start(1, nil)
				client := newClient(t, server.serve(t, version), insecure, func(config *Config) {
					config.MaxRetries, config.RateLimitTimeout = 30, time.Minute
				})
				started, err := startUndisturbed(t, client, server)
				if err != nil {
					t.Fatal(err)
				}
				server.check(t, client, count, started, foreign)
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

// startUndisturbed starts a Run without chaos, so that the client learns its user.
func startUndisturbed(t *testing.T, client *Client, server *chaos) (int64, error) {
	t.Helper()
	transport := attemptsOf(client).starts
	defer func() { attemptsOf(client).starts = transport }()
	attemptsOf(client).starts = handled(server.api)
	source, err := client.Operation(t.Context(), 1)
	if err != nil {
		return 0, err
	}
	started, err := client.Rerun(t.Context(), source, "")
	return started.ID, err
}

// check reruns all sources concurrently. Each Run that was started must be returned by the call
// that requested it, or be listed in its error.
func (c *chaos) check(t *testing.T, client *Client, count int, before ...int64) {
	t.Helper()
	var (
		group    sync.WaitGroup
		mutex    sync.Mutex
		returned = map[int64]int64{} // sources by Run
		listed   = map[int64]string{}
		lost     int
	)
	for source := range int64(count) {
		group.Go(func() {
			started, err := rerun(t.Context(), client, 1+source)
			mutex.Lock()
			defer mutex.Unlock()
			unknown, ok := errors.AsType[*LostStartError](err)
			switch {
			case err == nil && returned[started.ID] != 0:
				t.Errorf("Run %d was returned twice", started.ID)
			case err == nil:
				returned[started.ID] = 1 + source
			case ok:
				lost++
				for _, candidate := range unknown.Candidates {
					listed[candidate.ID] += fmt.Sprintf("%d: %q, ", 1+source, candidate.Reason)
				}
			default:
				t.Errorf("source %d: %v", 1+source, err)
			}
		})
	}
	group.Wait()
	for id, source := range c.accepted {
		if returned[id] != source && !strings.Contains(listed[id], fmt.Sprintf("%d: ", source)) {
			t.Errorf("Run %d of source %d was neither returned (for %d) nor listed (%s)", id, source, returned[id], listed[id])
		}
	}
	for id, source := range returned {
		if c.accepted[id] != source {
			t.Errorf("source %d got Run %d, which was started for %d (by another user or schedule: %v, before: %v)",
				source, id, c.accepted[id], c.others[id], before)
		}
	}
	t.Logf("%d accepted, %d returned, %d lost, %d of others", len(c.accepted), len(returned), lost, len(c.others))
	if len(c.accepted) < count/2 || len(c.others) == 0 {
		t.Error("too few Runs for a meaningful test")
	}
}
