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
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
	"github.com/qualytics/terraform-provider-qualytics/internal/runwait"
)

// runSource is the Run to act on, as the configuration names it.
type runSource struct {
	action   qualytics.Action
	at       path.Path            // the attribute that names the Run
	runID    types.Int64          // null: latest selects the Run
	latest   types.Object         // selects the Run if run_id is null or its record was deleted; null: nothing does
	held     *qualytics.Operation // the Run that the resource holds, which has the same configuration; nil: none
	inAction bool                 // in the configuration of a Terraform action
}

// runIDAttribute returns the argument that names the Run to act on.
func runIDAttribute(action qualytics.Action) map[string]schema.Attribute {
	return map[string]schema.Attribute{"run_id": schema.Int64Attribute{
		Required:            true,
		Validators:          []validator.Int64{validID{}},
		MarkdownDescription: "Id of the Run to " + string(action) + ". " + possibleFor(action),
	}}
}

// sourceOf returns the source that run_id names.
func sourceOf(action qualytics.Action, runID types.Int64) runSource {
	return runSource{action: action, at: path.Root("run_id"), runID: runID, latest: types.ObjectNull(latestType.AttrTypes)}
}

// ofAction returns the source for the diagnostics of a Terraform action.
func (s runSource) ofAction() runSource {
	s.inAction = true
	return s
}

// on returns the subject of diagnostics about the action.
func (s runSource) on(run *qualytics.Operation) subject {
	subject := actionOn(s.action, run.ID).about(run)
	subject.inAction = s.inAction
	return subject
}

// supports reports whether a Run certainly supports the action, so that it is not the cause of a
// conflict.
func (s runSource) supports(run *qualytics.Operation) bool {
	return slices.Contains(s.action.From(), run.Result) && slices.Contains(s.action.Types(), run.Type.Canonical())
}

// known reports whether the values that identify the Run are known.
func (s runSource) known(ctx context.Context) bool {
	_, known := latestFilters(ctx, s.latest)
	return !s.runID.IsUnknown() && (s.latest.IsNull() || known)
}

// find looks up the Run. If the record of run_id was deleted, it returns the held Run, with a
// warning. It returns nil and reports the reason if there is no Run.
func (s runSource) find(ctx context.Context, runs *runs, diags *diag.Diagnostics) *qualytics.Operation {
	if s.runID.IsNull() {
		return findLatest(ctx, runs, s.latest, diags)
	}
	id := s.runID.ValueInt64()
	if id < 1 {
		diags.AddAttributeError(s.at, "Invalid run_id",
			fmt.Sprintf("run_id must be the id of a Run, a whole number of 1 or more, not %d.", id))
		return nil
	}
	run, err := s.read(ctx, runs, id)
	switch {
	case err == nil:
		return run
	case !qualytics.IsNotFound(err):
		addErrorAt(diags, s.at, err)
		return nil
	case s.action == qualytics.ActionDelete: // invoking the action warns that the record is deleted
		return nil
	case !s.latest.IsNull():
		return findLatest(ctx, runs, s.latest, diags)
	case s.held != nil && s.held.ID != id:
		if own, ownErr := runs.reread(ctx, s.held); ownErr == nil {
			diags.AddAttributeWarning(s.at, runName(id)+" no longer exists", paragraphs(
				fmt.Sprintf("The record of Run %d was deleted. Run %d, which this resource holds, has the same configuration and is rerun instead. "+
					"Set run_id to a Run that exists, or use latest.", id, own.ID), linkTo(own)))
			return own
		}
	}
	diags.AddAttributeError(s.at, readingRun(id).summary(), paragraphs(readingRun(id).explain(err), s.whyMissing(runs, id)))
	return nil
}

// read reads a Run. The one that the resource holds must still be the same.
func (s runSource) read(ctx context.Context, runs *runs, id int64) (*qualytics.Operation, error) {
	if s.held != nil && s.held.ID == id {
		return runs.reread(ctx, s.held)
	}
	return runs.read(ctx, id)
}

// whyMissing explains why run_id names a Run that does not exist, and what to do.
func (s runSource) whyMissing(runs *runs, id int64) string {
	switch _, deleted := runs.deleted.Load(id); {
	case s.at.Equal(path.Root("latest")):
		return "It is the Run that this resource holds. Nothing was started. " +
			"Plan again with a refresh: it notices that the record is gone, and the plan looks up the latest Run."
	case deleted:
		return fmt.Sprintf("This apply deleted the record of Run %d: it replaced the resource, "+
			"and run_id is the Run that the replaced resource held. If run_id comes from a lookup of the latest Run, apply again. "+
			"To avoid this, use latest instead of run_id, or limit the lookup to Runs with the result `success`.", id)
	case s.held != nil && s.held.ID == id:
		return "This resource also holds that Run. Set run_id to a Run that exists, or use latest."
	case s.held != nil:
		return fmt.Sprintf("Run %d, which this resource holds, does not exist either. Set run_id to a Run that exists, or use latest.", s.held.ID)
	case s.action == qualytics.ActionRerun:
		return "Set run_id to a Run that exists, or use latest."
	}
	return ""
}

