// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	_ resource.ResourceWithConfigure        = (*runRerunResource)(nil)
	_ resource.ResourceWithConfigValidators = (*runRerunResource)(nil)
	_ resource.ResourceWithValidateConfig   = (*runRerunResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*runRerunResource)(nil)
	_ resource.ResourceWithImportState      = (*runRerunResource)(nil)
	_ resource.ResourceWithIdentity         = (*runRerunResource)(nil)
)

func newRunRerunResource() resource.Resource { return &runRerunResource{} }

// runRerunResource reruns a Run when it is created and whenever its triggers change. Destroying it
// deletes the record of the new Run.
type runRerunResource struct{ runs *runs }

func (r *runRerunResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_rerun"
	resp.ResourceBehavior.MutableIdentity = true // each rerun has a new id
}

func (r *runRerunResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	own := waitAttributes()
	own["id"] = schema.Int64Attribute{Computed: true, MarkdownDescription: "Id of the new Run."}
	own["run_id"] = schema.Int64Attribute{
		Optional:   true,
		Computed:   true,
		Validators: []validator.Int64{validID{}},
		MarkdownDescription: "Id of the Run to rerun. " + possibleFor(qualytics.ActionRerun) +
			" Changing it to another Run's id reruns that Run, unless it is the id of the Run that the resource holds. " +
			"Exactly one of `run_id` and `latest` must be set. With `latest`, the id of the Run that was rerun.",
	}
	own["latest"] = latestAttribute()
	own["delete_on_destroy"] = schema.BoolAttribute{
		Optional: true,
		Computed: true,
		Default:  booldefault.StaticBool(true),
		MarkdownDescription: "Whether to delete a Run's record when the resource is destroyed, and when a later rerun supersedes the Run. " +
			"Defaults to `true`. What the Run produced (anomalies, computed data) is always kept.",
	}
	own["abort_on_destroy"] = schema.BoolAttribute{
		Optional: true,
		Computed: true,
		Default:  booldefault.StaticBool(true),
		MarkdownDescription: "Whether to abort a Run that is still active when the resource is destroyed. Defaults to `true`. " +
			"With `false`, the destroy waits for the Run to end before it deletes the record. " +
			"The same applies to an active Run that a later rerun supersedes.",
	}
	own["rerun_if_deleted"] = schema.BoolAttribute{
		Optional: true,
		Computed: true,
		Default:  booldefault.StaticBool(true),
		MarkdownDescription: "Whether to plan another rerun if the Run's record was deleted outside Terraform. Defaults to `true`. " +
			"With `false`, the last known state is kept, unless the Run failed the apply or its result is not known.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reruns a Run: starts a new Run with the configuration of an existing one when the resource is created " +
			"and whenever `triggers` changes, and waits for its result. The attributes are those of the new Run. " +
			"Its record is deleted when the resource is destroyed, or after a later rerun has passed. The original Run is never changed.",
		Attributes: runAttributes(ctx, qualytics.ActionRerun, timeouts.Opts{
			Create: true, Update: true, Delete: true,
			CreateDescription: "How long to wait for the Run when the resource is created, " +
				"including the wait for a source Run that is still active. A duration such as `90m`. Defaults to `60m`.",
			UpdateDescription: "How long to wait for the Run when the resource is updated, " +
				"including the wait for a source Run that is still active. A duration such as `90m`. Defaults to `60m`.",
			DeleteDescription: "How long an active Run may take to end before its record is deleted. A duration such as `20m`. Defaults to `10m`.",
		}, own),
	}
}

func (r *runRerunResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.Int64Attribute{RequiredForImport: true, Description: "Id of the Run that the resource holds."},
	}}
}

func (r *runRerunResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.runs = runsOf(req.ProviderData, &resp.Diagnostics)
}

func (r *runRerunResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{resourcevalidator.ExactlyOneOf(path.MatchRoot("run_id"), path.MatchRoot("latest"))}
}

func (r *runRerunResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config runRerunModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	validateGate(config.MaxAnomalies, config.WaitForCompletion, latestOperationType(config.Latest), &resp.Diagnostics)
}

