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

// runs is what resources and actions do to Runs: all of them get it from the provider's configuration.
type runs struct {
	client  *qualytics.Client
	poller  runwait.Poller
	deleted *sync.Map // ids of the Runs whose records this process has deleted
}

// newRuns returns what acts on Runs through a client, polling at most every maxInterval.
func newRuns(client *qualytics.Client, maxInterval, notFoundGrace time.Duration) *runs {
	return &runs{
		client:  client,
		poller:  runwait.Poller{Get: client.Operation, MaxInterval: maxInterval, NotFoundGrace: notFoundGrace},
		deleted: &sync.Map{},
	}
}

// configure takes what Configure was given: nothing while the provider is not configured yet.
func (r *runs) configure(data any, diags *diag.Diagnostics) {
	if data == nil {
		return
	}
	configured, ok := data.(*runs)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("The provider was configured with %T.", data)+reportBug)
		return
	}
	*r = *configured
}

// configured reports whether the API can be called.
func (r *runs) configured() bool { return r.client != nil }

// runError is an error of the API about a Run, with what the provider was doing to it.
type runError struct {
	subject subject
	err     error
}

func (e *runError) Error() string { return e.subject.summary() + ": " + e.err.Error() }

func (e *runError) Unwrap() error { return e.err }

// addRunError reports a [*runError] on the whole resource.
func addRunError(diags *diag.Diagnostics, err error) {
	if failed, ok := errors.AsType[*runError](err); ok {
		addError(diags, failed.subject, failed.err)
	}
}

// explainRunError explains a [*runError] within another diagnostic.
func explainRunError(err error) string {
	failed, ok := errors.AsType[*runError](err)
	if !ok {
		return sentence(err.Error())
	}
	return failed.subject.summary() + ". " + failed.subject.explain(failed.err)
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
