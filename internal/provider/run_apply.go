// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

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
	a.diagnostics.Append(a.state.Set(ctx, model)...)
	a.diagnostics.Append(notes.save(ctx, a.private)...)
	if a.identity != nil {
		a.diagnostics.Append(a.identity.SetAttribute(ctx, path.Root("id"), operation.ID)...)
	}
}

// follow saves a Run that the API has accepted, waits for it if that is asked for (wait is not nil),
// and saves and reports what became of it. It returns the Run as it was last seen.
func (r *runs) follow(ctx context.Context, apply application, model runHolder, seen *qualytics.Operation, notes *ledger, wait *waiting) *qualytics.Operation {
	notes.Awaited, notes.Failed, notes.Lost = wait != nil, false, false
	apply.save(ctx, model, seen, *notes)
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

// reportLostAnswer warns of a Run that had to be looked for.
func reportLostAnswer(started qualytics.Started, diags *diag.Diagnostics) {
	if started.LostAnswer != nil {
		diags.AddWarning("The answer to the request was lost",
			sentence(started.LostAnswer.Error())+" The Run that it had started was found, by its type, datastore, containers and time of creation, and taken over: "+progressLine(&started.Operation)+".")
	}
}
