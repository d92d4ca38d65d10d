// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// step is what an update does about the Run that a resource holds.
type step int

const (
	stepKeep  step = iota // keep the Run as it is
	stepStart             // request what the resource is about
	stepWait              // wait for the Run
)

// runUpdate is what decides on the step, the same while planning and while applying.
type runUpdate struct {
	state, plan   *runModel
	sourceChanged bool // whether the configuration names another Run than the state does
	imported      bool // whether this is the first apply after an import
	waited, waits bool // whether the last apply waited for the Run, and whether this one does
	gate          gate
	private       privateState
}

// step decides what the update does.
func (u runUpdate) step() step {
	switch {
	case u.private.Deleted,
		u.private.Failed && u.waits && !u.gate.passes(u.state.run()),
		!u.imported && (u.sourceChanged || !sameTriggers(u.state.Triggers, u.plan.Triggers)):
		return stepStart
	case u.waits && u.private.Awaited,
		u.waits && (!u.waited || u.imported) && !u.state.run().Finished():
		return stepWait
	}
	return stepKeep
}

// anotherRun reports whether a planned run_id names another Run than the state does. The id of the Run
// that the resource holds is no other: a lookup of the latest Run has found it.
func (m *runModel) anotherRun(state *runModel) bool {
	return !m.RunID.Equal(state.RunID) && !m.RunID.Equal(state.ID)
}

// sameTriggers compares triggers. None and an empty map are the same.
func sameTriggers(a, b types.Map) bool {
	if a.IsUnknown() || b.IsUnknown() {
		return false
	}
	return len(a.Elements()) == 0 && len(b.Elements()) == 0 || a.Equal(b)
}

// run is the held Run as far as decisions need it: how it ended, and its counters.
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
