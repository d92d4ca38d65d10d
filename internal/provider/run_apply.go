// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// runApply is one apply of a resource: what it does after it was decided.
type runApply struct {
	runs    *runs
	limit   limit
	saved   resourceState
	creates bool
}

// start starts a Run within the timeout. It returns nil if none was started, and has then reported
// the reason; the state stays as it was.
func (a runApply) start(ctx context.Context, starter starter) *acceptedRun {
	ctx, cancel := context.WithDeadline(ctx, a.limit.deadline)
	defer cancel()
	return starter.start(ctx, a.runs, a.limit, logProgress(ctx), a.saved.diagnostics)
}

// follow saves an accepted Run, waits for it if the gate requires it, saves and reports how it
// ended, and cleans up after a Run that passed.
func (a runApply) follow(ctx context.Context, run *acceptedRun) {
	model, gate := a.saved.model, a.saved.model.gate()
	model.started(run.source)
	tokenID := a.runs.tokenID()
	*a.saved.private = privateState{
		Awaited: gate.waits && !run.ended, Resumed: run.resumed, User: a.saved.private.knownUser(tokenID), TokenID: tokenID,
	}
	a.saved.hold(ctx, run.Operation)
	// If the provider is killed now, this line is the only record of the Run's id.
	tflog.Info(ctx, "Accepted: "+progressLine(run.Operation), linkField(run.Operation))
	bounded, cancel := context.WithDeadline(ctx, a.limit.deadline)
	defer cancel()
	run.warnOthers(bounded, a.saved.diagnostics)
	switch {
	case run.ended:
	case gate.waits:
		a.wait(ctx, run.Operation)
	default:
		a.cleanUp(ctx)
	}
}

// wait waits for the Run, saves and reports how it ended, and cleans up after a Run that passed.
func (a runApply) wait(ctx context.Context, run *qualytics.Operation) {
	private, gate := a.saved.private, a.saved.model.gate()
	run, result, err := a.runs.wait(ctx, run, a.limit, private.Resumed.shows, logProgress(ctx))
	report := a.report(run)
	switch {
	case result == waitTerminal:
		private.Awaited, private.Resumed, private.Ended = false, nil, !run.Finished()
		private.learnUser(run)
		a.saved.hold(ctx, run)
		report.ended(ctx, a.runs.client, run, a.saved.diagnostics)
		if gate.passes(run) && run.Result == gate.expected {
			a.cleanUp(ctx)
		}
	case qualytics.IsNotFound(err) && result == waitFailed:
		private.Awaited, private.Deleted = false, true
		a.saved.hold(ctx, run)
		a.reportDeleted(report, run, result, err)
	default:
		a.saved.hold(ctx, run)
		report.stillActive(run, result, err, a.saved.diagnostics)
	}
}

// reportDeleted reports that the record was deleted during the wait. A Run that was to be aborted
// need not be any more.
func (a runApply) reportDeleted(report report, run *qualytics.Operation, result waitResult, err error) {
	if a.saved.model.action() == qualytics.ActionAbort {
		a.saved.diagnostics.AddWarning("The record of "+runName(run.ID)+" was deleted",
			"It was deleted outside this apply, so there is nothing left to abort.")
		return
	}
	report.stillActive(run, result, err, a.saved.diagnostics)
}

// continueWait continues the wait of an earlier apply. If the Run cannot be read at first, the wait
// polls it, with its patience; but another Run with that id is never waited for.
func (a runApply) continueWait(ctx context.Context, state resourceModel) {
	a.keepComputed(state)
	bounded, cancel := context.WithDeadline(ctx, a.limit.deadline)
	defer cancel()
	held := state.held()
	run, err := a.runs.reread(bounded, held)
	if isOtherRun(err) {
		addError(a.saved.diagnostics, err)
		return
	}
	if err != nil {
		run = held
		run.Result, run.EndTime = qualytics.ResultRunning, ""
	}
	a.saved.private.Awaited, a.saved.private.Imported, a.saved.private.Unjudged = true, false, false
	a.saved.hold(ctx, run)
	a.wait(ctx, run)
}

// keep saves the arguments of a resource whose Run stays the same. If superseded records are left
// and the Run passes, it deletes them.
func (a runApply) keep(ctx context.Context, state resourceModel) {
	model, private := a.saved.model, a.saved.private
	a.keepComputed(state)
	private.Imported, private.Unjudged = false, private.Imported || private.Unjudged
	a.saved.save(ctx)
	run, gate := state.held(), model.gate()
	if gate.waits && !private.Deleted && run.Result == gate.expected && gate.passes(run) {
		a.cleanUp(ctx)
	}
}

// keepComputed takes what the provider computes from the state.
func (a runApply) keepComputed(state resourceModel) {
	model := a.saved.model
	model.keep(state)
	model.shared().Run = state.shared().Run
	if cleanUp := model.cleanUp(); cleanUp != nil {
		cleanUp.SupersededRuns = state.cleanUp().SupersededRuns
	}
}

// refuse reports that the Run does not pass, and that nothing can be started for it.
func (a runApply) refuse(ctx context.Context, state resourceModel) {
	a.keepComputed(state)
	a.saved.save(ctx)
	a.report(state.held()).ended(ctx, a.runs.client, state.held(), a.saved.diagnostics)
}

// supersede records the Run that the resource held until now; state is nil in a create.
func (a runApply) supersede(ctx context.Context, state resourceModel) {
	cleanUp := a.saved.model.cleanUp()
	if cleanUp == nil {
		return
	}
	var records []*qualytics.Operation
	if state != nil {
		records = append(state.cleanUp().superseded(ctx, a.saved.diagnostics), state.held())
	}
	cleanUp.setSuperseded(ctx, records, a.saved.diagnostics)
}

// cleanUp deletes the records of superseded Runs.
func (a runApply) cleanUp(ctx context.Context) {
	model := a.saved.model
	cleanUp := model.cleanUp()
	if cleanUp == nil || len(cleanUp.superseded(ctx, a.saved.diagnostics)) == 0 {
		return
	}
	timeout, diags := model.shared().Timeouts.Delete(ctx, defaultDeleteTimeout)
	a.saved.diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cleanUp.deleteSuperseded(ctx, a.runs, model.named(), a.saved.diagnostics)
	a.saved.save(ctx)
}

// report returns how to report the end of the Run.
func (a runApply) report(run *qualytics.Operation) report {
	model := a.saved.model
	failed, unfinished := model.next(run, a.creates)
	report := report{operation: "apply", gate: model.gate(), limit: a.limit, nextApply: failed, unfinished: unfinished}
	if model.cleanUp() == nil {
		report.deleted = "To continue, set run_id to another Run, or remove the resource from the configuration."
	}
	return report
}

func linkField(run *qualytics.Operation) map[string]any {
	if run.URL == nil {
		return nil
	}
	return map[string]any{"url": printable(*run.URL)}
}
