// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// runAbortResource aborts a Run when it is created and whenever its triggers change.
type runAbortResource struct{ runLifecycle }

func newRunAbortResource() resource.Resource {
	return &runAbortResource{runLifecycle{newModel: func() resourceModel { return new(runAbortModel) }, defaultTimeout: defaultDeleteTimeout}}
}

func (r *runAbortResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_abort"
}

func (r *runAbortResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Aborts a Run when the resource is created and whenever `triggers` changes, and waits until it has stopped. " +
			"What the Run has produced by then is kept. A Run that has already ended is not an error: a warning names its result. " +
			"Destroying the resource only removes it from the state. " +
			"In Terraform 1.14 and later, the action `qualytics_run_abort` does the same without a resource, and shows live progress.",
		Attributes: runAttributes(ctx, qualytics.ActionAbort, timeouts.Opts{
			Create: true, Update: true,
			CreateDescription: "How long the Run may take to stop when the resource is created, as a duration such as `20m`. Defaults to `10m`.",
			UpdateDescription: "How long the Run may take to stop when the resource is updated, as a duration such as `20m`. Defaults to `10m`.",
		}, runIDAttribute(qualytics.ActionAbort)),
	}
}

type runAbortModel struct {
	runModel
	RunID types.Int64 `tfsdk:"run_id"`
}

// abortGate waits for an aborted Run. No result fails it.
var abortGate = gate{waits: true, expected: qualytics.ResultAborted}

func (m *runAbortModel) action() qualytics.Action { return qualytics.ActionAbort }

func (m *runAbortModel) wait() waitModel { return waitModel{} }

func (m *runAbortModel) gate() gate { return abortGate }

func (m *runAbortModel) startsAnother(prior resourceModel) bool {
	state := typed[*runAbortModel](prior)
	return anotherRun(m.RunID, state.RunID, state.Run.id())
}

func (m *runAbortModel) keep(prior resourceModel) { m.RunID = typed[*runAbortModel](prior).RunID }

func (m *runAbortModel) starter(resourceModel, privateState, string) starter {
	return abortStarter{sourceOf(qualytics.ActionAbort, m.RunID)}
}

func (m *runAbortModel) next(_ *qualytics.Operation, creates bool) (failed, unfinished string) {
	if !creates {
		return "", "The next apply continues waiting for it."
	}
	return "", "Terraform marks the new resource as tainted: the next apply requests the abort again."
}
