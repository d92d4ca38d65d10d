// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
	"github.com/qualytics/terraform-provider-qualytics/internal/runwait"
)

// runs is what resources and actions do to Runs. All of them get it from the provider's configuration.
type runs struct {
	client  *qualytics.Client
	poller  runwait.Poller
	deleted sync.Map // ids of the Runs whose records this process has deleted
}

// newRuns returns what acts on Runs through a client, polling at most every maxInterval.
func newRuns(client *qualytics.Client, maxInterval, notFoundGrace time.Duration) *runs {
	return &runs{
		client: client,
		poller: runwait.Poller{Get: client.Operation, MaxInterval: maxInterval, NotFoundGrace: notFoundGrace},
	}
}

// runsOf is what Configure was given; nil while the provider is not configured yet.
func runsOf(data any, diags *diag.Diagnostics) *runs {
	if data == nil {
		return nil
	}
	configured, ok := data.(*runs)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("The provider was configured with %T.", data)+reportBug)
	}
	return configured
}

// readOrReport reads a Run, or reports why it cannot be read and returns nil.
func (r *runs) readOrReport(ctx context.Context, id int64, diags *diag.Diagnostics) *qualytics.Operation {
	run, err := r.read(ctx, id)
	addRunError(diags, err)
	return run
}

// read reads a Run. The error is a [*runError], like those below.
func (r *runs) read(ctx context.Context, id int64) (*qualytics.Operation, error) {
	run, err := r.client.Operation(ctx, id)
	if err != nil {
		return nil, &runError{readingRun(id), err}
	}
	return run, nil
}

// readYoung reads a Run that was created at a time. A replica may not know a new Run yet, so a 404 counts
// only once the Run is older than that.
func (r *runs) readYoung(ctx context.Context, id int64, created timetypes.RFC3339) (*qualytics.Operation, error) {
	for {
		run, err := r.read(ctx, id)
		began, diags := created.ValueRFC3339Time()
		if !qualytics.IsNotFound(err) || diags.HasError() || time.Since(began).Abs() > r.poller.NotFoundGrace {
			return run, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(time.Second):
		}
	}
}

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

// wait waits until a Run that was just seen is terminal. It returns the Run as it was last seen.
func (r *runs) wait(ctx context.Context, seen *qualytics.Operation, options waitOptions, progress runwait.Progress) (*qualytics.Operation, waitResult, error) {
	waitCtx, cancel := context.WithDeadline(ctx, options.deadline)
	defer cancel()
	last, err := r.poller.Wait(waitCtx, seen, progress)
	switch {
	case err == nil:
		return last, waitTerminal, nil
	case errors.Is(ctx.Err(), context.Canceled):
		return last, waitInterrupted, err
	case waitCtx.Err() != nil:
		return last, waitTimedOut, err
	default:
		return last, waitFailed, err
	}
}

// stop aborts a Run, or without abort only waits for it, until it is terminal. Only a poll tells that: the
// response to an abort may say so while the worker still runs. A Run whose record is gone is fine.
func (r *runs) stop(ctx context.Context, id int64, abort bool) error {
	if abort {
		_, err := r.client.Abort(ctx, id)
		switch {
		case qualytics.IsNotFound(err):
			return nil
		case err != nil && !qualytics.IsConflict(err): // a conflict: the Run has ended meanwhile
			return &runError{actionOn(qualytics.ActionAbort, id), err}
		}
	}
	poller := r.poller
	poller.NotFoundGrace = 0
	active := &qualytics.Operation{ID: id, Result: qualytics.ResultRunning}
	if _, err := poller.Wait(ctx, active, logProgress(ctx)); err != nil && !qualytics.IsNotFound(err) {
		return &runError{subject{verb: "wait for the end of", object: runName(id)}, err}
	}
	return nil
}

// deleteRecord deletes a Run's record. A Run that is still active is stopped first. While the API refuses
// because the Run is still active, it is requested again. A record that is gone is fine.
func (r *runs) deleteRecord(ctx context.Context, id int64, active, abort bool) error {
	for {
		if active {
			if err := r.stop(ctx, id, abort); err != nil {
				return err
			}
			abort = false // the Run ends without being aborted twice
		}
		err := r.client.Delete(ctx, id)
		switch {
		case err == nil, qualytics.IsNotFound(err):
			r.deleted.Store(id, true)
			return nil
		case !qualytics.IsConflict(err):
			return &runError{actionOn(qualytics.ActionDelete, id), err}
		}
		active = true
	}
}
