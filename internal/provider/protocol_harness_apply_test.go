// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// tracked is a managed resource that, as in Terraform, is tainted by a failed create and then
// replaced.
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

// applyAfter runs between after the plan and before the apply.
func (r *tracked) applyAfter(ctx context.Context, t *testing.T, config string, between func()) []*tfprotov6.Diagnostic {
	t.Helper()
	creates := !r.exists(t)
	diagnostics := r.managed.applyAfter(ctx, t, config, between)
	r.tainted = creates && failed(diagnostics) && r.exists(t)
	return diagnostics
}

// refreshAndApply refreshes, replaces a tainted resource, and applies.
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

func (r *tracked) destroy(t *testing.T) []*tfprotov6.Diagnostic {
	t.Helper()
	diagnostics := r.managed.destroy(t)
	r.forget(t)
	return diagnostics
}

func (r *tracked) refresh(t *testing.T) []*tfprotov6.Diagnostic {
	t.Helper()
	diagnostics := r.managed.refresh(t)
	r.forget(t)
	return diagnostics
}

// forget resets the taint and the private state if there is no state.
func (r *tracked) forget(t *testing.T) {
	t.Helper()
	if !r.exists(t) {
		r.tainted, r.private = false, nil
	}
}

// nextPlan refreshes, and returns what a plan would do: "create", "update", "replace" or "no
// changes".
func (r *tracked) nextPlan(t *testing.T, config string) string {
	t.Helper()
	if r.exists(t) {
		if diagnostics := r.refresh(t); failed(diagnostics) {
			expectDiagnostics(t, diagnostics)
		}
	}
	planned := r.plan(t, config)
	if failed(planned.Diagnostics) {
		expectDiagnostics(t, planned.Diagnostics)
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