func (r *runRerunResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan runRerunModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if req.State.Raw.IsNull() {
		r.checkRerun(ctx, &plan, plan.source(), &resp.Diagnostics)
		warnExpiry(r.runs, plan.waits(), timeoutOrDefault(ctx, plan.Timeouts.Create), &resp.Diagnostics)
		return
	}
	var state runRerunModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	private := loadPrivateState(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	update := plan.updateFrom(&state, private)
	switch update.step() {
	case stepStart:
		update.warnUnchanged(qualytics.ActionRerun, &resp.Diagnostics)
		source := plan.sourceAfter(&state)
		plan.heldRun = unknownRun()
		if !plan.Latest.IsNull() {
			plan.RunID = types.Int64Unknown() // known after apply
		}
		r.checkRerun(ctx, &plan, source, &resp.Diagnostics)
		warnExpiry(r.runs, plan.waits(), timeoutOrDefault(ctx, plan.Timeouts.Update), &resp.Diagnostics)
	case stepWait:
		plan.heldRun = state.unfinished()
		plan.keepRunID(&state)
		warnExpiry(r.runs, plan.waits(), timeoutOrDefault(ctx, plan.Timeouts.Update), &resp.Diagnostics)
	case stepKeep:
		plan.heldRun = state.heldRun
		plan.keepRunID(&state)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// checkRerun reports what would make a rerun fail.
func (r *runRerunResource) checkRerun(ctx context.Context, plan *runRerunModel, source runSource, diags *diag.Diagnostics) {
	if run := source.check(ctx, r.runs, false, diags); run != nil {
		validateGate(plan.MaxAnomalies, plan.WaitForCompletion, run.Type, diags)
	}
}

func (r *runRerunResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan runRerunModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultWaitTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	options := plan.options().within(timeout, "timeouts.create")
	options.nextApply = "Terraform marks the new resource as tainted: the next apply deletes the record of this Run and reruns. " +
		"To accept the Run instead, run `terraform untaint` with the resource's address, then change fail_on or max_anomalies.\n\n"
	options.unfinished = "Terraform marks the new resource as tainted: the next apply aborts that Run and starts over. " +
		"To continue waiting for it instead, run `terraform untaint` with the resource's address, then apply again."

	run := r.start(ctx, &plan, plan.source(), options, &resp.Diagnostics)
	if run == nil {
		return
	}
	resourceState{
		model: &plan, private: &privateState{},
		state: &resp.State, identity: resp.Identity, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}.follow(ctx, r.runs, run, options)
}

// start waits for the source Run to be terminal, then reruns it. It returns nil and reports the
// reason if no Run was started.
func (r *runRerunResource) start(
	ctx context.Context, plan *runRerunModel, source runSource, options waitOptions, diags *diag.Diagnostics,
) *qualytics.Operation {
	ctx, cancel := context.WithDeadline(ctx, options.deadline)
	defer cancel()
	run := source.findTerminal(ctx, r.runs, options, logProgress(ctx), diags)
	if run == nil {
		return nil
	}
	if !plan.Latest.IsNull() {
		plan.RunID = types.Int64Value(run.ID)
	}
	return r.runs.rerun(ctx, source, run, diags)
}

func (r *runRerunResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state runRerunModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	private := loadPrivateState(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	run, err := r.runs.readRecent(ctx, state.ID.ValueInt64(), state.Created)
	switch {
	case qualytics.IsNotFound(err):
		r.readDeleted(ctx, &state, private, resp)
		return
	case err != nil:
		addRunError(&resp.Diagnostics, err)
		return
	}
	private.Deleted = false
	if run.Result == qualytics.ResultSuccess && state.gate().passes(run) && len(private.Superseded) == 0 {
		private.Awaited = false // the next apply has nothing to wait for or to delete
	}
	resourceState{
		model: &state, private: &private,
		state: &resp.State, identity: resp.Identity, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}.hold(ctx, run)
}

// readDeleted removes the resource from the state after its record was deleted outside Terraform.
// It keeps the state if rerun_if_deleted is false, or if superseded records are still to be
// deleted.
func (r *runRerunResource) readDeleted(ctx context.Context, state *runRerunModel, private privateState, resp *resource.ReadResponse) {
	// The framework requires an identity, which states of Terraform before 1.12 lack.
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), state.ID)...)
	switch {
	case !trueIfNull(state.RerunIfDeleted), len(private.Superseded) > 0:
		private.Deleted = true
		resp.Diagnostics.Append(private.save(ctx, resp.Private)...)
	default:
		resp.Diagnostics.AddWarning("The record of "+runName(state.ID.ValueInt64())+" was deleted",
			"It was deleted outside Terraform, so the resource is no longer in the state. An apply creates it again, which reruns. "+
				"With rerun_if_deleted = false, a resource keeps the last known state instead.")
		resp.State.RemoveResource(ctx)
	}
}

func (r *runRerunResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var state, plan runRerunModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	private := loadPrivateState(ctx, req.Private, &resp.Diagnostics)
	timeout, diags := plan.Timeouts.Update(ctx, defaultWaitTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	options := plan.options().within(timeout, "timeouts.update")
	options.nextApply = "The next apply reruns it. "
	options.unfinished = "The next apply continues waiting for it."
	saved := resourceState{
		model: &plan, private: &private,
		state: &resp.State, identity: resp.Identity, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}

	var run *qualytics.Operation
	switch plan.updateFrom(&state, private).step() {
	case stepKeep:
		plan.keepRunID(&state)
		if saved.keep(ctx, state.heldRun, options) {
			r.deleteSuperseded(ctx, saved, &plan)
		}
	case stepWait:
		plan.keepRunID(&state)
		run = r.runs.readOrReport(ctx, state.ID.ValueInt64(), &resp.Diagnostics)
	case stepStart:
		run = r.start(ctx, &plan, plan.sourceAfter(&state), options, &resp.Diagnostics)
		if run != nil {
			private.Superseded = append(private.Superseded, state.ID.ValueInt64())
		}
	}
	if run != nil && saved.follow(ctx, r.runs, run, options) {
		r.deleteSuperseded(ctx, saved, &plan)
	}
}

// deleteSuperseded deletes the records of earlier Runs, unless delete_on_destroy is false.
func (r *runRerunResource) deleteSuperseded(ctx context.Context, saved resourceState, plan *runRerunModel) {
	timeout, diags := plan.Timeouts.Delete(ctx, defaultDeleteTimeout)
	saved.diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	private := saved.private
	if plan.DeleteOnDestroy.ValueBool() {
		private.Superseded = r.deleteRecords(ctx, plan, private.Superseded, saved.diagnostics)
	} else {
		private.Superseded = nil
	}
	saved.diagnostics.Append(private.save(ctx, saved.storage)...)
}

// deleteRecords deletes records until one cannot be deleted, and returns the Runs that are left. It
// keeps the Run in run_id, which the next rerun needs.
func (r *runRerunResource) deleteRecords(
	ctx context.Context, plan *runRerunModel, superseded []int64, diags *diag.Diagnostics,
) (kept []int64) {
	for i, id := range superseded {
		if plan.Latest.IsNull() && id == plan.RunID.ValueInt64() {
			kept = append(kept, id)
			continue
		}
		if err := r.runs.deleteRecord(ctx, id, false, plan.AbortOnDestroy.ValueBool()); err != nil {
			diags.AddWarning(fmt.Sprintf("The record of the superseded Run %d was not deleted", id),
				explainRunError(err)+"\n\nThe record is deleted after the next rerun that passes, or when the resource is destroyed.")
			return append(kept, superseded[i:]...)
		}
	}
	return kept
}

func (r *runRerunResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state runRerunModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	private := loadPrivateState(ctx, req.Private, &resp.Diagnostics)
	timeout, diags := state.Timeouts.Delete(ctx, defaultDeleteTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	id, active, abort := state.ID.ValueInt64(), !state.run().Finished(), trueIfNull(state.AbortOnDestroy)
	if !trueIfNull(state.DeleteOnDestroy) {
		if active && abort {
			addRunError(&resp.Diagnostics, r.runs.stop(ctx, id, abort))
		}
		return
	}
	if err := r.runs.deleteRecord(ctx, id, active, abort); err != nil {
		addRunError(&resp.Diagnostics, err)
		return
	}
	for _, superseded := range private.Superseded {
		addRunError(&resp.Diagnostics, r.runs.deleteRecord(ctx, superseded, false, abort))
	}
}
