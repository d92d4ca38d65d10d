// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// tracked is a managed resource that is replaced while it is tainted, as Terraform does it: a create that
// fails, and has a state, taints.
type tracked struct {
	*managed
	tainted bool
}

func (p *protocol) track(t *testing.T) *tracked {
	t.Helper()
	return &tracked{managed: p.manage(t, "qualytics_run_rerun")}
}

// exists reports whether there is a state.
func (r *tracked) exists(t *testing.T) bool {
	t.Helper()
	return !r.unpack(t, r.state).IsNull()
}

// applyAfter plans and applies a configuration, with something that happens in between.
func (r *tracked) applyAfter(ctx context.Context, t *testing.T, config string, between func()) []*tfprotov6.Diagnostic {
	t.Helper()
	creates := !r.exists(t)
	diagnostics := r.managed.applyAfter(ctx, t, config, between)
	r.tainted = creates && failed(diagnostics) && r.exists(t)
	return diagnostics
}

// refreshAndApply is what an apply does that nothing disturbs.
func (r *tracked) refreshAndApply(t *testing.T, config string) []*tfprotov6.Diagnostic {
	t.Helper()
	if r.exists(t) {
		if diagnostics := r.refresh(t); failed(diagnostics) {
			return diagnostics
		}
	}
	if r.tainted {
		if diagnostics := r.destroy(t); failed(diagnostics) {
			return diagnostics
		}
	}
	return r.applyAfter(t.Context(), t, config, func() {})
}

// destroy destroys the resource.
func (r *tracked) destroy(t *testing.T) []*tfprotov6.Diagnostic {
	t.Helper()
	diagnostics := r.managed.destroy(t)
	r.forget(t)
	return diagnostics
}

// refresh reads the resource.
func (r *tracked) refresh(t *testing.T) []*tfprotov6.Diagnostic {
	t.Helper()
	diagnostics := r.managed.refresh(t)
	r.forget(t)
	return diagnostics
}

// forget forgets what belongs to a state that is no more.
func (r *tracked) forget(t *testing.T) {
	t.Helper()
	if !r.exists(t) {
		r.tainted, r.private = false, nil
	}
}

// nextPlan refreshes, and is what a plan would do then: "create", "update", "replace" or "no changes".
func (r *tracked) nextPlan(t *testing.T, config string) string {
	t.Helper()
	if r.exists(t) {
		expectSaid(t, r.refresh(t))
	}
	planned := r.plan(t, config)
	if failed(planned.Diagnostics) {
		expectSaid(t, planned.Diagnostics)
	}
	switch {
	case !r.exists(t):
		return "create"
	case r.tainted:
		return "replace"
	case !r.unpack(t, r.state).Equal(r.unpack(t, planned.PlannedState)):
		return "update"
	}
	return "no changes"
}

// failed reports whether there is an error among the diagnostics.
func failed(diagnostics []*tfprotov6.Diagnostic) bool {
	return slices.ContainsFunc(diagnostics, func(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError })
}
