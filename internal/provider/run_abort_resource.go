// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	_ resource.ResourceWithConfigure  = (*runAbortResource)(nil)
	_ resource.ResourceWithModifyPlan = (*runAbortResource)(nil)
)

func newRunAbortResource() resource.Resource { return &runAbortResource{} }

// runAbortResource is a Run that was aborted, and is again when its triggers change.
type runAbortResource struct{ runs }

type runAbortModel struct{ runModel }

func (r *runAbortResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_abort"
}

func (r *runAbortResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Aborts a Run when the resource is created and whenever `triggers` changes, and waits until it has stopped. What the Run has produced by then is kept. A Run that had ended already is fine: a warning says with which result. Destroying the resource only forgets it. On Terraform 1.14 and later, the action `qualytics_run_abort` does the same without a resource.",
		Attributes: runAttributes(ctx, qualytics.ActionAbort, timeouts.Opts{
			Create: true, Update: true,
			CreateDescription: "How long the Run may take to stop when the resource is created, as a duration such as `20m`. Defaults to `10m`.",
			UpdateDescription: "How long the Run may take to stop when the resource is updated, as a duration such as `20m`. Defaults to `10m`.",
		}, nil),
	}
}

func (r *runAbortResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.configure(req.ProviderData, &resp.Diagnostics)
}

func (r *runAbortResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan runAbortModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if req.State.Raw.IsNull() {
		r.checkSource(ctx, qualytics.ActionAbort, plan.RunID, false, &resp.Diagnostics)
		return
	}
	var state runAbortModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	notes, diags := loadLedger(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.planUpdate(ctx, plan.changeFrom(&state, notes), qualytics.ActionAbort, false, &resp.Diagnostics)
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
	run := r.abort(ctx, plan.RunID.ValueInt64(), &resp.Diagnostics)
	if run == nil {
		return
	}
	apply := application{state: &resp.State, private: resp.Private, diagnostics: &resp.Diagnostics}
	r.follow(ctx, apply, &plan, run, &ledger{}, &waiting{
		timeout: timeout, timeoutName: "timeouts.create", expected: qualytics.ResultAborted,
		unexpected: endedBefore,
		unfinished: "Terraform marks the new resource as tainted: the next apply asks again for the Run to be aborted.",
	})
}

const endedBefore = " It had ended before it could be aborted."

// abort asks for a Run to stop. One that has ended already is fine: it is returned as it is. It reports why the Run cannot be
// aborted, and returns nil.
func (r *runs) abort(ctx context.Context, id int64, diags *diag.Diagnostics) *qualytics.Operation {
	aborted, err := r.client.Abort(ctx, id)
	if err == nil {
		return aborted
	}
	if qualytics.IsConflict(err) {
		if current, lookErr := r.client.Operation(ctx, id); lookErr == nil && current.Finished() {
			return current
		}
	}
	addErrorAt(diags, path.Root("run_id"), actionOn(qualytics.ActionAbort, id), err)
	return nil
}

func (r *runAbortResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state runAbortModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	apply := application{state: &resp.State, private: resp.Private, diagnostics: &resp.Diagnostics}
	r.refresh(ctx, apply, &state, qualytics.ResultAborted)
}

func (r *runAbortResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var state, plan runAbortModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	notes, diags := loadLedger(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	timeout, diags := plan.Timeouts.Update(ctx, defaultDeleteTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	apply := application{state: &resp.State, private: resp.Private, diagnostics: &resp.Diagnostics}
	wait := &waiting{
		timeout: timeout, timeoutName: "timeouts.update", expected: qualytics.ResultAborted,
		unexpected: endedBefore,
		unfinished: "The next apply goes on waiting for it.",
	}
	r.carryOut(ctx, apply, &plan, plan.changeFrom(&state, notes), &notes, wait, func() *qualytics.Operation {
		return r.abort(ctx, plan.RunID.ValueInt64(), &resp.Diagnostics)
	})
}

// Delete only forgets: the Run stays as it is.
func (r *runAbortResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

func (m *runAbortModel) changeFrom(state *runAbortModel, notes ledger) change {
	return change{state: &state.runModel, plan: &m.runModel, notes: notes, waited: true, waits: true}
}
