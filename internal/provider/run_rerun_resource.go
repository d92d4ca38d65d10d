// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	_ resource.ResourceWithConfigure   = (*runRerunResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*runRerunResource)(nil)
	_ resource.ResourceWithImportState = (*runRerunResource)(nil)
	_ resource.ResourceWithIdentity    = (*runRerunResource)(nil)
)

func newRunRerunResource() resource.Resource { return &runRerunResource{} }

// runRerunResource is a rerun of a Run: repeated when its triggers change, its record deleted with it.
type runRerunResource struct{ runs }

type runRerunModel struct {
	runModel
	waitModel
	DeleteOnDestroy types.Bool `tfsdk:"delete_on_destroy"`
	AbortOnDestroy  types.Bool `tfsdk:"abort_on_destroy"`
	RerunIfDeleted  types.Bool `tfsdk:"rerun_if_deleted"`
}

func (r *runRerunResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_rerun"
	resp.ResourceBehavior.MutableIdentity = true // each rerun is a new Run with an id of its own
}

func (r *runRerunResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	own := waitAttributes()
	own["id"] = schema.Int64Attribute{Computed: true, MarkdownDescription: "Id of the new Run."}
	own["delete_on_destroy"] = schema.BoolAttribute{
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(true),
		MarkdownDescription: "Whether the record of a Run is deleted when the resource is destroyed, and when a later rerun has superseded it. Defaults to `true`. What the Run produced (anomalies, computed data) stays in any case.",
	}
	own["abort_on_destroy"] = schema.BoolAttribute{
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(true),
		MarkdownDescription: "Whether a Run that is still active when the resource is destroyed is aborted. Defaults to `true`. With `false` the destroy waits for it to end before it deletes the record.",
	}
	own["rerun_if_deleted"] = schema.BoolAttribute{
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(true),
		MarkdownDescription: "What to do when the Run's record was deleted outside Terraform: plan another rerun (`true`), or keep what was last known of it (`false`). Defaults to `true`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reruns a Run: starts a new Run with the configuration of an existing one, when the resource is created and whenever `triggers` changes, and waits for its result. The attributes are those of the new Run, whose record is deleted when the resource is destroyed or a later rerun has succeeded. The Run that `run_id` names is never changed, and its record stays as long as it is named.",
		Attributes: runAttributes(ctx, qualytics.ActionRerun, timeouts.Opts{
			Create: true, Update: true, Delete: true,
			CreateDescription: "How long to wait for the Run when the resource is created, as a duration such as `90m`. Defaults to `60m`.",
			UpdateDescription: "How long to wait for the Run when the resource is updated, as a duration such as `90m`. Defaults to `60m`.",
			DeleteDescription: "How long an active Run may take to end before its record is deleted, as a duration such as `20m`. Defaults to `10m`.",
		}, own),
	}
}

func (r *runRerunResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.Int64Attribute{RequiredForImport: true, Description: "Id of the Run that the resource holds."},
	}}
}

func (r *runRerunResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.configure(req.ProviderData, &resp.Diagnostics)
}

func (r *runRerunResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan runRerunModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if req.State.Raw.IsNull() {
		r.checkSource(ctx, qualytics.ActionRerun, plan.RunID, false, &resp.Diagnostics)
		return
	}
	var state runRerunModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	notes, diags := loadLedger(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.planUpdate(ctx, plan.changeFrom(&state, notes), qualytics.ActionRerun, false, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *runRerunResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan runRerunModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultWaitTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	run := r.rerun(ctx, plan.RunID.ValueInt64(), &resp.Diagnostics)
	if run == nil {
		return
	}
	apply := application{state: &resp.State, identity: resp.Identity, private: resp.Private, diagnostics: &resp.Diagnostics}
	r.follow(ctx, apply, &plan, run, &ledger{}, plan.waiting(waiting{
		timeout: timeout, timeoutName: "timeouts.create",
		again:      "The next apply reruns it.",
		unfinished: "Terraform marks the new resource as tainted: the next apply aborts that Run and starts over. To go on waiting for it instead, run `terraform untaint` with the resource's address, then apply again.",
	}))
}

// rerun asks for a new Run. It reports why there is none, and returns nil.
func (r *runRerunResource) rerun(ctx context.Context, id int64, diags *diag.Diagnostics) *qualytics.Operation {
	var start qualytics.Started
	source, err := r.client.Operation(ctx, id)
	if err == nil {
		start, err = r.client.Rerun(ctx, source)
	}
	return started(qualytics.ActionRerun, id, start, err, diags)
}

func (r *runRerunResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state runRerunModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	notes, diags := loadLedger(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	operation, err := r.client.Operation(ctx, state.ID.ValueInt64())
	switch {
	case qualytics.IsNotFound(err):
		r.readDeleted(ctx, &state, notes, resp)
		return
	case err != nil:
		addError(&resp.Diagnostics, readingRun(state.ID.ValueInt64()), err)
		return
	}
	notes.Lost = false
	if operation.Result == qualytics.ResultSuccess && len(notes.Superseded) == 0 {
		notes.Awaited = false // nothing is left to wait for
	}
	apply := application{state: &resp.State, identity: resp.Identity, private: resp.Private, diagnostics: &resp.Diagnostics}
	apply.save(ctx, &state, operation, notes)
}

// readDeleted deals with a record that was deleted outside Terraform: the resource is gone, too, unless
// the last state is to be kept, or there are superseded records that must not be forgotten.
func (r *runRerunResource) readDeleted(ctx context.Context, state *runRerunModel, notes ledger, resp *resource.ReadResponse) {
	// The framework insists on an identity, which states of Terraform before 1.12 do not have.
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), state.ID)...)
	switch {
	case !trueUnlessSet(state.RerunIfDeleted):
		notes.Awaited, notes.Failed = false, false
		resp.Diagnostics.Append(notes.save(ctx, resp.Private)...)
	case len(notes.Superseded) > 0:
		notes.Lost = true
		resp.Diagnostics.Append(notes.save(ctx, resp.Private)...)
	default:
		resp.State.RemoveResource(ctx)
	}
}

