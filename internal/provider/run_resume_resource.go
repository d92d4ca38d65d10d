// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	_ resource.ResourceWithConfigure  = (*runResumeResource)(nil)
	_ resource.ResourceWithModifyPlan = (*runResumeResource)(nil)
)

func newRunResumeResource() resource.Resource { return &runResumeResource{} }

// runResumeResource is a Run that was resumed, and is again when its triggers change.
type runResumeResource struct{ runs }

type runResumeModel struct {
	runModel
	waitModel
	ForceAbort types.Bool `tfsdk:"force_abort"`
}

func (r *runResumeResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_resume"
}

func (r *runResumeResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	own := waitAttributes()
	own["force_abort"] = schema.BoolAttribute{
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(false),
		MarkdownDescription: "Whether a Run that is still active is aborted first, so that it can be resumed. Defaults to `false`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Resumes a Run that was aborted or failed, from where it stopped, when the resource is created and whenever `triggers` changes, and waits for its result. The attributes are those of the Run that goes on: the same Run or, on some deployments, a new one. Destroying the resource only forgets it. On Terraform 1.14 and later, the action `qualytics_run_resume` does the same without a resource.",
		Attributes: runAttributes(ctx, qualytics.ActionResume, timeouts.Opts{
			Create: true, Update: true,
			CreateDescription: "How long to wait for the Run when the resource is created, as a duration such as `90m`. Defaults to `60m`.",
			UpdateDescription: "How long to wait for the Run when the resource is updated, as a duration such as `90m`. Defaults to `60m`.",
		}, own),
	}
}

func (r *runResumeResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.configure(req.ProviderData, &resp.Diagnostics)
}

func (r *runResumeResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan runResumeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if req.State.Raw.IsNull() {
		r.checkSource(ctx, qualytics.ActionResume, plan.RunID, plan.forces(), &resp.Diagnostics)
		return
	}
	var state runResumeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	notes, diags := loadLedger(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.planUpdate(ctx, plan.changeFrom(&state, notes), qualytics.ActionResume, plan.forces(), &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *runResumeResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan runResumeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultWaitTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	run := r.resume(ctx, &plan, &resp.Diagnostics)
	if run == nil {
		return
	}
	apply := application{state: &resp.State, private: resp.Private, diagnostics: &resp.Diagnostics}
	r.follow(ctx, apply, &plan, run, &ledger{}, plan.waiting(waiting{
		timeout: timeout, timeoutName: "timeouts.create",
		again:      "The next apply resumes it.",
		unfinished: "Terraform marks the new resource as tainted: the next apply would resume the Run again, which the API refuses while it is active. To go on waiting for it instead, run `terraform untaint` with the resource's address, then apply again.",
	}))
}

// resume asks for a Run to go on. It reports why it does not, and returns nil.
func (r *runResumeResource) resume(ctx context.Context, plan *runResumeModel, diags *diag.Diagnostics) *qualytics.Operation {
	var start qualytics.Started
	id := plan.RunID.ValueInt64()
	source, err := r.client.Operation(ctx, id)
	if err == nil {
		start, err = r.client.Resume(ctx, source, plan.forces())
	}
	return started(qualytics.ActionResume, id, start, err, diags)
}

func (r *runResumeResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state runResumeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	apply := application{state: &resp.State, private: resp.Private, diagnostics: &resp.Diagnostics}
	r.refresh(ctx, apply, &state, qualytics.ResultSuccess)
}

func (r *runResumeResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var state, plan runResumeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	notes, diags := loadLedger(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	timeout, diags := plan.Timeouts.Update(ctx, defaultWaitTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	apply := application{state: &resp.State, private: resp.Private, diagnostics: &resp.Diagnostics}
	wait := plan.waiting(waiting{
		timeout: timeout, timeoutName: "timeouts.update",
		again:      "The next apply resumes it.",
		unfinished: "The next apply goes on waiting for it.",
	})
	r.carryOut(ctx, apply, &plan, plan.changeFrom(&state, notes), &notes, wait, func() *qualytics.Operation {
		return r.resume(ctx, &plan, &resp.Diagnostics)
	})
}

// Delete only forgets: the Run stays as it is.
func (r *runResumeResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

func (m *runResumeModel) forces() bool { return m.ForceAbort.ValueBool() }

func (m *runResumeModel) changeFrom(state *runResumeModel, notes ledger) change {
	return change{
		state: &state.runModel, plan: &m.runModel, notes: notes,
		waited: state.waits(), waits: m.waits(), failOn: m.failOn(),
	}
}
