// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// planUpdate fills in what of the planned Run is known before the apply, and checks what can be.
func (r *runs) planUpdate(ctx context.Context, change change, action qualytics.Action, forceAbort bool, diags *diag.Diagnostics) {
	switch change.next() {
	case stepAsk:
		change.plan.operationModel = unknownOperation()
		r.checkSource(ctx, action, change.plan.RunID, forceAbort, diags)
	case stepWait:
		change.plan.operationModel = change.state.goingOn()
	case stepNone:
		change.plan.operationModel = change.state.operationModel
		if !change.state.RunID.IsNull() {
			// Another run_id without a step is the id of the resource's own Run: a lookup found it. Keeping
			// the old one keeps the plan empty.
			change.plan.RunID = change.state.RunID
		}
	}
}

// checkSource looks a Run up that is about to be acted on, so that what cannot work fails the plan.
func (r *runs) checkSource(ctx context.Context, action qualytics.Action, id types.Int64, forceAbort bool, diags *diag.Diagnostics) {
	if id.IsUnknown() || !r.configured() {
		return
	}
	source, err := r.client.Operation(ctx, id.ValueInt64())
	if qualytics.IsNotFound(err) {
		missing := readingRun(id.ValueInt64())
		diags.AddAttributeError(path.Root("run_id"), missing.summary(), missing.explain(err)+
			" A resource whose lifecycle ignores changes of run_id keeps the old id: remove ignore_changes for one apply.")
		return
	}
	if err != nil {
		addErrorAt(diags, path.Root("run_id"), readingRun(id.ValueInt64()), err)
		return
	}
	subject := actionOn(action, source.ID)
	switch {
	case !action.SupportsType(source.Type):
		diags.AddAttributeError(path.Root("run_id"), subject.summary(),
			fmt.Sprintf("Run %d is of type `%s`, which cannot be %s. ", source.ID, source.Type, pastParticiple[action])+subject.conditions())
	case slices.Contains(action.From(), source.Result), action == qualytics.ActionAbort:
	case source.Finished():
		diags.AddAttributeError(path.Root("run_id"), subject.summary(),
			fmt.Sprintf("The result of Run %d is `%s`. ", source.ID, source.Result)+subject.conditions())
	case !forceAbort:
		diags.AddAttributeWarning(path.Root("run_id"), runName(source.ID)+" is still active",
			fmt.Sprintf("Run %d is `%s`, and the apply will fail unless it has ended by then. ", source.ID, source.Result)+subject.conditions())
	}
}
