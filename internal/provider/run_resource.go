// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// runResource starts a Run whose configuration stands in Terraform, when it is created and whenever
// that configuration or its triggers change. Destroying it deletes the record of the Run.
type runResource struct{ runLifecycle }

func newRunResource() resource.Resource {
	return &runResource{runLifecycle{newModel: func() resourceModel { return new(configuredRunModel) }, defaultTimeout: defaultWaitTimeout}}
}

func (r *runResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run"
}

const deleteTimeoutDescription = "How long an active Run may take to end before its record is deleted. A duration such as `20m`. Defaults to `10m`."

func (r *runResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Starts a Run whose type, datastore and settings stand in Terraform, when the resource is created " +
			"and whenever one of them or `triggers` changes, and waits for its result. The attributes are those of the new Run. " +
			"Its record is deleted when the resource is destroyed, or after a later Run of this resource has passed.",
		Attributes: runAttributes(ctx, qualytics.ActionRun, timeouts.Opts{
			Create: true, Update: true, Delete: true,
			CreateDescription: "How long to wait for the Run when the resource is created. A duration such as `90m`. Defaults to `60m`.",
			UpdateDescription: "How long to wait for the Run when the resource is updated. A duration such as `90m`. Defaults to `60m`.",
			DeleteDescription: deleteTimeoutDescription,
		}, waitAttributes(), cleanUpAttributes("another Run"), configurationAttributes()),
	}
}

// configurationAttributes returns the arguments that configure the Run, of the resource and the
// action.
func configurationAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"operation_type": schema.StringAttribute{
			Required:   true,
			Validators: []validator.String{startableType{}},
			MarkdownDescription: "Type of the operation: `sync` (`catalog` on older deployments), `profile`, `scan`, `export`, `materialize`, " +
				"or another type of the deployment, such as `promote_quality_check`. An `external_scan` cannot be started.",
		},
		// Of the Run's attributes, the object datastore is missing on this resource.
		"datastore": schema.Int64Attribute{
			Required: true, Validators: []validator.Int64{validID{}}, MarkdownDescription: "Id of the datastore to work on.",
		},
		"settings": schema.DynamicAttribute{
			Optional:   true,
			Validators: []validator.Dynamic{settingsObject{}},
			MarkdownDescription: "Settings of the operation: an object that is sent to the API as it is, " +
				"such as `{ incremental = false, container_names = [\"orders\"] }`. " +
				"The deployment decides which settings an operation has. Defaults to none, so that the deployment's defaults apply.",
		},
	}
}

type configuredRunModel struct {
	runModel
	waitModel
	cleanUpModel
	configurationModel
}

func (m *configuredRunModel) action() qualytics.Action { return qualytics.ActionRun }

func (m *configuredRunModel) wait() waitModel { return m.waitModel }

// held adds the datastore, which is an argument of this resource.
func (m *configuredRunModel) held() *qualytics.Operation {
	held := m.runModel.held()
	held.Datastore = &qualytics.Datastore{ID: m.Datastore.ValueInt64Pointer()}
	return held
}

func (m *configuredRunModel) cleanUp() *cleanUpModel { return &m.cleanUpModel }

func (m *configuredRunModel) validateConfig(diags *diag.Diagnostics) {
	m.validate(qualytics.OperationType(m.OperationType.ValueString()), diags)
}

func (m *configuredRunModel) startsAnother(prior resourceModel) bool {
	return !m.equal(typed[*configuredRunModel](prior).configurationModel)
}

func (m *configuredRunModel) starter(_ resourceModel, private privateState, tokenID string) starter {
	return m.configurationModel.starter(private.knownUser(tokenID), false)
}

func (m *configuredRunModel) next(_ *qualytics.Operation, creates bool) (failed, unfinished string) {
	return m.nextApply(creates, "starts another Run", "starts another Run")
}
