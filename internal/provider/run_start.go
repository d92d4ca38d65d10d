// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// rerun requests a rerun of the Run that the attribute at the path names. It reports why it failed, and returns nil.
func (r *runs) rerun(ctx context.Context, source *qualytics.Operation, at path.Path, diags *diag.Diagnostics) *qualytics.Operation {
	start, err := r.client.Rerun(ctx, source.ID)
	return started(actionOn(qualytics.ActionRerun, source.ID), at, start, err, diags)
}

// resume requests that a Run continues. It reports why it failed, and returns nil.
func (r *runs) resume(ctx context.Context, source *qualytics.Operation, forceAbort bool, diags *diag.Diagnostics) *qualytics.Operation {
	start, err := r.client.Resume(ctx, source.ID, forceAbort)
	return started(actionOn(qualytics.ActionResume, source.ID), path.Root("run_id"), start, err, diags)
}

// abort requests that a Run stops. One that has ended already is fine: it is returned as it is. Otherwise
// the Run counts as active until a poll says otherwise, whatever the response says. It reports why it
// failed, and returns nil.
func (r *runs) abort(ctx context.Context, id int64, diags *diag.Diagnostics) *qualytics.Operation {
	run, err := r.client.Abort(ctx, id)
	if qualytics.IsConflict(err) {
		if current, readErr := r.client.Operation(ctx, id); readErr == nil && current.Finished() {
			return current
		}
	}
	if err != nil {
		addErrorAt(diags, path.Root("run_id"), actionOn(qualytics.ActionAbort, id), err)
		return nil
	}
	run.Result, run.EndTime = qualytics.ResultRunning, ""
	return run
}

// started is the Run that the API has accepted to start. It reports why there is none, and returns nil. A
// Run that was adopted after a lost response is a warning.
func started(subject subject, at path.Path, start qualytics.Started, err error, diags *diag.Diagnostics) *qualytics.Operation {
	if err != nil {
		addErrorAt(diags, at, subject, err)
		return nil
	}
	if start.LostAnswer != nil {
		diags.AddWarning("The response to the "+subject.verb+" was lost",
			sentence(start.LostAnswer.Error())+" The Run that it had started was found and adopted: "+progressLine(&start.Operation)+".")
	}
	return &start.Operation
}
