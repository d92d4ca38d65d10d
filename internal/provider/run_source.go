// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
	"github.com/qualytics/terraform-provider-qualytics/internal/runwait"
)

// runSource is the Run to act on, as the configuration names it.
type runSource struct {
	action   qualytics.Action
	runID    types.Int64
	latest   types.Object // null: run_id names the Run
	own      int64        // the Run that the resource holds, which has the same configuration; 0: none
	user     string       // who triggered the held Run; empty if unknown
	inAction bool         // in the configuration of a Terraform action
}

// on returns the subject of diagnostics about the action.
func (s runSource) on(id int64) subject {
	subject := actionOn(s.action, id)
	subject.inAction = s.inAction
	return subject
}

// known reports whether the values that identify the Run are known.
func (s runSource) known(ctx context.Context) bool {
	if s.latest.IsNull() {
		return !s.runID.IsUnknown()
	}
	_, known := latestFilters(ctx, s.latest)
	return known
}

// attribute returns the path of the attribute that names the Run.
func (s runSource) attribute() path.Path {
	if s.latest.IsNull() {
		return path.Root("run_id")
	}
	return path.Root("latest")
}

// find looks up the Run. If the record of run_id was deleted, it returns the held Run, with a
// warning. It returns nil and reports the reason if there is no Run.
func (s runSource) find(ctx context.Context, runs *runs, diags *diag.Diagnostics) *qualytics.Operation {
	if !s.latest.IsNull() {
		return s.findLatest(ctx, runs, diags)
	}
	id := s.runID.ValueInt64()
	if id < 1 {
		diags.AddAttributeError(path.Root("run_id"), "Invalid run_id",
			fmt.Sprintf("run_id must be the id of a Run, a whole number of 1 or more, not %d.", id))
		return nil
	}
	run, err := runs.client.Operation(ctx, id)
	switch {
	case err == nil:
		return run
	case !qualytics.IsNotFound(err):
		addErrorAt(diags, path.Root("run_id"), readingRun(id), err)
		return nil
	case s.action == qualytics.ActionDelete: // invoking the action warns that the record is deleted
		return nil
	case s.own != 0 && s.own != id:
		if own, ownErr := runs.client.Operation(ctx, s.own); ownErr == nil {
			diags.AddAttributeWarning(path.Root("run_id"), runName(id)+" no longer exists",
				fmt.Sprintf("The record of Run %d was deleted. Run %d, which this resource holds, has the same configuration and is rerun instead. "+
					"Set run_id to a Run that exists, or use latest.", id, own.ID))
			return own
		}
	}
	diags.AddAttributeError(path.Root("run_id"), readingRun(id).summary(), readingRun(id).explain(err)+s.whyMissing(runs, id))
	return nil
}

// whyMissing explains why run_id names a Run that does not exist, and what to do.
func (s runSource) whyMissing(runs *runs, id int64) string {
	switch _, deleted := runs.deleted.Load(id); {
	case deleted:
		return fmt.Sprintf("\n\nThis apply deleted the record of Run %d: it replaced the resource, "+
			"and run_id is the Run that the replaced resource held. If run_id comes from a lookup of the latest Run, apply again. "+
			"To avoid this, use latest instead of run_id, or limit the lookup to Runs with the result `success`.", id)
	case s.own == id:
		return "\n\nThis resource also holds that Run. Set run_id to a Run that exists, or use latest."
	case s.own != 0:
		return fmt.Sprintf("\n\nRun %d, which this resource holds, does not exist either. Set run_id to a Run that exists, or use latest.", s.own)
	case s.action == qualytics.ActionRerun:
		return "\n\nSet run_id to a Run that exists, or use latest."
	}
	return ""
}

