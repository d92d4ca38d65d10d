// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
	"github.com/qualytics/terraform-provider-qualytics/internal/runwait"
)

// runs implements what resources and actions do with Runs. The provider passes it to them when it
// is configured.
type runs struct {
	client  *qualytics.Client
	poller  runwait.Poller
	deleted sync.Map // ids of the Runs whose records this process has deleted
}

// newRuns returns runs that use the client. maxInterval is the maximum interval between polls.
func newRuns(client *qualytics.Client, maxInterval, notFoundGrace time.Duration) *runs {
	return &runs{
		client: client,
		poller: runwait.Poller{Get: client.Operation, MaxInterval: maxInterval, NotFoundGrace: notFoundGrace},
	}
}

// runsOf returns the runs from the provider's data, or nil if the provider is not configured yet.
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

// clientOf returns the client from the provider's data, or nil if the provider is not configured
// yet.
func clientOf(data any, diags *diag.Diagnostics) *qualytics.Client {
	if runs := runsOf(data, diags); runs != nil {
		return runs.client
	}
	return nil
}

// readOrReport reads a Run. It returns nil and reports the error if that fails.
func (r *runs) readOrReport(ctx context.Context, id int64, diags *diag.Diagnostics) *qualytics.Operation {
	run, err := r.read(ctx, id)
	addRunError(diags, err)
	return run
}

// read reads a Run. Like the methods below, it returns a [*runError].
func (r *runs) read(ctx context.Context, id int64) (*qualytics.Operation, error) {
	run, err := r.client.Operation(ctx, id)
	if err != nil {
		return nil, &runError{readingRun(id), err}
	}
	return run, nil
}

// readRecent reads a Run that was created at the given time. A replica may not know a new Run yet,
// so a 404 is retried until the Run is older than NotFoundGrace.
func (r *runs) readRecent(ctx context.Context, id int64, created timetypes.RFC3339) (*qualytics.Operation, error) {
	for pause := time.Second; ; pause = min(2*pause, 8*time.Second) {
		run, err := r.read(ctx, id)
		createdAt, diags := created.ValueRFC3339Time()
		if !qualytics.IsNotFound(err) || diags.HasError() || time.Since(createdAt).Abs() > r.poller.NotFoundGrace {
			return run, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(pause):
		}
	}
}

// rerun reruns the Run of the source. It returns nil and reports the error if that fails.
func (r *runs) rerun(ctx context.Context, source runSource, run *qualytics.Operation, diags *diag.Diagnostics) *qualytics.Operation {
	start, err := r.client.Rerun(ctx, run, source.user)
	return started(ctx, source, run.ID, start, err, diags)
}

// resume resumes the Run of the source. It returns nil and reports the error if that fails.
func (r *runs) resume(
	ctx context.Context, source runSource, run *qualytics.Operation, forceAbort bool, diags *diag.Diagnostics,
) *qualytics.Operation {
	start, err := r.client.Resume(ctx, run, forceAbort)
	return started(ctx, source, run.ID, start, err, diags)
}

// abort aborts the Run of the source. It returns nil and reports the error if that fails. A Run
// that has already ended is returned unchanged. Any other Run counts as active until a poll shows
// that it has ended, because the response may say so too early.
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

// started returns the Run that was started. It returns nil and reports the error if the start
// failed, and warns if the Run was adopted after a lost response, or is not the only one.
func started(
	ctx context.Context, source runSource, id int64, start qualytics.Started, err error, diags *diag.Diagnostics,
) *qualytics.Operation {
	if err != nil {
		addErrorAt(diags, source.attribute(), source.on(id), err)
		return nil
	}
	if start.LostResponse != nil {
		diags.AddWarning("The response to the "+string(source.action)+" was lost",
			sentence(start.LostResponse.Error())+" The Run that it started was found and adopted: "+progressLine(&start.Operation)+".")
	}
	for _, other := range start.Others(ctx) {
		diags.AddWarning("The "+string(source.action)+" has started another Run",
			"A gateway sent the request more than once. The provider neither follows nor deletes the other Run: "+progressLine(&other)+".")
	}
	return &start.Operation
}

// wait waits until a Run is terminal. seen and the returned Run are its first and its last known
// state.
func (r *runs) wait(
	ctx context.Context, seen *qualytics.Operation, options waitOptions, progress runwait.Progress,
) (*qualytics.Operation, waitResult, error) {
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

// stop waits until a Run is terminal, and aborts it first if abort is set. It always polls, because
// the response to an abort may say that the Run has ended while the worker still runs. A Run that
// does not exist is not an error.
func (r *runs) stop(ctx context.Context, id int64, abort bool) error {
	if abort {
		_, err := r.client.Abort(ctx, id)
		switch {
		case qualytics.IsNotFound(err):
			return nil
		case err != nil && !qualytics.IsConflict(err): // a conflict means that the Run has ended
			return &runError{actionOn(qualytics.ActionAbort, id), err}
		}
	}
	poller := r.poller
	poller.Get = func(ctx context.Context, id int64) (*qualytics.Operation, error) {
		run, err := r.client.Operation(ctx, id)
		if qualytics.IsNotFound(err) {
			if listed, listErr := r.client.Listed(ctx, id); listErr == nil && !listed {
				return &qualytics.Operation{ID: id, Result: qualytics.ResultAborted}, nil // what is gone has ended
			}
		}
		return run, err
	}
	active := &qualytics.Operation{ID: id, Result: qualytics.ResultRunning}
	if _, err := poller.Wait(ctx, active, logProgress(ctx)); err != nil && !qualytics.IsNotFound(err) {
		return &runError{subject{verb: "wait for the end of", object: runName(id)}, err}
	}
	return nil
}

// deleteRecord deletes a Run's record, after stopping an active Run. It tries again as long as the
// API refuses because the Run is active. A record that does not exist is not an error.
func (r *runs) deleteRecord(ctx context.Context, id int64, active, abort bool) error {
	for {
		if active {
			if err := r.stop(ctx, id, abort); err != nil {
				return err
			}
			abort = false // do not abort it twice
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

// aboutDeleted returns a paragraph about the records that this process has deleted, or "". A lookup
// that finds nothing may be due to them.
func (r *runs) aboutDeleted() string {
	var ids []int64
	r.deleted.Range(func(id, _ any) bool {
		ids = append(ids, typed[int64](id))
		return true
	})
	if len(ids) == 0 {
		return ""
	}
	slices.Sort(ids)
	names := make([]string, 0, len(ids))
	for _, id := range ids {
		names = append(names, runName(id))
	}
	return "\n\nReplacing a resource deletes the record of its own Run first, and that may have been the last one that matched. " +
		"This apply has deleted: " + strings.Join(names, ", ") + "."
}
