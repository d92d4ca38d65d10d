// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
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

// runRerunResource is a rerun of a Run. It reruns again when its triggers change. Its record is deleted with it.
type runRerunResource struct{ runs *runs }

type runRerunModel struct {
	runModel
	waitModel
	Latest          types.Object `tfsdk:"latest"`
	DeleteOnDestroy types.Bool   `tfsdk:"delete_on_destroy"`
	AbortOnDestroy  types.Bool   `tfsdk:"abort_on_destroy"`
	RerunIfDeleted  types.Bool   `tfsdk:"rerun_if_deleted"`
}

func (r *runRerunResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_rerun"
	resp.ResourceBehavior.MutableIdentity = true // each rerun is a new Run with an id of its own
}

func (r *runRerunResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	own := waitAttributes()
	own["id"] = schema.Int64Attribute{Computed: true, MarkdownDescription: "Id of the new Run."}
	own["run_id"] = schema.Int64Attribute{
		Optional:            true,
		Computed:            true,
		Validators:          []validator.Int64{int64validator.AtLeast(0)},
		MarkdownDescription: "Id of the Run to rerun. " + possibleFor(qualytics.ActionRerun) + " Changing it to another Run's id reruns that Run, unless it is the id of the Run that the resource holds. Exactly one of `run_id` and `latest` must be set. With `latest`, the id of the Run that was rerun.",
	}
	own["latest"] = latestAttribute()
	own["delete_on_destroy"] = schema.BoolAttribute{
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(true),
		MarkdownDescription: "Whether the record of a Run is deleted when the resource is destroyed, and when a later rerun supersedes it. Defaults to `true`. What the Run produced (anomalies, computed data) is kept in any case.",
	}
	own["abort_on_destroy"] = schema.BoolAttribute{
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(true),
		MarkdownDescription: "Whether a Run that is still active when the resource is destroyed is aborted. Defaults to `true`. With `false`, the destroy waits for the Run to end before it deletes the record.",
	}
	own["rerun_if_deleted"] = schema.BoolAttribute{
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(true),
		MarkdownDescription: "What to do when the Run's record was deleted outside Terraform: plan another rerun (`true`), or keep the last known state (`false`). Defaults to `true`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reruns a Run: starts a new Run with the configuration of an existing one when the resource is created and whenever `triggers` changes, and waits for its result. The attributes are those of the new Run. Its record is deleted when the resource is destroyed, or when a later rerun has passed. The Run that is rerun is never changed.",
		Attributes: runAttributes(ctx, qualytics.ActionRerun, timeouts.Opts{
			Create: true, Update: true, Delete: true,
			CreateDescription: "How long to wait for the Run, and before that for a source Run that is still active, when the resource is created. A duration such as `90m`. Defaults to `60m`.",
			UpdateDescription: "How long to wait for the Run, and before that for a source Run that is still active, when the resource is updated. A duration such as `90m`. Defaults to `60m`.",
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
		r.checkRerun(ctx, &plan, 0, &resp.Diagnostics)
		warnExpiry(r.runs, plan.waits(), orDefault(ctx, plan.Timeouts.Create), &resp.Diagnostics)
		return
	}
	var state runRerunModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	private := loadPrivateState(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	switch plan.updateFrom(&state, private).step() {
	case stepStart:
		plan.heldRun = unknownRun()
		if !plan.Latest.IsNull() {
			plan.RunID = types.Int64Unknown() // decided when the plan is applied
		}
		r.checkRerun(ctx, &plan, state.ID.ValueInt64(), &resp.Diagnostics)
		warnExpiry(r.runs, plan.waits(), orDefault(ctx, plan.Timeouts.Update), &resp.Diagnostics)
	case stepWait:
		plan.heldRun = state.unfinished()
		plan.keepRunID(&state)
		warnExpiry(r.runs, plan.waits(), orDefault(ctx, plan.Timeouts.Update), &resp.Diagnostics)
	case stepKeep:
		plan.heldRun = state.heldRun
		plan.keepRunID(&state)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// checkRerun checks what can be checked of a rerun before it is requested.
func (r *runRerunResource) checkRerun(ctx context.Context, plan *runRerunModel, own int64, diags *diag.Diagnostics) {
	if source := plan.source(own).check(ctx, r.runs, false, diags); source != nil {
		validateGate(plan.MaxAnomalies, plan.WaitForCompletion, source.Type, diags)
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
	options.again = "The next apply reruns it. "
	options.unfinished = "Terraform marks the new resource as tainted: the next apply aborts that Run and starts over. To continue waiting for it instead, run `terraform untaint` with the resource's address, then apply again."

	run := r.start(ctx, &plan, 0, options, &resp.Diagnostics)
	if run == nil {
		return
	}
	resourceState{
		model: &plan, private: &privateState{},
		state: &resp.State, identity: resp.Identity, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}.follow(ctx, r.runs, run, options)
}

// start requests a rerun of the source Run, once that is terminal. It reports why there is none, and
// returns nil.
func (r *runRerunResource) start(ctx context.Context, plan *runRerunModel, own int64, options waitOptions, diags *diag.Diagnostics) *qualytics.Operation {
	ctx, cancel := context.WithDeadline(ctx, options.deadline)
	defer cancel()
	source := plan.source(own)
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
	run, err := r.runs.readYoung(ctx, state.ID.ValueInt64(), state.Created)
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
		private.Awaited = false // nothing is left to wait for
	}
	resourceState{
		model: &state, private: &private,
		state: &resp.State, identity: resp.Identity, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}.hold(ctx, run)
}

// readDeleted removes a resource whose record was deleted outside Terraform, unless the last known state is
// to be kept, or there are superseded records that must not be forgotten.
func (r *runRerunResource) readDeleted(ctx context.Context, state *runRerunModel, private privateState, resp *resource.ReadResponse) {
	// The framework insists on an identity, which states of Terraform before 1.12 do not have.
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), state.ID)...)
	switch {
	case !trueUnlessSet(state.RerunIfDeleted):
		private.Awaited, private.Failed = false, false
		resp.Diagnostics.Append(private.save(ctx, resp.Private)...)
	case len(private.Superseded) > 0:
		private.Deleted = true
		resp.Diagnostics.Append(private.save(ctx, resp.Private)...)
	default:
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
	options.again = "The next apply reruns it. "
	options.unfinished = "The next apply continues waiting for it."
	saved := resourceState{
		model: &plan, private: &private,
		state: &resp.State, identity: resp.Identity, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}

	var run *qualytics.Operation
	switch plan.updateFrom(&state, private).step() {
	case stepKeep:
		plan.keepRunID(&state)
		saved.keep(ctx, state.heldRun)
		return
	case stepWait:
		plan.keepRunID(&state)
		run = r.runs.readOrReport(ctx, state.ID.ValueInt64(), &resp.Diagnostics)
	case stepStart:
		run = r.start(ctx, &plan, state.ID.ValueInt64(), options, &resp.Diagnostics)
		if run != nil {
			private.Superseded = append(private.Superseded, state.ID.ValueInt64())
		}
	}
	if run != nil && saved.follow(ctx, r.runs, run, options) {
		r.deleteSuperseded(ctx, saved, &plan)
	}
}

// deleteSuperseded deletes the records of earlier Runs.
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

// deleteRecords returns the Runs whose records are still there: from the first one on that cannot be
// deleted, and the one that the configuration's run_id names, which the next rerun needs.
func (r *runRerunResource) deleteRecords(ctx context.Context, plan *runRerunModel, superseded []int64, diags *diag.Diagnostics) (kept []int64) {
	for i, id := range superseded {
		if plan.Latest.IsNull() && id == plan.RunID.ValueInt64() {
			kept = append(kept, id)
			continue
		}
		if err := r.runs.deleteRecord(ctx, id, false, plan.AbortOnDestroy.ValueBool()); err != nil {
			diags.AddWarning(fmt.Sprintf("The record of the superseded Run %d was not deleted", id),
				explainRunError(err)+"\n\nThe record is deleted with the next rerun that passes, or when the resource is destroyed.")
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
	id, active, abort := state.ID.ValueInt64(), !state.run().Finished(), trueUnlessSet(state.AbortOnDestroy)
	if !trueUnlessSet(state.DeleteOnDestroy) {
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

// source is how the configuration names the Run to rerun. own is the Run that the resource holds, 0 for
// none.
func (m *runRerunModel) source(own int64) runSource {
	return runSource{action: qualytics.ActionRerun, runID: m.RunID, latest: m.Latest, own: own}
}

// keepRunID keeps the run_id of the state where there is no rerun: with latest it is the Run that was
// rerun, and without it another id is that of the resource's own Run.
func (m *runRerunModel) keepRunID(state *runRerunModel) {
	if !m.Latest.IsNull() || !state.RunID.IsNull() {
		m.RunID = state.RunID
	}
}

func (m *runRerunModel) updateFrom(state *runRerunModel, private privateState) runUpdate {
	return runUpdate{
		state: &state.runModel, plan: &m.runModel, private: private,
		sourceChanged: m.sourceChanged(state),
		imported:      state.RunID.IsNull() && state.Latest.IsNull(),
		waited:        state.waits(), waits: m.waits(), gate: m.gate(),
	}
}

// sourceChanged reports whether the configuration names another Run to rerun. Moving from run_id to latest
// is no such change where the resource's own Run is of the type and on the datastore that latest selects.
func (m *runRerunModel) sourceChanged(state *runRerunModel) bool {
	switch {
	case m.Latest.IsNull():
		return m.anotherRun(&state.runModel)
	case !state.Latest.IsNull() || m.Latest.IsUnknown():
		return !m.Latest.Equal(state.Latest)
	}
	operationType, datastore := m.Latest.Attributes()["operation_type"], m.Latest.Attributes()["datastore"]
	return !sameType(operationType, state.Type) || !datastore.Equal(state.Datastore.Attributes()["id"])
}

func sameType(a attr.Value, b types.String) bool {
	operationType, ok := a.(types.String)
	return ok && !operationType.IsUnknown() &&
		qualytics.OperationType(operationType.ValueString()).Canonical() == qualytics.OperationType(b.ValueString()).Canonical()
}
