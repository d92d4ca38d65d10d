// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const (
	// chaosResources is the number of resources. Every other one reruns a Run of its own, its source.
	// The others start a Run with the settings of theirs, their model. Many of those Runs are
	// identical or differ only in their settings.
	chaosResources = 20
	// modelSetting names the model in the settings of a Run.
	modelSetting = "max_records_analyzed_per_partition"
)

// fleet contains all resources, and the Runs that their errors have named.
type fleet struct {
	server    *chaos
	resources []*tracked
	mutex     sync.Mutex
	random    *rand.Rand        // for taints
	named     map[int64][]int64 // the sources, by Run
	earlier   map[int64]bool    // Runs that were held by a resource
}

// Each accepted Run is held by the resource that requested it or is named by a diagnostic, and no Run
// of others is changed, whatever gets lost, repeated, renamed or tainted. The next undisturbed apply repairs everything.
func TestChaos(t *testing.T) {
	t.Parallel()
	for seed, version := range []int{1, 2} {
		t.Run(fmt.Sprint("HTTP ", version), func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, uint64(seed), version)
			for _, trigger := range []string{"1", "2"} {
				f.taintSome(t)
				f.server.setCalm(false)
				f.apply(t, trigger)
				f.server.setCalm(true)
				f.expectNothingLost(t)
				f.taintSome(t)
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
		settings := map[string]any{"incremental": id%3 == 0, "auto_resolve_passed_anomalies": id%2 == 0}
		if declared(1 + id) {
			settings[modelSetting] = 1 + id
		}
		server.api.Seed(mockapi.Run{
			ID: 1 + id, Datastore: mockapi.Datastore{ID: 101 + id%4, Name: "a"}, Created: time.Now().Add(-time.Hour), Settings: settings,
		})
	}
	api := &api{Server: server.api, url: server.serve(t, version)}
	p := api.connect(t, `"poll_interval": "10ms", "max_retries": 30, "insecure_skip_verify": true`)
	f := &fleet{server: server, random: rand.New(rand.NewPCG(seed, 1)), named: map[int64][]int64{}, earlier: map[int64]bool{}}
	for id := range int64(chaosResources) {
		name := "qualytics_run_rerun"
		if declared(1 + id) {
			name = "qualytics_run"
		}
		f.resources = append(f.resources, p.trackResource(t, name))
	}
	// An undisturbed start shows the provider the user of its token.
	expectDiagnostics(t, f.resources[0].refreshAndApply(t, chaosConfig(t, 1, "0")))
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
	f.each(func(r *tracked, source int64) { f.note(source, r.refreshAndApply(t, chaosConfig(t, source, trigger))) })
}

// declared reports whether the resource of a source starts a Run with its settings, instead of
// rerunning it. The datastores and settings of both kinds are the same.
func declared(source int64) bool { return (source-1)/4%2 == 1 }

func chaosConfig(t *testing.T, source int64, trigger string) string {
	t.Helper()
	if !declared(source) {
		return fmt.Sprintf(`{"run_id": %d%s}`, source, release(trigger))
	}
	id := source - 1
	settings := fmt.Sprintf(`{"incremental": %t, "auto_resolve_passed_anomalies": %t, %q: %d}`,
		id%3 == 0, id%2 == 0, modelSetting, source)
	return fmt.Sprintf(`{"operation_type": "scan", "datastore": %d, "settings": %s%s}`, 101+id%4, dynamic(t, settings), release(trigger))
}

// taintSome taints some resources, and untaints some that are tainted.
func (f *fleet) taintSome(t *testing.T) {
	t.Helper()
	for _, resource := range f.resources {
		if resource.exists(t) && f.random.IntN(5) == 0 {
			resource.tainted = !resource.tainted
		}
	}
}

var namedRun = regexp.MustCompile(`(?m)^  - Run (\d+): `)

// note records the Runs that the errors and warnings name.
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
		if next := resource.nextPlan(t, chaosConfig(t, int64(1+i), trigger)); next != noChanges {
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
	t.Logf("%d accepted, %d of others, %d named, %d faults, %d sent twice",
		len(f.server.accepted), len(f.server.others), len(f.named), f.server.faults, len(f.server.repeated))
	if len(f.server.accepted) < 2*chaosResources || len(f.server.others) < chaosResources || f.server.faults < chaosResources ||
		len(f.server.repeated) == 0 {
		t.Error("too few faults")
	}
}
