// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	_ resource.ResourceWithConfigValidators = (*runRerunResource)(nil)
	_ resource.ResourceWithImportState      = (*runRerunResource)(nil)
	_ resource.ResourceWithIdentity         = (*runRerunResource)(nil)
)

// runRerunResource reruns a Run when it is created and whenever its triggers change. Destroying it
// deletes the record of the new Run.
type runRerunResource struct{ runLifecycle }

func newRunRerunResource() resource.Resource {
	return &runRerunResource{runLifecycle{newModel: func() resourceModel { return new(runRerunModel) }, defaultTimeout: defaultWaitTimeout}}
}

func (r *runRerunResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_run_rerun"
	resp.ResourceBehavior.MutableIdentity = true // each rerun has a new id
}

func (r *runRerunResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reruns a Run: starts a new Run with the configuration of an existing one when the resource is created " +
			"and whenever `triggers` changes, and waits for its result. The attributes are those of the new Run. " +
			"Its record is deleted when the resource is destroyed, or after a later rerun has passed. The original Run is never changed.",
		Attributes: runAttributes(ctx, qualytics.ActionRerun, timeouts.Opts{
			Create: true, Update: true, Delete: true,
			CreateDescription: "How long to wait for the Run when the resource is created, " +
				"including the wait for a source Run that is still active. A duration such as `90m`. Defaults to `60m`.",
			UpdateDescription: "How long to wait for the Run when the resource is updated, " +
				"including the wait for a source Run that is still active. A duration such as `90m`. Defaults to `60m`.",
			DeleteDescription: deleteTimeoutDescription,
		}, waitAttributes(), cleanUpAttributes("another rerun"), rerunAttributes(), map[string]schema.Attribute{
			"run_id": schema.Int64Attribute{
				Optional:   true,
				Computed:   true,
				Validators: []validator.Int64{validID{}},
				MarkdownDescription: "Id of the Run to rerun. " + possibleFor(qualytics.ActionRerun) +
					" Changing it to another Run's id reruns that Run, unless it is the id of the Run that the resource holds. " +
					"Exactly one of `run_id` and `latest` must be set. With `latest`, the id of the Run that was rerun.",
			},
		}),
	}
}

// rerunAttributes returns the arguments that select the Run to rerun, of the resource and the
// action.
func rerunAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"run_id": schema.Int64Attribute{
			Optional:   true,
			Validators: []validator.Int64{validID{}},
			MarkdownDescription: "Id of the Run to rerun. " + possibleFor(qualytics.ActionRerun) +
				" Exactly one of `run_id` and `latest` must be set.",
		},
		"latest": latestAttribute(),
	}
}

func (r *runRerunResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.Int64Attribute{RequiredForImport: true, Description: "Id of the Run that the resource holds."},
	}}
}

func (r *runRerunResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{resourcevalidator.ExactlyOneOf(path.MatchRoot("run_id"), path.MatchRoot("latest"))}
}

// ImportState creates the state of an existing Run, which is its own run_id. Somebody else may have
// started that Run, so a destroy neither aborts nor deletes it until the first apply has stored the
// configuration.
func (r *runRerunResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, given, diags := importID(ctx, req)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if id < 1 {
		resp.Diagnostics.AddError("Invalid import id",
			"The import id must be the id of a Run, a whole number of 1 or more such as 53388, not "+given+".")
		return
	}
	for name, value := range map[string]any{
		"id": id, "run_id": id, "wait_for_completion": true, "fail_on": plainStrings(failableResults),
		"delete_on_destroy": false, "abort_on_destroy": false, "rerun_if_deleted": true,
	} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), id)...)
	resp.Diagnostics.Append((&privateState{Imported: true}).save(ctx, resp.Private)...)
}

// importID returns the id to import, from the identity or the import id, and the input as errors
// show it. An invalid id is 0.
func importID(ctx context.Context, req resource.ImportStateRequest) (id int64, given string, diags diag.Diagnostics) {
	if req.ID == "" && req.Identity != nil && !req.Identity.Raw.IsNull() {
		var identity types.Int64
		diags = req.Identity.GetAttribute(ctx, path.Root("id"), &identity)
		if identity.IsNull() {
			return 0, "an identity whose id is null", diags
		}
		return identity.ValueInt64(), strconv.FormatInt(identity.ValueInt64(), 10), diags
	}
	id, err := strconv.ParseInt(req.ID, 10, 64)
	if err != nil {
		id = 0
	}
	return id, strconv.Quote(printable(req.ID)), nil
}

type runRerunModel struct {
	runModel
	waitModel
	cleanUpModel
	RunID  types.Int64  `tfsdk:"run_id"`
	Latest types.Object `tfsdk:"latest"`
}

func (m *runRerunModel) action() qualytics.Action { return qualytics.ActionRerun }

func (m *runRerunModel) wait() waitModel { return m.waitModel }

func (m *runRerunModel) cleanUp() *cleanUpModel { return &m.cleanUpModel }

