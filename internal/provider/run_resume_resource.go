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
	_ resource.ResourceWithConfigure      = (*runResumeResource)(nil)
	_ resource.ResourceWithValidateConfig = (*runResumeResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*runResumeResource)(nil)
)

func newRunResumeResource() resource.Resource { return &runResumeResource{} }

// runResumeResource resumes a Run when it is created and whenever its triggers change.
type runResumeResource struct{ runs *runs }

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
		MarkdownDescription: "Whether to abort a Run that is still active, so that it can be resumed. Defaults to `false`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Resumes a Run that was aborted or failed, from where it stopped, when the resource is created " +
			"and whenever `triggers` changes, and waits for its result. " +
			"The attributes are those of the resumed Run: the same Run or, on some deployments, a new one. " +
			"Destroying the resource only removes it from the state. " +
			"The action `qualytics_run_resume` does the same without a resource and shows live progress. It requires Terraform 1.14 or later.",
		Attributes: runAttributes(ctx, qualytics.ActionResume, timeouts.Opts{
			Create: true, Update: true,
			CreateDescription: "How long to wait for the Run when the resource is created, as a duration such as `90m`. Defaults to `60m`.",
			UpdateDescription: "How long to wait for the Run when the resource is updated, as a duration such as `90m`. Defaults to `60m`.",
		}, own),
	}
}

func (r *runResumeResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.runs = runsOf(req.ProviderData, &resp.Diagnostics)
}

func (r *runResumeResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config runResumeModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	validateGate(config.MaxAnomalies, config.WaitForCompletion, "", &resp.Diagnostics)
}

func (r *runResumeResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan runResumeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if req.State.Raw.IsNull() {
		r.checkResume(ctx, &plan, &resp.Diagnostics)
		warnExpiry(r.runs, plan.waits(), timeoutOrDefault(ctx, plan.Timeouts.Create), &resp.Diagnostics)
		return
	}
	var state runResumeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	private := loadPrivateState(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	update := plan.updateFrom(&state, private)
	switch update.step() {
	case stepStart:
		update.warnUnchanged(qualytics.ActionResume, &resp.Diagnostics)
		plan.heldRun = unknownRun()
		r.checkResume(ctx, &plan, &resp.Diagnostics)
		warnExpiry(r.runs, plan.waits(), timeoutOrDefault(ctx, plan.Timeouts.Update), &resp.Diagnostics)
	case stepWait:
		plan.heldRun = state.unfinished()
		warnExpiry(r.runs, plan.waits(), timeoutOrDefault(ctx, plan.Timeouts.Update), &resp.Diagnostics)
	case stepKeep:
		plan.keep(&state.runModel)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// checkResume reports what would make the resume fail.
func (r *runResumeResource) checkResume(ctx context.Context, plan *runResumeModel, diags *diag.Diagnostics) {
	if run := plan.source().check(ctx, r.runs, plan.ForceAbort.ValueBool(), diags); run != nil {
		validateGate(plan.MaxAnomalies, plan.WaitForCompletion, run.Type, diags)
	}
}

func (r *runResumeResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan runResumeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultWaitTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	options := plan.options().within(timeout, "timeouts.create")
	options.nextApply = "The next apply resumes it. "
	options.unfinished = "Terraform marks the new resource as tainted: " +
		"the next apply would resume the Run again, which the API refuses while it is active. " +
		"To continue waiting for it instead, run `terraform untaint` with the resource's address, then apply again."

	run := r.start(ctx, &plan, options, &resp.Diagnostics)
	if run == nil {
		return
	}
	resourceState{
		model: &plan, private: &privateState{}, state: &resp.State, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}.follow(ctx, r.runs, run, options)
}

// start resumes the Run. It returns nil and reports the reason if that fails.
func (r *runResumeResource) start(
	ctx context.Context, plan *runResumeModel, options waitOptions, diags *diag.Diagnostics,
) *qualytics.Operation {
	ctx, cancel := context.WithDeadline(ctx, options.deadline)
	defer cancel()
	source := plan.source()
	run := source.find(ctx, r.runs, diags)
	if run == nil {
		return nil
	}
	return r.runs.resume(ctx, source, run, plan.ForceAbort.ValueBool(), diags)
}

func (r *runResumeResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state runResumeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	private := loadPrivateState(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resourceState{
		model: &state, private: &private, state: &resp.State, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}.refresh(ctx, r.runs, func(run *qualytics.Operation) bool {
		return run.Result == qualytics.ResultSuccess && state.gate().passes(run)
	})
}

func (r *runResumeResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var state, plan runResumeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	private := loadPrivateState(ctx, req.Private, &resp.Diagnostics)
	timeout, diags := plan.Timeouts.Update(ctx, defaultWaitTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	options := plan.options().within(timeout, "timeouts.update")
	options.nextApply = "The next apply resumes it. "
	options.unfinished = "The next apply continues waiting for it."
	saved := resourceState{
		model: &plan, private: &private, state: &resp.State, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}

	var run *qualytics.Operation
	switch plan.updateFrom(&state, private).step() {
	case stepKeep:
		saved.keep(ctx, state.heldRun, options)
	case stepWait:
		run = r.runs.readOrReport(ctx, state.ID.ValueInt64(), &resp.Diagnostics)
	case stepStart:
		run = r.start(ctx, &plan, options, &resp.Diagnostics)
	}
	if run != nil {
		saved.follow(ctx, r.runs, run, options)
	}
}

// Delete only removes the resource from the state.
func (r *runResumeResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

func (m *runResumeModel) source() runSource {
	return runSource{action: qualytics.ActionResume, runID: m.RunID}
}

func (m *runResumeModel) updateFrom(state *runResumeModel, private privateState) runUpdate {
	return runUpdate{
		state: &state.runModel, plan: &m.runModel, private: private,
		sourceChanged: m.anotherRun(&state.runModel),
		waited:        state.waits(), waits: m.waits(), gate: m.gate(),
	}
}
