// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// runResource starts a Run that is defined in Terraform, when it is created and whenever
// that configuration or its triggers change. Destroying it deletes the record of the Run.
type runResource struct{ runLifecycle }

func newRunResource() resource.Resource {
	return &runResource{runLifecycle{newModel: func() resourceModel { return new(configuredRunModel) }, defaultTimeout: defaultWaitTimeout}}
}

func (r *runResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run"
}

const deleteTimeoutDescription = "How long an active Run may take to end before its record is deleted. " +
	"A duration such as `20m`. Defaults to `10m`."

func (r *runResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Starts a Run that is defined by its type, datastore and settings, when the resource is created " +
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

// configurationModel is the configuration of a Run to start.
type configurationModel struct {
	OperationType types.String  `tfsdk:"operation_type"`
	Datastore     types.Int64   `tfsdk:"datastore"`
	Settings      types.Dynamic `tfsdk:"settings"`
}

// starter returns what starts a Run with this configuration.
func (m configurationModel) starter(user string, inAction bool) configuredStarter {
	settings, _ := settingsJSON(m.Settings)
	var incremental struct {
		Incremental any `json:"incremental"`
	}
	_ = json.Unmarshal(settings, &incremental) // other settings may have any shape
	return configuredStarter{
		configuration: qualytics.Configuration{
			Type: qualytics.OperationType(m.OperationType.ValueString()), DatastoreID: m.Datastore.ValueInt64(), Settings: settings,
		},
		incremental: incremental.Incremental == true,
		user:        user,
		inAction:    inAction,
	}
}

// equal reports whether two configurations start the same Run. Unknown values are never equal. The
// settings are compared as they are sent, since Terraform has several types for a list or an object.
func (m configurationModel) equal(other configurationModel) bool {
	settings, known := settingsJSON(m.Settings)
	others, otherKnown := settingsJSON(other.Settings)
	return known && otherKnown && slices.Equal(settings, others) && !m.Datastore.IsUnknown() && m.Datastore.Equal(other.Datastore) &&
		!m.OperationType.IsUnknown() && (m.OperationType.Equal(other.OperationType) || m.syncs() && other.syncs())
}

// syncs reports whether the operation is a sync, which has two names.
func (m configurationModel) syncs() bool {
	return qualytics.OperationType(m.OperationType.ValueString()).Canonical() == qualytics.TypeSync
}

// settingsJSON returns the settings as a JSON object with sorted names, which may be empty. ok
// is false if a value is not known yet.
func settingsJSON(settings types.Dynamic) (text json.RawMessage, ok bool) {
	value, err := settings.ToTerraformValue(context.Background())
	if err != nil || !value.IsFullyKnown() {
		return nil, false
	}
	if value.IsNull() {
		return json.RawMessage("{}"), true
	}
	text, err = json.Marshal(plainJSON(value))
	return text, err == nil
}

// plainJSON converts a known value to what encoding/json writes. Numbers stay exact.
func plainJSON(value tftypes.Value) any {
	switch typ := value.Type(); {
	case value.IsNull():
		return nil
	case typ.Is(tftypes.String):
		return read[string](value)
	case typ.Is(tftypes.Bool):
		return read[bool](value)
	case typ.Is(tftypes.Number):
		number := read[big.Float](value)
		return json.Number(exactNumber(&number))
	case typ.Is(tftypes.Object{}), typ.Is(tftypes.Map{}):
		return convert(read[map[string]tftypes.Value](value), plainJSON)
	default: // a list, a set or a tuple
		elements := []any{}
		for _, element := range read[[]tftypes.Value](value) {
			elements = append(elements, plainJSON(element))
		}
		return elements
	}
}

// exactNumber returns the shortest decimal text of a number, without an exponent if it is whole.
func exactNumber(number *big.Float) string {
	if number.IsInt() {
		return number.Text('f', 0)
	}
	return number.Text('g', -1)
}

// settingsObject requires an object that leaves the type and the datastore to their own arguments.
type settingsObject struct{}

func (settingsObject) Description(context.Context) string {
	return "value must be an object without type and datastore_id"
}

func (v settingsObject) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (settingsObject) ValidateDynamic(ctx context.Context, req validator.DynamicRequest, resp *validator.DynamicResponse) {
	value, err := req.ConfigValue.ToTerraformValue(ctx)
	if err != nil || !value.IsKnown() || value.IsNull() {
		return
	}
	if !value.Type().Is(tftypes.Object{}) && !value.Type().Is(tftypes.Map{}) {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid settings",
			"settings must be an object, such as { incremental = false }. For JSON, use jsondecode.")
		return
	}
	values := read[map[string]tftypes.Value](value)
	for _, reserved := range []struct{ name, argument string }{{"type", "operation_type"}, {"datastore_id", "datastore"}} {
		if _, set := values[reserved.name]; set {
			resp.Diagnostics.AddAttributeError(req.Path, "Invalid settings",
				fmt.Sprintf("settings must not contain %s. Set %s instead.", reserved.name, reserved.argument))
		}
	}
}

// startableType rejects the type of operation that another endpoint starts.
type startableType struct{}

func (startableType) Description(context.Context) string {
	return "value must be a type of operation other than external_scan"
}

func (v startableType) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (startableType) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	value := req.ConfigValue.ValueString()
	switch {
	case req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown():
	case qualytics.OperationType(value) == qualytics.TypeExternalScan:
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid operation_type",
			"An external_scan needs a file, so this provider cannot start it. Use a scan, or start the external scan in Qualytics.")
	case strings.TrimSpace(value) != value || value == "":
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid operation_type",
			fmt.Sprintf("operation_type must be a type of operation, such as \"scan\", not %q.", value))
	}
}
