// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

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
		source.own = own
	case m.usesLatest() && m.RunID.ValueInt64() == own: // as planned
		source.runID, source.latest = m.RunID, types.ObjectNull(latestType.AttrTypes)
	case m.usesLatest() && !private.Deleted && !m.startsAnother(prior):
		source.runID = types.Int64Value(own)
	}
	return rerunStarter{runSource: source, user: private.knownUser(tokenID)}
}

// planned plans run_id: the own Run is known, a Run that is looked up is not.
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
	case imported && !m.usesLatest() && !m.RunID.IsUnknown():
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
	return m.nextApply(creates, "reruns", "reruns it")
}
