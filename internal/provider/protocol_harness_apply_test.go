// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// tracked is a managed resource that, as in Terraform, is tainted by a failed create and then
// replaced.
type tracked struct {
	*managed
	tainted bool
}

func (p *protocol) track(t *testing.T) *tracked {
	t.Helper()
	return p.trackResource(t, "qualytics_run_rerun")
}

func (p *protocol) trackResource(t *testing.T, name string) *tracked {
	t.Helper()
	return &tracked{managed: p.manage(t, name)}
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
		return r.replace(t, config)
	}
	return r.applyAfter(t.Context(), t, config, func() {})
}

// replace replaces the resource as Terraform replaces a tainted one: the plan is that of a create,
// with neither the state nor the private state, and both halves of the apply get the private state of
// that plan. If the first half fails, that is what stays of it.
func (r *tracked) replace(t *testing.T, config string) []*tfprotov6.Diagnostic {
	t.Helper()
	object := r.state
	gone := r.pack(t, tftypes.NewValue(r.schema.ValueType(), nil))
	r.state, r.private = gone, nil
	planned := r.plan(t, config)
	r.state = object
	if failed(planned.Diagnostics) {
		return planned.Diagnostics
	}
	r.private = planned.PlannedPrivate
	destroyed := r.delete(t)
	if failed(destroyed) {
		return append(planned.Diagnostics, destroyed...)
	}
	r.forget(t)
	return append(append(planned.Diagnostics, destroyed...), r.applyAfter(t.Context(), t, config, func() {})...)
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