func (r *runRerunResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var state, plan runRerunModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	notes, diags := loadLedger(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	timeout, diags := plan.Timeouts.Update(ctx, defaultWaitTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	apply := application{state: &resp.State, identity: resp.Identity, private: resp.Private, diagnostics: &resp.Diagnostics}
	wait := plan.waiting(waiting{
		timeout: timeout, timeoutName: "timeouts.update",
		again:      "The next apply reruns it.",
		unfinished: "The next apply goes on waiting for it.",
	})
	latest := r.carryOut(ctx, apply, &plan, plan.changeFrom(&state, notes), &notes, wait, func() *qualytics.Operation {
		run := r.rerun(ctx, plan.RunID.ValueInt64(), &resp.Diagnostics)
		if run != nil {
			notes.Superseded = append(notes.Superseded, state.ID.ValueInt64())
		}
		return run
	})
	if latest != nil {
		r.deleteSuperseded(ctx, apply, &plan, &notes, latest)
	}
}

// deleteSuperseded deletes the records of earlier Runs, once the latest has succeeded or, without
// waiting, was accepted.
func (r *runRerunResource) deleteSuperseded(ctx context.Context, apply application, plan *runRerunModel, notes *ledger, latest *qualytics.Operation) {
	if plan.waits() && latest.Result != qualytics.ResultSuccess {
		return
	}
	timeout, diags := plan.Timeouts.Delete(ctx, defaultDeleteTimeout)
	apply.diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if plan.DeleteOnDestroy.ValueBool() {
		notes.Superseded = r.retireSuperseded(ctx, plan, notes.Superseded, apply.diagnostics)
	} else {
		notes.Superseded = nil
	}
	apply.diagnostics.Append(notes.save(ctx, apply.private)...)
}

// retireSuperseded returns the Runs whose records are still there: from the first one on that cannot be
// deleted, and the one that run_id names, for as long as it does, since the next rerun needs it.
func (r *runRerunResource) retireSuperseded(ctx context.Context, plan *runRerunModel, superseded []int64, diags *diag.Diagnostics) (kept []int64) {
	for i, id := range superseded {
		if id == plan.RunID.ValueInt64() {
			kept = append(kept, id)
			continue
		}
		if subject, err := r.retire(ctx, id, false, plan.AbortOnDestroy.ValueBool()); err != nil {
			diags.AddWarning(fmt.Sprintf("The record of the superseded Run %d is still there", id),
				subject.summary()+". "+subject.explain(err)+"\n\nIt is deleted with the next rerun, or when the resource is destroyed.")
			return append(kept, superseded[i:]...)
		}
	}
	return kept
}

func (r *runRerunResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state runRerunModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	notes, diags := loadLedger(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	timeout, diags := state.Timeouts.Delete(ctx, defaultDeleteTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	id, active, abort := state.ID.ValueInt64(), !state.finished(), trueUnlessSet(state.AbortOnDestroy)
	if !trueUnlessSet(state.DeleteOnDestroy) {
		if active && abort {
			if subject, err := r.halt(ctx, id, abort); err != nil {
				addError(&resp.Diagnostics, subject, err)
			}
		}
		return
	}
	if subject, err := r.retire(ctx, id, active, abort); err != nil {
		addError(&resp.Diagnostics, subject, err)
		return
	}
	for _, superseded := range notes.Superseded {
		if subject, err := r.retire(ctx, superseded, false, abort); err != nil {
			addError(&resp.Diagnostics, subject, err)
		}
	}
}

func (r *runRerunResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, err := strconv.ParseInt(req.ID, 10, 64)
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("id"), &id)...)
	} else if err != nil {
		id = 0
	}
	if id < 1 {
		resp.Diagnostics.AddError("Invalid import id", fmt.Sprintf("A Run is imported by its id, a whole number from 1 on, not %q.", req.ID))
		return
	}
	set := func(name string, value any) {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	set("id", id)
	set("wait_for_completion", true)
	set("fail_on", failingResults)
	set("delete_on_destroy", true)
	set("abort_on_destroy", true)
	set("rerun_if_deleted", true)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), id)...)
}

func (m *runRerunModel) changeFrom(state *runRerunModel, notes ledger) change {
	return change{
		state: &state.runModel, plan: &m.runModel, notes: notes,
		waited: state.waits(), waits: m.waits(), failOn: m.failOn(),
	}
}

// trueUnlessSet is the value of an argument that defaults to true.
func trueUnlessSet(value types.Bool) bool { return value.IsNull() || value.ValueBool() }
