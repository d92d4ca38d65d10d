// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// All calls concurrently, for the race detector. Each rerun starts its own Run.
func TestConcurrentUse(t *testing.T) {
	api := start(t, mockapi.Options{Outcome: mockapi.Outcome{Running: time.Second}}, mockapi.Run{ID: 1}, mockapi.Run{ID: 2, Result: "failure"})
	api.Inject(mockapi.Fault{Status: 500, Path: "/api/operations/3", Times: mockapi.Always})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, path := range []string{
				"GET /api/operations?sort_duration=asc", "GET /api/operations/2", "GET /api/operations/2/containers",
				"PUT /api/operations/rerun/1", "PUT /api/operations/run/2?force_abort=true", "PUT /api/operations/abort/2",
				"GET /api/operations/3", "DELETE /api/operations/9",
			} {
				method, target, _ := strings.Cut(path, " ")
				api.call(t, method, target)
			}
			api.post(t, `{"type": "sync", "datastore_id": 101}`)
		})
		group.Go(func() {
			api.Seed(mockapi.Run{ID: 500, Result: "running"})
			api.Plan(mockapi.Outcome{Running: time.Second})
			api.Change(1, func(run *mockapi.Run) { run.Status["records_processed"]++ })
			api.Finish(500, "success", "")
			api.clock.Advance(time.Second)
			api.Remove(500)
			api.Runs()
			api.Forbid(999)
			api.Requests()
		})
	}
	group.Wait()
	reruns := 0
	for _, request := range api.Requests() {
		if request.Method == http.MethodPut && request.Path == rerunPath && request.Status == 200 {
			reruns++
		}
	}
	equal(t, "reruns", reruns, 8)
}

func BenchmarkList(b *testing.B) {
	api := mockapi.New(mockapi.Options{Token: token})
	runs := make([]mockapi.Run, 100_000)
	for i := range runs {
		runs[i].Created = noon.Add(time.Duration(i) * time.Minute)
	}
	api.Seed(runs...)
	for b.Loop() {
		if response := record(api, "Bearer "+token); response.Code != http.StatusOK {
			b.Fatal(response.Body)
		}
	}
}
