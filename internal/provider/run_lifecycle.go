// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	_ resource.ResourceWithConfigure      = (*runRerunResource)(nil)
	_ resource.ResourceWithValidateConfig = (*runRerunResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*runRerunResource)(nil)
)

// runLifecycle is the life of a Run in a resource, the same for all of them: start, save, wait, save,
// judge, clean up. The model says what is started.
type runLifecycle struct {
	runs           *runs
	newModel       func() resourceModel
	defaultTimeout time.Duration // of the wait
}

func (r *runLifecycle) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.runs = runsOf(req.ProviderData, &resp.Diagnostics)
}

func (r *runLifecycle) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	config := r.newModel()
	if load(ctx, req.Config.Raw, req.Config.Schema, config).HasError() {
		return // the framework reports values of the wrong type
	}
	if validated, ok := config.(interface{ validateConfig(*diag.Diagnostics) }); ok {
		validated.validateConfig(&resp.Diagnostics)
	}
}

func (r *runLifecycle) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	plan, timeout := r.newModel(), r.defaultTimeout
	resp.Diagnostics.Append(load(ctx, req.Plan.Raw, req.Plan.Schema, plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if req.State.Raw.IsNull() {
		timeout, _ = plan.shared().Timeouts.Create(ctx, timeout)
		r.planStart(ctx, plan, nil, privateState{}, timeout, &resp.Diagnostics)
		plan.planned(nil, nil)
		if cleanUp := plan.cleanUp(); cleanUp != nil {
			cleanUp.setSuperseded(ctx, nil, &resp.Diagnostics)
		}
		raw, diags := store(ctx, req.Plan.Schema, plan)
		resp.Diagnostics.Append(diags...)
		resp.Plan.Raw = raw
		return
	}
	state, private := r.loadState(ctx, req.State, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	timeout, _ = plan.shared().Timeouts.Update(ctx, timeout)
	update := update{state: state, plan: plan, private: private}
	switch update.step() {
	case stepStart:
		update.warn(&resp.Diagnostics)
		plan.shared().Run = unknownRun()
		source := r.planStart(ctx, plan, state, private, timeout, &resp.Diagnostics)
		if !req.Config.Raw.IsFullyKnown() {
			source = nil // the apply may keep the Run, once all values are known
		}
		plan.planned(source, state)
	case stepWait:
		plan.shared().Run = state.shared().Run.followed()
		plan.keep(state)
		r.runs.warnExpiry(timeout, &resp.Diagnostics)
	case stepRefuse: // the apply fails; a plan without changes would hide that the gate is shut
		plan.shared().Run = state.shared().Run.followed()
		plan.keep(state)
	case stepKeep:
		plan.shared().Run = state.shared().Run
		plan.keep(state)
		if private.Imported { // the only Run that was not checked before it was held
			plan.wait().validate(state.held().Type, &resp.Diagnostics)
		}
	}
	resp.Plan.Raw = r.storePlan(ctx, update, req, &resp.Diagnostics)
}

// storePlan returns the plan. The superseded Runs are unknown in it if the apply may change them:
// it adds the held Run, or deletes their records.
func (r *runLifecycle) storePlan(
	ctx context.Context, update update, req resource.ModifyPlanRequest, diags *diag.Diagnostics,
) tftypes.Value {
	cleanUp, step := update.plan.cleanUp(), update.step()
	pending := false
	if cleanUp != nil {
		cleanUp.SupersededRuns = update.state.cleanUp().SupersededRuns
		pending = len(cleanUp.SupersededRuns.Elements()) > 0 && !update.private.Deleted
	}
	raw, storeDiags := store(ctx, req.Plan.Schema, update.plan)
	if cleanUp != nil && step == stepStart || pending && (step == stepWait || !raw.Equal(req.State.Raw)) {
		cleanUp.SupersededRuns = types.ListUnknown(supersededType)
		raw, storeDiags = store(ctx, req.Plan.Schema, update.plan)
	}
	diags.Append(storeDiags...)
	return raw
}

// planStart checks what would make the start fail, and returns the Run that it acts on for certain.
// state is nil in a create.
func (r *runLifecycle) planStart(
	ctx context.Context, plan, state resourceModel, private privateState, timeout time.Duration, diags *diag.Diagnostics,
) *qualytics.Operation {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	source := plan.starter(state, private, r.runs.tokenID()).check(ctx, r.runs, plan.wait(), diags)
	if plan.gate().waits {
		r.runs.warnExpiry(timeout, diags)
	}
	return source
}

func (r *runLifecycle) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := r.newModel()
	resp.Diagnostics.Append(load(ctx, req.Plan.Raw, req.Plan.Schema, plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	timeout, diags := plan.shared().Timeouts.Create(ctx, r.defaultTimeout)
	resp.Diagnostics.Append(diags...)
	apply := runApply{runs: r.runs, limit: within(timeout, "timeouts.create"), creates: true, saved: resourceState{
		model: plan, private: &privateState{}, state: &resp.State, identity: resp.Identity, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}}
	apply.supersede(ctx, nil)
	if run := apply.start(ctx, plan.starter(nil, privateState{}, r.runs.tokenID())); run != nil {
		apply.follow(ctx, run)
	}
}

func (r *runLifecycle) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state, private := r.loadState(ctx, req.State, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	saved := resourceState{
		model: state, private: &private, state: &resp.State, identity: resp.Identity, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}
	held := state.held()
	run, err := r.runs.reread(ctx, held)
	switch {
	case r.runs.isGone(ctx, held.ID, err):
		r.readDeleted(ctx, saved)
	case qualytics.IsNotFound(err): // a lagging replica: the list has the Run
		saved.save(ctx)
	case err != nil:
		addError(&resp.Diagnostics, err)
	default:
		private.Deleted = false
		private.Awaited = private.Awaited && !r.settled(state, private, run)
		saved.hold(ctx, run)
	}
}

// settled reports whether the next apply has nothing to wait for, to judge or to delete.
func (r *runLifecycle) settled(state resourceModel, private privateState, run *qualytics.Operation) bool {
	gate, cleanUp := state.gate(), state.cleanUp()
	return run.Finished() && !private.Resumed.shows(run) &&
		run.Result == gate.expected && gate.passes(run) && gate.shortfall(run) == "" &&
		(cleanUp == nil || len(cleanUp.SupersededRuns.Elements()) == 0)
}

// readDeleted removes the resource from the state after the record of its Run was deleted outside
// Terraform. It keeps the state if the resource does not own the record, if rerun_if_deleted is
// false, or if superseded records are still to be deleted.
func (r *runLifecycle) readDeleted(ctx context.Context, saved resourceState) {
	cleanUp := saved.model.cleanUp()
	if cleanUp == nil || !cleanUp.rerunsIfDeleted() || len(cleanUp.superseded(ctx, saved.diagnostics)) > 0 {
		saved.private.Deleted = true
		saved.save(ctx)
		return
	}
	saved.diagnostics.AddWarning("The record of "+runName(saved.model.shared().Run.id())+" was deleted",
		"It was deleted outside Terraform, or the provider's url is that of another deployment. "+
			"The resource is no longer in the state. An apply creates it again, which starts another Run. "+
			"With rerun_if_deleted = false, a resource keeps the last known state instead.")
	if saved.identity != nil { // the framework requires one, which states of Terraform before 1.12 lack
		saved.diagnostics.Append(saved.identity.SetAttribute(ctx, path.Root("id"), saved.model.shared().Run.id())...)
	}
	saved.state.RemoveResource(ctx)
}

func (r *runLifecycle) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := r.newModel()
	resp.Diagnostics.Append(load(ctx, req.Plan.Raw, req.Plan.Schema, plan)...)
	state, private := r.loadState(ctx, req.State, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	timeout, diags := plan.shared().Timeouts.Update(ctx, r.defaultTimeout)
	resp.Diagnostics.Append(diags...)
	apply := runApply{runs: r.runs, limit: within(timeout, "timeouts.update"), saved: resourceState{
		model: plan, private: &private, state: &resp.State, identity: resp.Identity, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}}
	switch (update{state: state, plan: plan, private: private}).step() {
	case stepKeep:
		apply.keep(ctx, state)
	case stepWait:
		apply.continueWait(ctx, state)
	case stepRefuse:
		apply.refuse(ctx, state)
	case stepStart:
		if run := apply.start(ctx, plan.starter(state, private, r.runs.tokenID())); run != nil {
			apply.supersede(ctx, state)
			apply.follow(ctx, run)
		}
	}
}

// ImportState refuses an import. Only a rerun can be imported: what the others start, or act on, does
// not follow from a Run.
func (r *runLifecycle) ImportState(_ context.Context, _ resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resp.Diagnostics.AddError("Import is not supported",
		"Only qualytics_run_rerun can import a Run: write a resource of that type, and import the id of the Run into it.")
}

// Delete deletes the records that the resource owns, or only removes the resource from the state.
func (r *runLifecycle) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state, private := r.loadState(ctx, req.State, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || state.cleanUp() == nil || private.Imported { // nothing owns an imported Run yet
		return
	}
	timeout, diags := state.shared().Timeouts.Delete(ctx, defaultDeleteTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	state.cleanUp().destroy(ctx, r.runs, state.held(), &resp.Diagnostics)
}

// loadState reads the state. States of version 0.1 and 0.2 have the superseded Runs in the private
// state, and neither run_id nor latest after an import.
func (r *runLifecycle) loadState(
	ctx context.Context, state tfsdk.State, storage privateStorage, diags *diag.Diagnostics,
) (resourceModel, privateState) {
	model := r.newModel()
	diags.Append(load(ctx, state.Raw, state.Schema, model)...)
	private := loadPrivateState(ctx, storage, diags)
	if cleanUp := model.cleanUp(); cleanUp != nil && len(private.Superseded) > 0 {
		records := cleanUp.superseded(ctx, diags)
		for _, id := range private.Superseded {
			records = append(records, &qualytics.Operation{ID: id})
		}
		cleanUp.setSuperseded(ctx, records, diags)
	}
	private.Superseded = nil
	if rerun, ok := model.(*runRerunModel); ok && rerun.RunID.IsNull() && rerun.Latest.IsNull() {
		private.Imported = true // by version 0.1 or 0.2
	}
	return model, private
}
