// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// rerun requests a rerun of a Run, which the source has led to. It reports why it failed, and returns nil.
func (r *runs) rerun(ctx context.Context, source runSource, run *qualytics.Operation, diags *diag.Diagnostics) *qualytics.Operation {
	start, err := r.client.Rerun(ctx, run)
	return started(source, run.ID, start, err, diags)
}

// resume requests that a Run continues. It reports why it failed, and returns nil.
func (r *runs) resume(ctx context.Context, source runSource, run *qualytics.Operation, forceAbort bool, diags *diag.Diagnostics) *qualytics.Operation {
	start, err := r.client.Resume(ctx, run, forceAbort)
	return started(source, run.ID, start, err, diags)
}

// abort requests that a Run stops. One that has ended already is fine: it is returned as it is. Otherwise
// the Run counts as active until a poll says otherwise, whatever the response says. It reports why it
// failed, and returns nil.
func (r *runs) abort(ctx context.Context, source runSource, diags *diag.Diagnostics) *qualytics.Operation {
	id := source.runID.ValueInt64()
	run, err := r.client.Abort(ctx, id)
	if qualytics.IsConflict(err) {
		if current, readErr := r.client.Operation(ctx, id); readErr == nil && current.Finished() {
			return current
		}
	}
	if err != nil {
		addErrorAt(diags, source.attribute(), source.on(id), err)
		return nil
	}
	run.Result, run.EndTime = qualytics.ResultRunning, ""
	return run
}

// started is the Run that the API has accepted to start. It reports why there is none, and returns nil. A
// Run that was adopted after a lost response is a warning.
func started(source runSource, id int64, start qualytics.Started, err error, diags *diag.Diagnostics) *qualytics.Operation {
	if err != nil {
		addErrorAt(diags, source.attribute(), source.on(id), err)
		return nil
	}
	if start.LostResponse != nil {
		diags.AddWarning("The response to the "+string(source.action)+" was lost",
			sentence(start.LostResponse.Error())+" The Run that it had started was found and adopted: "+progressLine(&start.Operation)+".")
	}
	return &start.Operation
}