func (m *runRerunModel) validateConfig(diags *diag.Diagnostics) {
	m.validate(latestOperationType(m.Latest), diags)
}

// usesLatest reports whether latest selects the Run. If it is not known yet whether latest is null,
// a run_id that is set decides.
func (m *runRerunModel) usesLatest() bool {
	return !m.Latest.IsNull() && (!m.Latest.IsUnknown() || m.RunID.IsUnknown())
}

// startsAnother reports whether the configuration selects another Run to rerun. Moving from run_id
// to latest is no change if the held Run has the type and the datastore of latest.
func (m *runRerunModel) startsAnother(prior resourceModel) bool {
	state := typed[*runRerunModel](prior)
	switch {
	case !m.usesLatest():
		return anotherRun(m.RunID, state.RunID, state.Run.id())
	case !state.Latest.IsNull() || m.Latest.IsUnknown():
		return !m.Latest.Equal(state.Latest)
	}
	held := state.held()
	datastore, ok := m.Latest.Attributes()["datastore"].(types.Int64)
	return !sameType(m.Latest.Attributes()["operation_type"], held.Type) ||
		!ok || held.Datastore == nil || held.Datastore.ID == nil || datastore.ValueInt64() != *held.Datastore.ID
}

// anotherRun reports whether a planned run_id names another Run than the state. The id of the held
// Run is no difference: a lookup of the latest Run may return it. Terraform allows a plan to keep
// the prior value of a computed attribute that is configured differently only if it equals it, so
// keep restores it.
func anotherRun(planned, prior types.Int64, held int64) bool {
	return !planned.Equal(prior) && (planned.IsUnknown() || planned.ValueInt64() != held)
}

func sameType(a attr.Value, b qualytics.OperationType) bool {
	operationType, ok := a.(types.String)
	return ok && !operationType.IsUnknown() && qualytics.OperationType(operationType.ValueString()).Canonical() == b.Canonical()
}

// starter reruns the Run in run_id, or the one that latest selects. With latest, the resource
// repeats its own Run for as long as latest stays the same and the record exists, so that its scope
// stays. With run_id, the own Run is the substitute for a record that was deleted.
func (m *runRerunModel) starter(prior resourceModel, private privateState, tokenID string) starter {
	source := sourceOf(qualytics.ActionRerun, m.RunID)
	if m.usesLatest() {
		source.at, source.runID, source.latest = path.Root("latest"), types.Int64Null(), m.Latest
	}
	if prior == nil {
		return rerunStarter{runSource: source}
	}
	state := typed[*runRerunModel](prior)
	own := state.Run.id()
	switch {
	case !m.usesLatest() && !anotherRun(m.RunID, state.RunID, own):
		source.held = state.held()
	case m.usesLatest() && !private.Deleted && !m.startsAnother(prior):
		source.held, source.runID, source.latest = state.held(), types.Int64Value(own), types.ObjectNull(latestType.AttrTypes)
	}
	return rerunStarter{runSource: source, user: private.knownUser(tokenID)}
}

// planned plans run_id with latest: the own Run is known, a Run that is looked up is not.
func (m *runRerunModel) planned(source *qualytics.Operation, prior resourceModel) {
	switch {
	case !m.usesLatest():
	case prior != nil && source != nil && source.ID == prior.shared().Run.id():
		m.RunID = types.Int64Value(source.ID)
	default:
		m.RunID = types.Int64Unknown()
	}
}

func (m *runRerunModel) started(source int64) {
	if m.usesLatest() {
		m.RunID = types.Int64Value(source)
	}
}

// keep takes run_id from the state: with latest, it is the Run that was rerun; without, a run_id
// that differs is the id of the held Run. The first apply after an import takes it from the
// configuration, if it is set there.
func (m *runRerunModel) keep(prior resourceModel) {
	state := typed[*runRerunModel](prior)
	imported := state.Latest.IsNull() && (state.RunID.IsNull() || state.RunID.ValueInt64() == state.Run.id())
	switch {
	case imported && !m.usesLatest() && (!m.RunID.IsUnknown() || !state.RunID.IsNull()):
	case state.RunID.IsNull(): // a state that version 0.2 has imported
		m.RunID = types.Int64Value(state.Run.id())
	default:
		m.RunID = state.RunID
	}
}

// named returns the Run that a later rerun needs, whose record must stay.
func (m *runRerunModel) named() int64 {
	if m.usesLatest() {
		return 0
	}
	return m.RunID.ValueInt64()
}

func (m *runRerunModel) next(_ *qualytics.Operation, creates bool) (failed, unfinished string) {
	if !m.usesLatest() {
		return m.nextApply(creates, "reruns", "reruns "+runName(m.RunID.ValueInt64()))
	}
	failed, unfinished = m.nextApply(creates, "reruns the latest Run, which may be another one by then", "reruns it")
	if creates {
		failed += " To rerun this Run instead, apply again after `terraform untaint`."
	}
	return failed, unfinished
}
