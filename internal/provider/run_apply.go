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

// application is the apply of one resource under way: where it saves what was done, and reports.
type application struct {
	state       *tfsdk.State
	identity    *tfsdk.ResourceIdentity // nil for resources without one
	private     privateState
	diagnostics *diag.Diagnostics
}

// runHolder is the model of a resource that holds a Run.
type runHolder interface {
	held() *operationModel
}

// save puts a Run into the state, so that Terraform keeps it whatever happens next.
func (a application) save(ctx context.Context, model runHolder, operation *qualytics.Operation, notes ledger) {
	held, diags := newOperationModel(ctx, operation)
	a.diagnostics.Append(diags...)
	*model.held() = held
	a.keep(ctx, model, operation.ID)
	a.diagnostics.Append(notes.save(ctx, a.private)...)
}

// keep puts a model into the state as it is.
func (a application) keep(ctx context.Context, model runHolder, id int64) {
	a.diagnostics.Append(a.state.Set(ctx, model)...)
	if a.identity != nil {
		a.diagnostics.Append(a.identity.SetAttribute(ctx, path.Root("id"), id)...)
	}
}

// follow saves a Run that the API has accepted, waits for it if that is asked for (wait is not nil),
// and saves and reports what became of it. It returns the Run as it was last seen.
func (r *runs) follow(ctx context.Context, apply application, model runHolder, seen *qualytics.Operation, notes *ledger, wait *waiting) *qualytics.Operation {
	notes.Awaited, notes.Failed, notes.Lost = wait != nil, false, false
	apply.save(ctx, model, seen, *notes)
	tflog.Info(ctx, "Accepted: "+progressLine(seen)) // Terraform has nothing else of it if the provider is killed now
	if wait == nil {
		return seen
	}
	last, how, err := r.await(ctx, seen, wait.timeout, logProgress(ctx))
	if how != endedTerminal {
		apply.save(ctx, model, last, *notes)
		wait.reportUnfinished(last, how, err, apply.diagnostics)
		return last
	}
	notes.Awaited, notes.Failed = false, wait.failed(last.Result)
	apply.save(ctx, model, last, *notes)
	wait.judge(last, apply.diagnostics)
	return last
}

// carryOut does what a change comes to: it asks the API (ask reports why it could not, and returns
// nil), goes on waiting, or only takes the new arguments over. It returns the Run as it was last seen;
// nil when there is none to see to.
func (r *runs) carryOut(ctx context.Context, apply application, model runHolder, change change, notes *ledger, wait *waiting, ask func() *qualytics.Operation) *qualytics.Operation {
	var current *qualytics.Operation
	switch change.next() {
	case stepAsk:
		current = ask()
	case stepWait:
		current = r.look(ctx, change.state.ID.ValueInt64(), apply.diagnostics)
	case stepNone:
		*model.held() = *change.state.held()
		apply.keep(ctx, model, change.state.ID.ValueInt64())
	}
	if current == nil {
		return nil
	}
	return r.follow(ctx, apply, model, current, notes, wait)
}

// look reads a Run, or reports why it cannot be read and returns nil.
func (r *runs) look(ctx context.Context, id int64, diags *diag.Diagnostics) *qualytics.Operation {
	operation, err := r.client.Operation(ctx, id)
	if err != nil {
		addError(diags, readingRun(id), err)
		return nil
	}
	return operation
}

// started is the Run that the API has accepted to start. Without one, it reports why and returns nil.
// A Run whose answer was lost and that had to be looked for is worth a warning.
func started(action qualytics.Action, source int64, start qualytics.Started, err error, diags *diag.Diagnostics) *qualytics.Operation {
	if err != nil {
		addErrorAt(diags, path.Root("run_id"), actionOn(action, source), err)
		return nil
	}
	if start.LostResponse != nil {
		diags.AddWarning("The answer to the "+string(action)+" was lost",
			sentence(start.LostResponse.Error())+" The Run that it had started was found, by its type, datastore and settings, and adopted: "+progressLine(&start.Operation)+".")
	}
	return &start.Operation
}

// refresh updates the state of a resource that keeps its Run whatever happens to the record. A Run that
// has come to the settled result is not waited for any more.
func (r *runs) refresh(ctx context.Context, apply application, model runHolder, settled qualytics.Result) {
	notes, diags := loadLedger(ctx, apply.private)
	apply.diagnostics.Append(diags...)
	if apply.diagnostics.HasError() {
		return
	}
	id := model.held().ID.ValueInt64()
	operation, err := r.client.Operation(ctx, id)
	switch {
	case qualytics.IsNotFound(err):
		return
	case err != nil:
		addError(apply.diagnostics, readingRun(id), err)
		return
	case operation.Result == settled:
		notes.Awaited = false
	}
	apply.save(ctx, model, operation, notes)
}
