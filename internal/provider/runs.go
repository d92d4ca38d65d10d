// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

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

// tokenID identifies the token in use, without disclosing it.
func (r *runs) tokenID() string {
	if r == nil {
		return "" // the provider is not configured yet
	}
	return r.client.TokenID()
}

// read reads a Run.
func (r *runs) read(ctx context.Context, id int64) (*qualytics.Operation, error) {
	run, err := r.client.Operation(ctx, id)
	return run, readingRun(id).failed(err)
}

// reread reads a Run that the state knows, and verifies that it is the same one: another deployment,
// or a restored database, has another Run with that id.
func (r *runs) reread(ctx context.Context, known *qualytics.Operation) (*qualytics.Operation, error) {
	run, err := r.read(ctx, known.ID)
	if err != nil {
		return nil, err
	}
	if !sameRun(known, run) {
		return nil, subject{verb: "use", object: runName(known.ID)}.about(run).failed(&otherRunError{known, run})
	}
	return run, nil
}

// sameRun reports whether two Runs with the same id are the same one: what never changes is equal,
// as far as it is known. Deployments differ in the precision of their times.
func sameRun(a, b *qualytics.Operation) bool {
	one, errOne := a.Created.Time()
	other, errOther := b.Created.Time()
	if errOne == nil && errOther == nil && one.Sub(other).Abs() >= time.Second {
		return false
	}
	return a.Datastore == nil || b.Datastore == nil || a.Datastore.ID == nil || b.Datastore.ID == nil || *a.Datastore.ID == *b.Datastore.ID
}

// otherRunError reports that the id in the state belongs to another Run.
type otherRunError struct{ known, found *qualytics.Operation }

func (e *otherRunError) Error() string {
	return fmt.Sprintf("%s in the state was created at %s on %s, but %s of this deployment was created at %s on %s. "+
		"Nothing was changed. Check that the provider's url is that of the deployment in the state. "+
		"If the deployment was replaced or restored, remove the resource from the state (terraform state rm)",
		runName(e.known.ID), createdAt(e.known), datastoreName(e.known),
		runName(e.found.ID), createdAt(e.found), datastoreName(e.found))
}

func isOtherRun(err error) bool {
	_, ok := errors.AsType[*otherRunError](err)
	return ok
}

func datastoreName(run *qualytics.Operation) string {
	switch {
	case run.Datastore == nil || run.Datastore.ID == nil && run.Datastore.Name == nil:
		return "an unknown datastore"
	case run.Datastore.ID == nil:
		return "datastore " + *run.Datastore.Name
	default:
		return fmt.Sprintf("datastore %d", *run.Datastore.ID)
	}
}

func createdAt(run *qualytics.Operation) string {
	return cmp.Or(string(run.Created), "an unknown time")
}

// isGone reports whether an error means that the record of a Run was deleted. A single response may
// come from a lagging replica, so the list must not have the Run either.
func (r *runs) isGone(ctx context.Context, id int64, err error) bool {
	if !qualytics.IsNotFound(err) {
		return false
	}
	listed, listErr := r.client.Listed(ctx, id)
	return listErr == nil && !listed
}

// stop waits until a Run is terminal, and aborts it first if abort is set. It believes no response
// to the abort, only polls. A Run that does not exist is not an error.
func (r *runs) stop(ctx context.Context, run *qualytics.Operation, abort bool) error {
	var unconfirmed error
	if abort {
		_, err := r.client.Abort(ctx, run.ID)
		switch {
		case qualytics.IsNotFound(err):
			return nil
		case isRefusal(err):
			return actionOn(qualytics.ActionAbort, run.ID).about(run).cleaningUp().failed(err)
		case !qualytics.IsConflict(err): // a conflict means that the Run has ended, or is about to
			unconfirmed = err
		}
	}
	poller := r.poller
	poller.Get = func(ctx context.Context, id int64) (*qualytics.Operation, error) {
		polled, err := r.client.Operation(ctx, id)
		if r.isGone(ctx, id, err) {
			return &qualytics.Operation{ID: id, Result: qualytics.ResultAborted}, nil // nothing is left to wait for
		}
		return polled, err
	}
	active := *run
	active.Result, active.EndTime = qualytics.ResultRunning, ""
	_, err := poller.Wait(ctx, &active, logProgress(ctx))
	switch {
	case err == nil:
		return nil
	case unconfirmed != nil:
		return actionOn(qualytics.ActionAbort, run.ID).about(run).cleaningUp().failed(unconfirmed)
	}
	return subject{verb: "wait for the end of", object: runName(run.ID)}.about(run).cleaningUp().failed(err)
}

// isRefusal reports whether the API certainly did not do what was requested.
func isRefusal(err error) bool {
	switch qualytics.KindOf(err) {
	case qualytics.KindUnauthorized, qualytics.KindForbidden, qualytics.KindBadRequest, qualytics.KindInvalid:
		return true
	default:
		return false
	}
}

// abortRecord aborts a Run that the state knows, if it is still active.
func (r *runs) abortRecord(ctx context.Context, known *qualytics.Operation) error {
	run, err := r.reread(ctx, known)
	switch {
	case r.isGone(ctx, known.ID, err):
		return nil
	case err != nil || run.Finished():
		return err
	}
	return r.stop(ctx, run, true)
}

// maxRefusals is how often the API may refuse to delete the record of a Run that has ended. The
// worker may still be stopping at the first.
const maxRefusals = 3

// deleteRecord deletes the record of a Run that the state knows, after an active Run has ended or
// was aborted. A record that does not exist is not an error.
func (r *runs) deleteRecord(ctx context.Context, known *qualytics.Operation, abort bool) error {
	for refusals := 1; ; refusals++ {
		run, err := r.reread(ctx, known) // after a refusal, too: somebody may have resumed or deleted it
		switch {
		case r.isGone(ctx, known.ID, err):
			return nil
		case err != nil:
			return err
		case !run.Finished():
			if err := r.stop(ctx, run, abort); err != nil {
				return err
			}
		}
		refused := r.client.Delete(ctx, run.ID)
		switch {
		case refused == nil, qualytics.IsNotFound(refused):
			r.deleted.Store(run.ID, true)
			return nil
		case !qualytics.IsConflict(refused) || refusals == maxRefusals || !sleep(ctx, min(time.Second, r.poller.MaxInterval)):
			subject := actionOn(qualytics.ActionDelete, run.ID).about(run).cleaningUp()
			subject.possible = qualytics.IsConflict(refused)
			return subject.failed(refused)
		}
	}
}

// sleep waits. It returns false if ctx ends.
func sleep(ctx context.Context, pause time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}

// aboutDeleted returns a sentence about the records that this process has deleted, or "". A lookup
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
	return "Replacing a resource deletes the record of its own Run first, and that may have been the last one that matched. " +
		"This apply has deleted: " + strings.Join(names, ", ") + "."
}

// isCanceled reports whether the caller's context was canceled, as opposed to timed out.
func isCanceled(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }
