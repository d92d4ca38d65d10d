// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// resourceState is the state of one resource during a call, and where to save it.
type resourceState struct {
	model       runHolder
	private     *privateState
	state       *tfsdk.State
	identity    *tfsdk.ResourceIdentity // nil for resources without one
	storage     privateStorage
	diagnostics *diag.Diagnostics
}

type runHolder interface {
	held() *heldRun
}

// hold saves a Run in the state, so that Terraform keeps it even if the call fails later.
func (s resourceState) hold(ctx context.Context, run *qualytics.Operation) {
	held, diags := newHeldRun(ctx, run)
	s.diagnostics.Append(diags...)
	*s.model.held() = held
	s.save(ctx, run.ID)
}

// save saves the model, the identity and the private state.
func (s resourceState) save(ctx context.Context, id int64) {
	s.diagnostics.Append(s.state.Set(ctx, s.model)...)
	if s.identity != nil {
		s.diagnostics.Append(s.identity.SetAttribute(ctx, path.Root("id"), id)...)
	}
	s.diagnostics.Append(s.private.save(ctx, s.storage)...)
}

// follow saves an accepted Run, waits for it if the options require it, and saves and reports how
// it ended. It returns true if the Run succeeded and passed the gate, or if it was not waited for.
func (s resourceState) follow(ctx context.Context, runs *runs, run *qualytics.Operation, options waitOptions) (passed bool) {
	private := s.private
	private.Awaited, private.Failed, private.Deleted = options.waits, false, false
	s.hold(ctx, run)
	// If the provider is killed now, this line is the only record of the Run's id.
	tflog.Info(ctx, "Accepted: "+progressLine(run))
	if !options.waits {
		return true
	}
	run, result, err := runs.wait(ctx, run, options, logProgress(ctx))
	if result != waitTerminal {
		s.hold(ctx, run)
		options.reportUnfinished(run, result, err, s.diagnostics)
		return false
	}
	passed = options.gate.passes(run)
	private.Awaited, private.Failed = false, !passed
	s.hold(ctx, run)
	options.report(ctx, runs.client, run, s.diagnostics)
	return passed && run.Result == qualytics.ResultSuccess
}

// keep saves the arguments of a resource whose Run stays the same. If they accept a Run that failed
// an earlier apply, it reports whether that Run succeeded.
func (s resourceState) keep(ctx context.Context, held heldRun, options waitOptions) (passed bool) {
	run := held.run()
	accepted := s.private.Failed && options.waits && options.gate.passes(run)
	s.private.Failed = s.private.Failed && !accepted
	*s.model.held() = held
	s.save(ctx, held.ID.ValueInt64())
	return accepted && run.Result == qualytics.ResultSuccess
}

// refresh updates the state of a resource that stays in the state even if the record was deleted.
// settled reports whether there is nothing left to wait for.
func (s resourceState) refresh(ctx context.Context, runs *runs, settled func(*qualytics.Operation) bool) {
	run, err := runs.read(ctx, s.model.held().ID.ValueInt64())
	switch {
	case qualytics.IsNotFound(err):
		return
	case err != nil:
		addRunError(s.diagnostics, err)
		return
	}
	if settled(run) {
		s.private.Awaited = false
	}
	s.hold(ctx, run)
}
