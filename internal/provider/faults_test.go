// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// scene is the environment of a row: a server, the resource, and a second resource.
type scene struct {
	*api
	t         *testing.T
	resource  *tracked
	interrupt context.CancelFunc // Ctrl-C

	group  sync.WaitGroup
	beside *tracked // a second resource
}

// prepare sets up a fault.
type prepare func(*scene)

// and sets up both faults.
func (p prepare) and(other prepare) prepare {
	return func(s *scene) {
		p(s)
		other(s)
	}
}

// connect returns a new provider, as Terraform starts one for each plan and each apply.
func (s *scene) connect(arguments string) *protocol {
	s.t.Helper()
	return s.api.connect(s.t, `"poll_interval": "10ms"`+arguments)
}

// rewriting modifies each request before the server receives it.
func (s *scene) rewriting(change func(*http.Request)) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		change(r)
		s.ServeHTTP(w, r)
	}))
	s.t.Cleanup(server.Close)
	s.url = server.URL
}

// applyBeside applies a second resource, with the same provider process or that of an alias.
func (s *scene) applyBeside(p *protocol, config string) {
	s.beside = p.track(s.t)
	s.beside.applyAfter(s.t.Context(), s.t, config, func() {})
}

// startBeside starts to apply a second resource, and gives its request time to overtake.
func (s *scene) startBeside(p *protocol, config string) {
	s.group.Go(func() { s.applyBeside(p, config) })
	for range 30 {
		if len(s.writes()) > 1 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// config returns the resource's configuration with a version of its triggers, and timeouts.
func (row *faultRow) config(version, timeouts string) string {
	if row.latest {
		return latestConfig(101, row.resource+timeouts+release(version))
	}
	return triggered(row.resource+timeouts, version)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, row := range faultTable {
		t.Run(row.phase+"/"+row.fault, func(t *testing.T) {
			t.Parallel()
			row.test(t)
		})
	}
}

func (row *faultRow) test(t *testing.T) {
	s := &scene{api: newAPI(t, mockapi.Options{}), t: t}
	if row.given != nil {
		row.given(s)
	}
	before := s.ids()
	s.resource = s.connect("").track(t)
	version := "1"
	if row.phase != planning && row.phase != creating {
		expectDiagnostics(t, s.resource.refreshAndApply(t, row.config(version, row.timeouts)))
		row.expectState(t, s.resource, "Run 101")
	}
	if row.phase == updating {
		version = "2"
	}

	diagnostics := row.disturb(s, row.config(version, row.timeouts))
	s.group.Wait()
	s.ClearFaults()
	row.expectDiagnostics(t, diagnostics)
	row.expectRequests(t, s)
	there := slices.Concat(before, row.server)
	slices.Sort(there)
	s.expectRuns(t, there...)
	row.expectState(t, s.resource, row.state)
	row.expectBeside(t, s)

	s.resource.protocol = s.connect("")
	config := row.config(version, "")
	s.ResetRequests()
	if got := s.resource.nextPlan(t, config); got != row.next {
		t.Errorf("the next plan: got %s, want %s", got, row.next)
	}
	if s.resource.exists(t) && !s.resource.tainted {
		s.Finish(row.holds, "success", "") // the next apply may wait for it
	}
	expectDiagnostics(t, s.resource.refreshAndApply(t, config), row.nextSays...)
	s.expectWrites(row.then...)(t)
	row.expectState(t, s.resource, fmt.Sprint("Run ", row.holds))
	if got := s.resource.nextPlan(t, config); got != noChanges {
		t.Errorf("the plan after the next apply: got %s, want %s", got, noChanges)
	}
	if result := s.resource.values(t)["result"]; result != "success" && row.resource != unawaited {
		t.Errorf("the result is %v", result)
	}

	expectDiagnostics(t, s.resource.destroy(t))
	if s.beside != nil && s.beside.exists(t) {
		expectDiagnostics(t, s.beside.destroy(t))
	}
	left := slices.Concat(before, row.others, row.orphans)
	slices.Sort(left)
	s.expectRuns(t, left...)
}

// disturb runs the phase with the fault. The provider is a new process, as in Terraform.
func (row *faultRow) disturb(s *scene, config string) []*tfprotov6.Diagnostic {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	s.interrupt = cancel
	disturb := func() {
		s.resource.protocol = s.connect(row.arguments)
		s.ResetRequests()
		s.Plan(row.outcome...)
		row.prepare(s)
	}
	switch row.phase {
	case creating, updating:
		return s.resource.applyAfter(ctx, s.t, config, disturb)
	case refreshing:
		disturb()
		return s.resource.refresh(s.t)
	case destroying:
		disturb()
		return s.resource.destroy(s.t)
	default:
		disturb()
		return s.resource.refreshAndApply(s.t, config)
	}
}

func (f finding) describes(diagnostic *tfprotov6.Diagnostic) bool {
	return strings.ToLower(diagnostic.Severity.String()) == f.severity && diagnostic.Summary == f.summary &&
		strings.Contains(diagnostic.Detail, f.phrase)
}

func (row *faultRow) expectDiagnostics(t *testing.T, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	var details strings.Builder
	for i, diagnostic := range diagnostics {
		details.WriteString(diagnostic.Detail)
		if i >= len(row.says) || !row.says[i].describes(diagnostic) {
			t.Errorf("diagnostic %d: got %s, want %+v", i, diagnosticLine(diagnostic), row.says)
		}
	}
	if len(diagnostics) < len(row.says) {
		t.Errorf("%d diagnostics, want %+v", len(diagnostics), row.says)
	}
	for _, orphan := range row.orphans {
		if !strings.Contains(details.String(), fmt.Sprintf("  - Run %d: ", orphan)) {
			t.Errorf("Run %d is not named in %s", orphan, details.String())
		}
	}
}

func (row *faultRow) expectRequests(t *testing.T, s *scene) {
	t.Helper()
	got := s.writes()
	if row.repeated {
		got = slices.Compact(got)
	}
	if !slices.Equal(got, row.requests) {
		t.Errorf("changing requests: got %q, want %q", got, row.requests)
	}
}

func (row *faultRow) expectState(t *testing.T, resource *tracked, want string) {
	t.Helper()
	got := "nothing"
	if resource.exists(t) {
		got = fmt.Sprint("Run ", resource.values(t)["id"])
	}
	if resource.tainted {
		got += ", tainted"
	}
	if got != want {
		t.Errorf("in the state: got %s, want %s", got, want)
	}
}

// expectBeside checks which Run the second resource holds, if there is one.
func (row *faultRow) expectBeside(t *testing.T, s *scene) {
	t.Helper()
	if s.beside == nil {
		if row.beside != 0 {
			t.Error("there is no second resource")
		}
		return
	}
	row.expectState(t, s.beside, fmt.Sprint("Run ", row.beside))
}

// ids returns the ids of the Runs on the server.
func (a *api) ids() []int64 {
	var ids []int64
	for _, run := range a.Runs() {
		ids = append(ids, run.ID)
	}
	return ids
}