func (s runSource) findLatest(ctx context.Context, runs *runs, diags *diag.Diagnostics) *qualytics.Operation {
	filter, _ := latestFilters(ctx, s.latest)
	if filter.Datastores[0] < 1 {
		diags.AddAttributeError(path.Root("latest").AtName("datastore"), "Invalid datastore",
			fmt.Sprintf("latest.datastore must be the id of a datastore, a whole number of 1 or more, not %d.", filter.Datastores[0]))
		return nil
	}
	run, err := latestRun(ctx, runs.client, filter)
	var none noRunError
	switch {
	case errors.As(err, &none):
		diags.AddAttributeError(path.Root("latest"), "No Run to rerun", err.Error()+runs.aboutDeleted())
	case errors.Is(err, errUnfiltered):
		diags.AddAttributeError(path.Root("latest"), "No Run to rerun",
			"The Qualytics API returned Runs that do not match the filters of latest, or did not sort them, "+
				"so the latest Run is unknown. Set run_id instead.")
	case err != nil:
		addError(diags, subject{verb: "look up", object: "the latest Run"}, err)
	}
	return run
}

// check looks up the Run during the plan and reports what would make the apply fail. It returns nil
// if the Run is not known yet, does not exist or does not support the action.
func (s runSource) check(ctx context.Context, runs *runs, forceAbort bool, diags *diag.Diagnostics) *qualytics.Operation {
	if runs == nil || !s.known(ctx) {
		return nil
	}
	run := s.find(ctx, runs, diags)
	if run == nil {
		return nil
	}
	at, action, subject := s.attribute(), s.action, s.on(run.ID)
	switch {
	case !action.SupportsType(run.Type):
		diags.AddAttributeError(at, subject.summary(),
			fmt.Sprintf("Run %d is of type `%s`, which cannot be %s. ", run.ID, run.Type, pastParticiple[action])+subject.conditions())
		return nil
	case slices.Contains(action.From(), run.Result), action == qualytics.ActionAbort:
	case action == qualytics.ActionRerun && !run.Finished():
		diags.AddAttributeWarning(at, runName(run.ID)+" is still active",
			fmt.Sprintf("Run %d is `%s`. The apply waits for it to end before it reruns it.", run.ID, run.Result))
	case action == qualytics.ActionRerun: // the API decides about an unknown terminal result
	case run.Finished():
		diags.AddAttributeError(at, subject.summary(), fmt.Sprintf("The result of Run %d is `%s`. ", run.ID, run.Result)+subject.conditions())
		return nil
	case !forceAbort:
		diags.AddAttributeWarning(at, runName(run.ID)+" must end before the apply",
			fmt.Sprintf("Run %d is `%s`. The apply fails unless the Run has ended by then. ", run.ID, run.Result)+subject.conditions())
	}
	return run
}

// findTerminal is find, but waits for an active Run to end.
func (s runSource) findTerminal(
	ctx context.Context, runs *runs, options waitOptions, progress runwait.Progress, diags *diag.Diagnostics,
) *qualytics.Operation {
	run := s.find(ctx, runs, diags)
	if run == nil {
		return nil
	}
	last, result, err := runs.wait(ctx, run, options, progress)
	name, nothing := runName(run.ID), " No Run was started."
	switch {
	case result == waitTerminal:
		return last
	case result == waitInterrupted:
		diags.AddError("Interrupted while waiting for "+name, name+" is still active and cannot be rerun until it has ended."+nothing)
	case result == waitTimedOut:
		diags.AddError("Timed out while waiting for "+name,
			fmt.Sprintf("%s is still `%s` after %s (%s) and cannot be rerun until it has ended.%s Apply again later, or increase the timeout.",
				name, last.Result, options.timeout, options.timeoutName, nothing))
	case qualytics.IsNotFound(err):
		diags.AddError(name+" was deleted while it was waited for",
			"Its record was deleted before it could be rerun."+nothing+" Select another Run.")
	default:
		diags.AddError("Cannot follow "+name, readingRun(run.ID).explain(err)+"\n\n"+nothing[1:])
	}
	return nil
}
