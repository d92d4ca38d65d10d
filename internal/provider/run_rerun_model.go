// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

type runRerunModel struct {
	runModel
	waitModel
	Latest          types.Object `tfsdk:"latest"`
	DeleteOnDestroy types.Bool   `tfsdk:"delete_on_destroy"`
	AbortOnDestroy  types.Bool   `tfsdk:"abort_on_destroy"`
	RerunIfDeleted  types.Bool   `tfsdk:"rerun_if_deleted"`
}

func (m *runRerunModel) source() runSource {
	return runSource{action: qualytics.ActionRerun, runID: m.RunID, latest: m.Latest}
}

// sourceAfter returns the source of an update. Unless run_id has changed, the held Run has the same
// configuration.
func (m *runRerunModel) sourceAfter(state *runRerunModel) runSource {
	source := m.source()
	source.user = state.TriggeredBy.ValueString()
	if !m.anotherRun(&state.runModel) {
		source.own = state.ID.ValueInt64()
	}
	return source
}

// keepRunID keeps the run_id of the state if there is no rerun. With latest, it is the Run that was
// rerun. Without latest, a run_id that differs is the id of the held Run.
func (m *runRerunModel) keepRunID(state *runRerunModel) {
	if !m.Latest.IsNull() || !state.RunID.IsNull() {
		m.RunID = state.RunID
	}
}

func (m *runRerunModel) updateFrom(state *runRerunModel, private privateState) runUpdate {
	return runUpdate{
		state: &state.runModel, plan: &m.runModel, private: private,
		sourceChanged: m.sourceChanged(state),
		imported:      state.RunID.IsNull() && state.Latest.IsNull(),
		waited:        state.waits(), waits: m.waits(), gate: m.gate(),
		rerunIfDeleted: m.RerunIfDeleted.IsUnknown() || trueIfNull(m.RerunIfDeleted),
	}
}

// sourceChanged reports whether the configuration selects another Run to rerun. Moving from run_id
// to latest is no change if the held Run has the type and the datastore of latest.
func (m *runRerunModel) sourceChanged(state *runRerunModel) bool {
	switch {
	case m.Latest.IsNull():
		return m.anotherRun(&state.runModel)
	case !state.Latest.IsNull() || m.Latest.IsUnknown():
		return !m.Latest.Equal(state.Latest)
	}
	operationType, datastore := m.Latest.Attributes()["operation_type"], m.Latest.Attributes()["datastore"]
	return !sameType(operationType, state.Type) || !datastore.Equal(state.Datastore.Attributes()["id"])
}

func sameType(a attr.Value, b types.String) bool {
	operationType, ok := a.(types.String)
	return ok && !operationType.IsUnknown() &&
		qualytics.OperationType(operationType.ValueString()).Canonical() == qualytics.OperationType(b.ValueString()).Canonical()
}
