// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// step is what an update does with the held Run.
type step int

const (
	stepKeep  step = iota // keep the Run
	stepStart             // rerun, resume or abort
	stepWait              // wait for the Run
)

// runUpdate is the input of the decision, which is the same during plan and apply.
type runUpdate struct {
	state, plan   *runModel
	sourceChanged bool // whether the configuration names another Run than the state
	imported      bool // whether this is the first apply after an import
	waited, waits bool // whether the last apply waited for the Run, and whether this one does
	gate          gate
	private       privateState

	rerunIfDeleted bool // whether the Run is replaced if its record was deleted
}

func (u runUpdate) step() step {
	switch {
	case u.deletedBefore(), u.failedBefore(), u.changed():
		return stepStart
	case u.private.Deleted:
		return stepKeep
	case u.waits && u.private.Awaited,
		u.waits && (!u.waited || u.imported) && !u.state.run().Finished():
		return stepWait
	}
	return stepKeep
}

// deletedBefore reports whether the record of the held Run was deleted, and the Run must be replaced
// for this. The result of a Run whose record was deleted before it ended is unknown, and an unknown
// result does not pass.
func (u runUpdate) deletedBefore() bool {
	return u.private.Deleted && (u.rerunIfDeleted || u.waits && !u.state.run().Finished())
}

// failedBefore reports whether the held Run failed the last apply, and would fail this one.
func (u runUpdate) failedBefore() bool {
	return u.private.Failed && u.waits && !u.gate.passes(u.state.run())
}

// changed reports whether the configuration requires another Run.
func (u runUpdate) changed() bool {
	return !u.imported && (u.sourceChanged || !sameTriggers(u.state.Triggers, u.plan.Triggers))
}

// warnUnchanged warns of a plan that requests another Run although the configuration does not require
// it. Otherwise, a reviewer could not tell why it does.
func (u runUpdate) warnUnchanged(action qualytics.Action, diags *diag.Diagnostics) {
	name := runName(u.state.ID.ValueInt64())
	switch {
	case u.changed():
	case u.failedBefore():
		diags.AddWarning(name+" failed an earlier apply",
			u.gate.failure(u.state.run())+" This is why the plan includes another "+string(action)+". "+
				"To accept the Run as it is, change fail_on or max_anomalies so that it passes.")
	case u.rerunIfDeleted:
		diags.AddWarning("The record of "+name+" was deleted",
			"It was deleted outside Terraform. This is why the plan includes another "+string(action)+". "+
				"To keep the last known state instead, set rerun_if_deleted to false.")
	default:
		diags.AddWarning("The record of "+name+" was deleted",
			"It was deleted outside Terraform before its result was known. This is why the plan includes another "+string(action)+".")
	}
}

// anotherRun reports whether the planned run_id differs from the state. The id of the held Run is
// no difference, because a lookup of the latest Run may return it.
func (m *runModel) anotherRun(state *runModel) bool {
	return !m.RunID.Equal(state.RunID) && !m.RunID.Equal(state.ID)
}

// sameTriggers compares triggers. Null and an empty map are the same.
func sameTriggers(a, b types.Map) bool {
	if a.IsUnknown() || b.IsUnknown() {
		return false
	}
	return len(a.Elements()) == 0 && len(b.Elements()) == 0 || a.Equal(b)
}

// run returns the held Run with what the gate needs: its result, end time and counters.
func (m operationModel) run() *qualytics.Operation {
	run := &qualytics.Operation{
		Result:  qualytics.Result(m.Result.ValueString()),
		EndTime: qualytics.Timestamp(m.EndTime.ValueString()),
		Status:  qualytics.Counters{},
	}
	for name, count := range m.Status.Elements() {
		if number, ok := count.(types.Number); ok {
			run.Status[name] = number.ValueBigFloat()
		}
	}
	return run
}
