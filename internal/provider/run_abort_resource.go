// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	_ resource.ResourceWithConfigure  = (*runAbortResource)(nil)
	_ resource.ResourceWithModifyPlan = (*runAbortResource)(nil)
)

func newRunAbortResource() resource.Resource { return &runAbortResource{} }

// runAbortResource aborts a Run when it is created and whenever its triggers change.
type runAbortResource struct{ runs *runs }

type runAbortModel struct{ runModel }

func (r *runAbortResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_abort"
}

func (r *runAbortResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Aborts a Run when the resource is created and whenever `triggers` changes, and waits until it has stopped. " +
			"What the Run has produced by then is kept. A Run that has already ended is not an error: a warning names its result. " +
			"Destroying the resource only removes it from the state. " +
			"The action `qualytics_run_abort` does the same without a resource and shows live progress. It requires Terraform 1.14 or later.",
		Attributes: runAttributes(ctx, qualytics.ActionAbort, timeouts.Opts{
			Create: true, Update: true,
			CreateDescription: "How long the Run may take to stop when the resource is created, as a duration such as `20m`. Defaults to `10m`.",
			UpdateDescription: "How long the Run may take to stop when the resource is updated, as a duration such as `20m`. Defaults to `10m`.",
		}, nil),
	}
}

func (r *runAbortResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.runs = runsOf(req.ProviderData, &resp.Diagnostics)
}

func (r *runAbortResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan runAbortModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if req.State.Raw.IsNull() {
		plan.source().check(ctx, r.runs, false, &resp.Diagnostics)
		return
	}
	var state runAbortModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	private := loadPrivateState(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	switch plan.updateFrom(&state, private).step() {
	case stepStart:
		plan.heldRun = unknownRun()
		plan.source().check(ctx, r.runs, false, &resp.Diagnostics)
	case stepWait:
		plan.heldRun = state.unfinished()
	case stepKeep:
		plan.keep(&state.runModel)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *runAbortResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan runAbortModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, defaultDeleteTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	options := abortOptions().within(timeout, "timeouts.create")
	options.recorded = true
	options.unfinished = "Terraform marks the new resource as tainted: the next apply requests the abort again."

	run := r.runs.abort(ctx, plan.source(), &resp.Diagnostics)
	if run == nil {
		return
	}
	resourceState{
		model: &plan, private: &privateState{}, state: &resp.State, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}.follow(ctx, r.runs, run, options)
}

// abortOptions returns the options of the wait for an aborted Run. No result of the Run fails it.
func abortOptions() waitOptions {
	return waitOptions{
		waits: true, operation: "apply",
		expected: qualytics.ResultAborted, unexpected: " It ended before it could be aborted.",
	}
}

func (r *runAbortResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state runAbortModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	private := loadPrivateState(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resourceState{
		model: &state, private: &private, state: &resp.State, storage: resp.Private, diagnostics: &resp.Diagnostics,
	}.refresh(ctx, r.runs, func(run *qualytics.Operation) bool { return run.Result == qualytics.ResultAborted })
}

func (r *runAbortResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var state, plan runAbortModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	private := loadPrivateState(ctx, req.Private, &resp.Diagnostics)
	timeout, diags := plan.Timeouts.Update(ctx, defaultDeleteTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	options := abortOptions().within(timeout, "timeouts.update")
	options.recorded = true
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
		run = r.runs.abort(ctx, plan.source(), &resp.Diagnostics)
	}
	if run != nil {
		saved.follow(ctx, r.runs, run, options)
	}
}

// Delete only removes the resource from the state.
func (r *runAbortResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

func (m *runAbortModel) source() runSource {
	return runSource{action: qualytics.ActionAbort, runID: m.RunID}
}

func (m *runAbortModel) updateFrom(state *runAbortModel, private privateState) runUpdate {
	return runUpdate{
		state: &state.runModel, plan: &m.runModel, private: private,
		sourceChanged: m.anotherRun(&state.runModel), waited: true, waits: true,
	}
}
