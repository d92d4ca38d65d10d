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

// resourceState is where one resource is saved while Terraform creates, reads or updates it.
type resourceState struct {
	model       runHolder
	private     *privateState
	state       *tfsdk.State
	identity    *tfsdk.ResourceIdentity // nil for resources without one
	storage     privateStorage
	diagnostics *diag.Diagnostics
}

// runHolder is the model of a resource that holds a Run.
type runHolder interface {
	held() *heldRun
}

// hold puts a Run into the state, so that Terraform keeps it whatever happens next.
func (s resourceState) hold(ctx context.Context, run *qualytics.Operation) {
	held, diags := newHeldRun(ctx, run)
	s.diagnostics.Append(diags...)
	*s.model.held() = held
	s.save(ctx, run.ID)
}

// save puts the model into the state as it is.
func (s resourceState) save(ctx context.Context, id int64) {
	s.diagnostics.Append(s.state.Set(ctx, s.model)...)
	if s.identity != nil {
		s.diagnostics.Append(s.identity.SetAttribute(ctx, path.Root("id"), id)...)
	}
	s.diagnostics.Append(s.private.save(ctx, s.storage)...)
}

// follow saves a Run that the API has accepted, waits for it if the options say so, and saves and reports
// how it ended. It reports whether the Run passed: it succeeded and passed the gate or, without waiting,
// was accepted.
func (s resourceState) follow(ctx context.Context, runs *runs, run *qualytics.Operation, options waitOptions) (passed bool) {
	private := s.private
	private.Awaited, private.Failed, private.Deleted = options.waits, false, false
	s.hold(ctx, run)
	// If the provider is killed now, this line is all that is left of the Run.
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

// keep saves a model that holds the same Run as before.
func (s resourceState) keep(ctx context.Context, held heldRun) {
	*s.model.held() = held
	s.save(ctx, held.ID.ValueInt64())
}

// refresh updates the state of a resource that keeps its Run whatever happens to the record. settled
// reports whether there is nothing left to wait for.
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
