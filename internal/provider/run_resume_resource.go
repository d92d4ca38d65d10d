// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// runResumeResource resumes a Run when it is created and whenever its triggers change.
type runResumeResource struct{ runLifecycle }

func newRunResumeResource() resource.Resource {
	return &runResumeResource{runLifecycle{newModel: func() resourceModel { return new(runResumeModel) }, defaultTimeout: defaultWaitTimeout}}
}

func (r *runResumeResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_resume"
}

func (r *runResumeResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Resumes a Run that was aborted or failed, from where it stopped, when the resource is created " +
			"and whenever `triggers` changes, and waits for its result. " +
			"The attributes are those of the resumed Run: the same Run or, on some deployments, a new one. " +
			"Destroying the resource only removes it from the state. " +
			"In Terraform 1.14 and later, the action `qualytics_run_resume` does the same without a resource, and shows live progress.",
		Attributes: runAttributes(ctx, qualytics.ActionResume, timeouts.Opts{
			Create: true, Update: true,
			CreateDescription: "How long to wait for the Run when the resource is created, as a duration such as `90m`. Defaults to `60m`.",
			UpdateDescription: "How long to wait for the Run when the resource is updated, as a duration such as `90m`. Defaults to `60m`.",
		}, runIDAttribute(qualytics.ActionResume), waitAttributes(), resumeAttributes()),
	}
}

// resumeAttributes returns the own arguments of the resource and the action.
func resumeAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{"force_abort": schema.BoolAttribute{
		Optional:            true,
		Computed:            true,
		Default:             booldefault.StaticBool(false),
		MarkdownDescription: "Whether to abort a Run that is still active, so that it can be resumed. Defaults to `false`.",
	}}
}

type runResumeModel struct {
	runModel
	waitModel
	RunID      types.Int64 `tfsdk:"run_id"`
	ForceAbort types.Bool  `tfsdk:"force_abort"`
}

func (m *runResumeModel) action() qualytics.Action { return qualytics.ActionResume }

func (m *runResumeModel) wait() waitModel { return m.waitModel }

func (m *runResumeModel) validateConfig(diags *diag.Diagnostics) { m.validate("", diags) }

func (m *runResumeModel) startsAnother(prior resourceModel) bool {
	state := typed[*runResumeModel](prior)
	return anotherRun(m.RunID, state.RunID, state.Run.id())
}

func (m *runResumeModel) keep(prior resourceModel) { m.RunID = typed[*runResumeModel](prior).RunID }

func (m *runResumeModel) starter(resourceModel, privateState, string) starter {
	return resumeStarter{runSource: sourceOf(qualytics.ActionResume, m.RunID), forceAbort: m.ForceAbort.ValueBool()}
}

func (m *runResumeModel) next(run *qualytics.Operation, creates bool) (failed, unfinished string) {
	again := "The next apply resumes it."
	if !slices.Contains(qualytics.ActionResume.From(), run.Result) {
		again = fmt.Sprintf("A Run with the result `%s` cannot be resumed, so the next apply fails as well. "+
			"To accept the Run, increase max_anomalies. To check the data again, rerun it with qualytics_run_rerun.", printable(string(run.Result)))
	}
	if !creates {
		return again, "The next apply continues waiting for it."
	}
	next := "the next apply would resume the Run again, which the API refuses while it is active. "
	if m.ForceAbort.ValueBool() {
		next = "the next apply aborts the Run and resumes it again. "
	}
	return again, "Terraform marks the new resource as tainted: " + next +
		"To continue waiting for it instead, run `terraform untaint` with the resource's address, then apply again."
}
