// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// chaosResources is the number of resources. The source of each resource is its own Run. Many
// sources are identical or differ only in their settings.
const chaosResources = 50

// fleet contains all resources, and the Runs that their errors have named.
type fleet struct {
	server    *chaos
	resources []*tracked
	mutex     sync.Mutex
	named     map[int64][]int64 // the sources, by Run
	earlier   map[int64]bool    // Runs that were held by a resource
}

// Each accepted Run is held by the resource that requested it or is named by an error, and no Run
// of others is changed, whatever gets lost. The next undisturbed apply repairs everything.
func TestChaos(t *testing.T) {
	t.Parallel()
	for seed, version := range []int{1, 2} {
		t.Run(fmt.Sprint("HTTP ", version), func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, uint64(seed), version)
			for _, trigger := range []string{"1", "2"} {
				f.server.setCalm(false)
				f.apply(t, trigger)
				f.server.setCalm(true)
				f.expectNothingLost(t)
				f.apply(t, trigger)
				f.expectHealed(t, trigger)
			}
			f.server.setCalm(false)
			f.each(func(r *tracked, _ int64) { r.destroy(t) })
			f.server.setCalm(true)
			f.each(func(r *tracked, _ int64) {
				if r.exists(t) {
					expectDiagnostics(t, r.destroy(t))
				}
			})
			f.expectClean(t)
			f.expectChaos(t, version)
		})
	}
}

func newFleet(t *testing.T, seed uint64, version int) *fleet {
	t.Helper()
	server := newChaos(seed)
	for id := range int64(chaosResources) {
		server.api.Seed(mockapi.Run{
			ID: 1 + id, Datastore: mockapi.Datastore{ID: 101 + id%4, Name: "a"}, Created: time.Now().Add(-time.Hour),
			Settings: map[string]any{"incremental": id%3 == 0, "remediation": []string{"none", "append"}[id%2]},
		})
	}
	api := &api{Server: server.api, url: server.serve(t, version)}
	p := newProtocol(t)
	expectDiagnostics(t, p.configure(t, api.json(`"poll_interval": "10ms", "max_retries": 30, "insecure_skip_verify": true`)))
	f := &fleet{server: server, named: map[int64][]int64{}, earlier: map[int64]bool{}}
	for range chaosResources {
		f.resources = append(f.resources, p.track(t))
	}
	// An undisturbed start shows the provider the user of its token.
	expectDiagnostics(t, f.resources[0].refreshAndApply(t, chaosConfig(1, "0")))
	f.held(t)
	return f
}

// each runs do for all resources, ten at a time, as Terraform does.
func (f *fleet) each(do func(r *tracked, source int64)) {
	var group sync.WaitGroup
	slots := make(chan struct{}, 10)
	for i, resource := range f.resources {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			do(resource, int64(1+i))
		})
	}
	group.Wait()
}

func (f *fleet) apply(t *testing.T, trigger string) {
	t.Helper()
	f.each(func(r *tracked, source int64) { f.note(source, r.refreshAndApply(t, chaosConfig(source, trigger))) })
}

func chaosConfig(source int64, trigger string) string {
	return fmt.Sprintf(`{"run_id": %d%s}`, source, release(trigger))
}

var namedRun = regexp.MustCompile(`(?m)^  - Run (\d+): `)

// note records the Runs that the errors name.
func (f *fleet) note(source int64, diagnostics []*tfprotov6.Diagnostic) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, diagnostic := range diagnostics {
		for _, match := range namedRun.FindAllStringSubmatch(diagnostic.Detail, -1) {
			id, _ := strconv.ParseInt(match[1], 10, 64)
			f.named[id] = append(f.named[id], source)
		}
	}
}

// held returns the Runs in the states, with their sources.
func (f *fleet) held(t *testing.T) map[int64]int64 {
	t.Helper()
	held := map[int64]int64{}
	for i, resource := range f.resources {
		if !resource.exists(t) {
			continue
		}
		id, _ := resource.values(t)["id"].(int64)
		if held[id] != 0 {
			t.Errorf("Run %d is held by the resources of the sources %d and %d", id, held[id], 1+i)
		}
		held[id] = int64(1 + i)
		f.earlier[id] = true
	}
	return held
}

// expectNothingLost checks that each accepted Run is or was held by the resource that requested it,
// or is named by its error, and that no other Run is held.
func (f *fleet) expectNothingLost(t *testing.T) {
	t.Helper()
	f.server.mutex.Lock()
	defer f.server.mutex.Unlock()
	held := f.held(t)
	for id, source := range f.server.accepted {
		if held[id] != source && !f.earlier[id] && !slices.Contains(f.named[id], source) {
			t.Errorf("Run %d of source %d is neither held (%d) nor named (%v)", id, source, held[id], f.named[id])
		}
	}
	for id, source := range held {
		if f.server.accepted[id] != source {
			t.Errorf("source %d: Run %d is held, which was started from %d (somebody else's: %v)",
				source, id, f.server.accepted[id], f.server.others[id])
		}
	}
}

// expectHealed checks that each resource holds its own successful Run and plans no changes.
func (f *fleet) expectHealed(t *testing.T, trigger string) {
	t.Helper()
	f.expectNothingLost(t)
	for i, resource := range f.resources {
		if !resource.exists(t) || resource.tainted || resource.values(t)["result"] != "success" {
			t.Errorf("source %d was not repaired (tainted: %v): %v", 1+i, resource.tainted, resource.values(t))
			continue
		}
		if next := resource.nextPlan(t, chaosConfig(int64(1+i), trigger)); next != noChanges {
			t.Errorf("source %d: the next plan is %s", 1+i, next)
		}
	}
}

// expectClean checks that only sources, Runs of others and Runs named by errors are left, and that
// the provider aborted and deleted only its own Runs.
func (f *fleet) expectClean(t *testing.T) {
	t.Helper()
	f.server.mutex.Lock()
	defer f.server.mutex.Unlock()
	for _, id := range (&api{Server: f.server.api}).ids() {
		if source := f.server.accepted[id]; source != 0 && !slices.Contains(f.named[id], source) {
			t.Errorf("Run %d of source %d is left behind", id, source)
		}
	}
	if left := len(f.server.api.Runs()); left < chaosResources+len(f.server.others) {
		t.Errorf("%d Runs are left of %d sources and %d of others", left, chaosResources, len(f.server.others))
	}
	for id := range f.server.changed {
		if f.server.accepted[id] == 0 {
			t.Errorf("an abort or a delete names Run %d, which the provider has not started (somebody else's: %v)", id, f.server.others[id])
		}
	}
}

// expectChaos checks that there were enough faults, over the right version of HTTP.
func (f *fleet) expectChaos(t *testing.T, version int) {
	t.Helper()
	f.server.mutex.Lock()
	defer f.server.mutex.Unlock()
	for seen := range f.server.seen {
		if seen != "starts=true HTTP/1" && seen != fmt.Sprintf("starts=false HTTP/%d", version) {
			t.Errorf("requests with %s", seen)
		}
	}
	t.Logf("%d accepted, %d of others, %d named, %d faults", len(f.server.accepted), len(f.server.others), len(f.named), f.server.faults)
	if len(f.server.accepted) < 2*chaosResources || len(f.server.others) < chaosResources || f.server.faults < 2*chaosResources {
		t.Error("too few faults")
	}
}
