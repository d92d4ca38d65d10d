// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
	"github.com/qualytics/terraform-provider-qualytics/internal/runwait"
)

// runs is what the provider's configuration gives to every resource, data source and action: the API,
// and how patiently to wait.
type runs struct {
	client *qualytics.Client
	pace   runwait.Pace
}

// configure takes what Configure was given: nothing while the provider is not configured yet.
func (r *runs) configure(data any, diags *diag.Diagnostics) {
	if data == nil {
		return
	}
	configured, ok := data.(*runs)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("The provider was configured with %T. This is a bug in the provider; please report it.", data))
		return
	}
	*r = *configured
}

// configured reports whether the API can be asked.
func (r *runs) configured() bool { return r.client != nil }

// retire deletes a Run's record. A Run that is still active is aborted first or, without abort, waited
// for. A record that is gone already is fine.
func (r *runs) retire(ctx context.Context, id int64, active, abort bool) (subject, error) {
	if active {
		if subject, err := r.halt(ctx, id, abort); err != nil {
			return subject, err
		}
	}
	err := r.client.Delete(ctx, id)
	if qualytics.IsConflict(err) { // active again: somebody resumed it, or the state was out of date
		if subject, err := r.halt(ctx, id, abort); err != nil {
			return subject, err
		}
		err = r.client.Delete(ctx, id)
	}
	if qualytics.IsNotFound(err) {
		err = nil
	}
	return actionOn(qualytics.ActionDelete, id), err
}

// halt sees to it that a Run is terminal: it aborts it, or only waits. A Run that is gone is fine.
func (r *runs) halt(ctx context.Context, id int64, abort bool) (subject, error) {
	operation := &qualytics.Operation{ID: id}
	if abort {
		aborted, err := r.client.Abort(ctx, id)
		switch {
		case qualytics.IsConflict(err), qualytics.IsNotFound(err): // ended meanwhile, or gone
			return subject{}, nil
		case err != nil:
			return actionOn(qualytics.ActionAbort, id), err
		}
		operation = aborted
	}
	if operation.Finished() {
		return subject{}, nil
	}
	_, err := r.pace.Until(ctx,
		func(ctx context.Context) (*qualytics.Operation, error) { return r.client.Operation(ctx, id) },
		(*qualytics.Operation).Finished, logProgress(ctx))
	if qualytics.IsNotFound(err) {
		err = nil
	}
	return subject{verb: "wait for the end of", object: runName(id)}, err
}