// check looks up the Run during the plan and reports what would make the apply fail. It returns nil
// if the Run is not known yet, does not exist or does not support the action.
func (s runSource) check(ctx context.Context, runs *runs, forced bool, diags *diag.Diagnostics) *qualytics.Operation {
	if runs == nil || !s.known(ctx) {
		return nil
	}
	run := s.find(ctx, runs, diags)
	if run == nil {
		return nil
	}
	action, subject, is := s.action, s.on(run), printable(string(run.Result))
	switch {
	case !action.SupportsType(run.Type):
		diags.AddAttributeError(s.at, subject.summary(), paragraphs(sentences(
			fmt.Sprintf("Run %d is of type `%s`, which cannot be %s.", run.ID, printable(string(run.Type)), words[action].participle),
			subject.conditions()), linkTo(run)))
		return nil
	case !run.Finished() && action.ActiveRun() == qualytics.ActiveWait:
		diags.AddAttributeWarning(s.at, runName(run.ID)+" is still active", paragraphs(
			fmt.Sprintf("Run %d is `%s`. The apply waits for it to end before it reruns it.", run.ID, is), linkTo(run)))
	case !run.Finished() && action.ActiveRun() == qualytics.ActiveWarn && !forced:
		diags.AddAttributeWarning(s.at, runName(run.ID)+" must end before the apply", paragraphs(sentences(
			fmt.Sprintf("Run %d is `%s`. The apply fails unless the Run has ended by then.", run.ID, is), subject.conditions()), linkTo(run)))
	case !run.Finished(), action == qualytics.ActionAbort, slices.Contains(action.From(), run.Result):
	case action == qualytics.ActionRerun: // the API decides about an unknown terminal result
	default:
		diags.AddAttributeError(s.at, subject.summary(),
			paragraphs(sentences(fmt.Sprintf("The result of Run %d is `%s`.", run.ID, is), subject.conditions()), linkTo(run)))
		return nil
	}
	return run
}

// findTerminal is find, but waits for an active Run to end.
func (s runSource) findTerminal(
	ctx context.Context, runs *runs, limit limit, progress runwait.Progress, diags *diag.Diagnostics,
) *qualytics.Operation {
	run := s.find(ctx, runs, diags)
	if run == nil {
		return nil
	}
	last, result, err := runs.wait(ctx, run, limit, nil, progress)
	name, nothing := runName(run.ID), "No Run was started."
	switch {
	case result == waitTerminal:
		return last
	case result == waitInterrupted:
		diags.AddError("Interrupted while waiting for "+name, paragraphs(
			sentences(name+" is still active and cannot be rerun until it has ended.", nothing), linkTo(run)))
	case result == waitTimedOut:
		diags.AddError("Timed out while waiting for "+name, paragraphs(sentences(
			fmt.Sprintf("%s is still `%s` after %s (%s) and cannot be rerun until it has ended.",
				name, printable(string(last.Result)), limit.timeout, limit.name),
			nothing, "Apply again later, or increase the timeout."), linkTo(run)))
	case qualytics.IsNotFound(err):
		diags.AddError(name+" was deleted while it was waited for",
			sentences("Its record was deleted before it could be rerun.", nothing, "Select another Run."))
	default:
		diags.AddError("Cannot follow "+name, paragraphs(readingRun(run.ID).explain(err), nothing, linkTo(run)))
	}
	return nil
}

// filterOfLatest returns the filter of latest that the API rejects.
func filterOfLatest(parameter qualytics.ParameterError) (path.Path, bool) {
	_, isFilter := latestType.AttrTypes[parameter.Parameter()]
	return path.Root("latest").AtName(parameter.Parameter()), isFilter
}

// findLatest looks up the latest Run that `latest` selects. It returns nil and reports the reason if
// there is none.
func findLatest(ctx context.Context, runs *runs, latest types.Object, diags *diag.Diagnostics) *qualytics.Operation {
	filter, _ := latestFilters(ctx, latest)
	if filter.Datastores[0] < 1 {
		diags.AddAttributeError(path.Root("latest").AtName("datastore"), "Invalid datastore",
			fmt.Sprintf("latest.datastore must be the id of a datastore, a whole number of 1 or more, not %d.", filter.Datastores[0]))
		return nil
	}
	run, err := latestRun(ctx, runs.client, filter)
	var none noRunError
	switch {
	case errors.As(err, &none):
		diags.AddAttributeError(path.Root("latest"), "No Run to rerun", paragraphs(err.Error(), runs.aboutDeleted()))
	case errors.Is(err, errUnfiltered):
		diags.AddAttributeError(path.Root("latest"), "No Run to rerun",
			"The Qualytics API returned Runs that do not match the filters of latest, or did not sort them, "+
				"so the latest Run is unknown. Set run_id instead.")
	case err != nil:
		addParameterErrors(diags, subject{verb: "look up", object: "the latest Run"}.failed(err), filterOfLatest)
	}
	return run
}
