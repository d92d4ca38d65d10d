// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// step is what an update does with the held Run.
type step int

const (
	stepKeep   step = iota // keep the Run
	stepStart              // run, rerun, resume or abort
	stepWait               // wait for the Run
	stepRefuse             // the Run does not pass, and nothing can be started for it: fail
)

// update is the input of the decision, which is the same during plan and apply.
type update struct {
	state, plan resourceModel
	private     privateState
}

// step decides. What the state shows counts, not what an earlier apply thought of it: whether the
// Run passes is judged by the gate in the configuration, each time.
func (u update) step() step {
	run, gate := u.held(), u.plan.gate()
	switch {
	case u.deleted(), u.changed():
		return stepStart
	case !gate.waits, u.private.Deleted && u.plan.cleanUp() == nil:
		return stepKeep
	case !u.private.Deleted && (u.private.Awaited || u.follows() && !u.ended()):
		return stepWait
	case u.private.Imported, u.private.Unjudged, gate.passes(run):
		return stepKeep
	case u.plan.action() == qualytics.ActionResume && !slices.Contains(qualytics.ActionResume.From(), run.Result):
		return stepRefuse
	}
	return stepStart
}

func (u update) held() *qualytics.Operation { return u.state.held() }

// ended reports whether the held Run has ended. One that shows an active result with an end time was
// waited for once.
func (u update) ended() bool {
	run := u.held()
	return run.Finished() || u.private.Ended && run.EndTime != ""
}

// follows reports whether the resource waits for its Run whenever that is active. The resource that
// aborts a Run does not: somebody may resume it later.
func (u update) follows() bool { return u.plan.action() != qualytics.ActionAbort }

// deleted reports whether the record of the held Run was deleted, and the Run must be replaced for
// this. The result of a Run whose record was deleted before it ended is unknown, and an unknown
// result does not pass.
func (u update) deleted() bool {
	cleanUp := u.plan.cleanUp()
	return u.private.Deleted && cleanUp != nil && (cleanUp.rerunsIfDeleted() || u.plan.gate().waits && !u.held().Finished())
}

// changed reports whether the configuration requires another Run. The first apply after an import
// adopts the configuration.
func (u update) changed() bool {
	return !u.private.Imported &&
		(u.plan.startsAnother(u.state) || !sameTriggers(u.state.shared().Triggers, u.plan.shared().Triggers))
}

// warn says why a plan requests another Run although the configuration does not require it.
// Otherwise, a reviewer could not tell why it does.
func (u update) warn(diags *diag.Diagnostics) {
	run := u.held()
	name, reason := runName(run.ID), "This is why the plan starts another Run."
	if u.plan.cleanUp() == nil {
		reason = "This is why the plan " + words[u.plan.action()].thirdPerson + " it again."
	}
	switch {
	case u.changed():
	case u.private.Deleted && u.plan.cleanUp() != nil && u.plan.cleanUp().rerunsIfDeleted():
		diags.AddWarning("The record of "+name+" was deleted",
			"It was deleted outside Terraform. "+reason+" To keep the last known state instead, set rerun_if_deleted to false.")
	case u.private.Deleted && !run.Finished():
		diags.AddWarning("The record of "+name+" was deleted",
			"It was deleted outside Terraform before its result was known. "+reason)
	default:
		diags.AddWarning(name+" does not pass",
			paragraphs(sentences(u.plan.gate().failure(run), reason,
				"To accept the Run as it is, change fail_on or max_anomalies so that it passes."), linkTo(run)))
	}
}

// sameTriggers compares triggers. Null and an empty map are the same.
func sameTriggers(a, b types.Map) bool {
	if a.IsUnknown() || b.IsUnknown() {
		return false
	}
	return len(a.Elements()) == 0 && len(b.Elements()) == 0 || a.Equal(b)
}
