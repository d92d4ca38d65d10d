// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// cleanUpModel is embedded in the models of the resources that own the records of their Runs: the
// held one and those that it superseded.
type cleanUpModel struct {
	DeleteOnDestroy types.Bool `tfsdk:"delete_on_destroy"`
	AbortOnDestroy  types.Bool `tfsdk:"abort_on_destroy"`
	RerunIfDeleted  types.Bool `tfsdk:"rerun_if_deleted"`
	SupersededRuns  types.List `tfsdk:"superseded_runs"`
}

func (m *cleanUpModel) rerunsIfDeleted() bool {
	return m.RerunIfDeleted.IsUnknown() || trueIfNull(m.RerunIfDeleted)
}

// supersededRun is an earlier Run of a resource whose record is still to be deleted. It is an
// attribute, because Terraform can lose the private state.
type supersededRun struct {
	ID        types.Int64       `tfsdk:"id"`
	Created   timetypes.RFC3339 `tfsdk:"created"`
	Datastore types.Int64       `tfsdk:"datastore"`
}

var supersededType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"id": types.Int64Type, "created": timetypes.RFC3339Type{}, "datastore": types.Int64Type,
}}

// cleanUpAttributes returns the attributes of cleanUpModel. another is what the resource does again.
func cleanUpAttributes(another string) map[string]schema.Attribute {
	flag := func(description string) schema.Attribute {
		return schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true), MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"delete_on_destroy": flag("Whether to delete a Run's record when the resource is destroyed, and when a later Run supersedes it. " +
			"Defaults to `true`. What the Run produced (anomalies, computed data) is always kept."),
		"abort_on_destroy": flag("Whether to abort a Run that is still active when the resource is destroyed. Defaults to `true`. " +
			"With `false`, the destroy waits for the Run to end before it deletes the record. " +
			"The same applies to an active Run that a later one supersedes."),
		"rerun_if_deleted": flag("Whether to plan " + another + " if the Run's record was deleted outside Terraform. Defaults to `true`. " +
			"With `false`, the last known state is kept, unless the Run does not pass or its result is not known."),
		"superseded_runs": schema.ListNestedAttribute{
			Computed: true,
			MarkdownDescription: "Earlier Runs of this resource whose records are still to be deleted: " +
				"when a later Run has passed, or when the resource is destroyed.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"id": schema.Int64Attribute{Computed: true, MarkdownDescription: "Id of the Run."},
				"created": schema.StringAttribute{
					Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "Time at which the Run was created.",
				},
				"datastore": schema.Int64Attribute{Computed: true, MarkdownDescription: "Id of the Run's datastore."},
			}},
		},
	}
}

// superseded returns the superseded Runs.
func (m *cleanUpModel) superseded(ctx context.Context, diags *diag.Diagnostics) []*qualytics.Operation {
	if m.SupersededRuns.IsNull() || m.SupersededRuns.IsUnknown() {
		return nil
	}
	var runs []supersededRun
	diags.Append(m.SupersededRuns.ElementsAs(ctx, &runs, false)...)
	records := make([]*qualytics.Operation, 0, len(runs))
	for _, run := range runs {
		records = append(records, &qualytics.Operation{
			ID: run.ID.ValueInt64(), Created: qualytics.Timestamp(run.Created.ValueString()),
			Datastore: &qualytics.Datastore{ID: run.Datastore.ValueInt64Pointer()},
		})
	}
	return records
}

// setSuperseded sets the superseded Runs.
func (m *cleanUpModel) setSuperseded(ctx context.Context, records []*qualytics.Operation, diags *diag.Diagnostics) {
	runs := make([]supersededRun, 0, len(records))
	for _, record := range records {
		run := supersededRun{ID: types.Int64Value(record.ID), Created: timetypes.NewRFC3339Null()}
		if _, err := record.Created.Time(); err == nil {
			run.Created = timetypes.NewRFC3339ValueMust(string(record.Created))
		}
		if record.Datastore != nil {
			run.Datastore = types.Int64PointerValue(record.Datastore.ID)
		}
		runs = append(runs, run)
	}
	list, listDiags := types.ListValueFrom(ctx, supersededType, runs)
	diags.Append(listDiags...)
	m.SupersededRuns = list
}

// deleteSuperseded deletes the records of superseded Runs, each on its own, and keeps those that
// cannot be deleted, and the Run that is still named by run_id. With delete_on_destroy = false, it
// keeps the records and forgets the Runs, once they have ended.
func (m *cleanUpModel) deleteSuperseded(ctx context.Context, runs *runs, named int64, diags *diag.Diagnostics) {
	var kept []*qualytics.Operation
	for _, record := range m.superseded(ctx, diags) {
		if record.ID == named && trueIfNull(m.DeleteOnDestroy) {
			kept = append(kept, record)
			continue
		}
		if err := m.release(ctx, runs, record); err != nil {
			kept = append(kept, record)
			summary := fmt.Sprintf("The record of the superseded Run %d was not deleted", record.ID)
			if !trueIfNull(m.DeleteOnDestroy) {
				summary = fmt.Sprintf("The superseded Run %d was not aborted", record.ID)
			}
			diags.AddWarning(summary, paragraphs(
				explanation(err), "The provider tries again after the next Run that passes, or when the resource is destroyed."))
		}
	}
	m.setSuperseded(ctx, kept, diags)
}

// release deletes the record of a Run or, with delete_on_destroy = false, only aborts the Run.
func (m *cleanUpModel) release(ctx context.Context, runs *runs, record *qualytics.Operation) error {
	abort := trueIfNull(m.AbortOnDestroy)
	switch {
	case trueIfNull(m.DeleteOnDestroy):
		return runs.deleteRecord(ctx, record, abort)
	case abort && !record.Finished():
		return runs.abortRecord(ctx, record)
	}
	return nil
}

// destroy releases the held Run and those that it superseded, each on its own, and reports what
// failed.
func (m *cleanUpModel) destroy(ctx context.Context, runs *runs, held *qualytics.Operation, diags *diag.Diagnostics) {
	for _, record := range append([]*qualytics.Operation{held}, m.superseded(ctx, diags)...) {
		addError(diags, m.release(ctx, runs, record))
	}
}

// nextApply says what the next apply does with a Run that failed this one, and with one that is still
// active. Terraform taints a new resource.
func (m *cleanUpModel) nextApply(creates bool, again, againAfterUpdate string) (failed, unfinished string) {
	if !creates {
		return "The next apply " + againAfterUpdate + ".", "The next apply continues waiting for it."
	}
	record, active := "deletes the record of this Run", "aborts that Run"
	if !trueIfNull(m.AbortOnDestroy) {
		active = "waits until that Run has ended"
	}
	if !trueIfNull(m.DeleteOnDestroy) {
		record = "keeps the record of this Run"
		if !trueIfNull(m.AbortOnDestroy) {
			active = "leaves that Run running"
		}
	}
	const tainted, untaint = "Terraform marks the new resource as tainted: the next apply ",
		"run `terraform untaint` with the resource's address, then "
	return tainted + record + " and " + again + ". To accept the Run instead, " + untaint + "change fail_on or max_anomalies.",
		tainted + active + " and starts over. To continue waiting for it instead, " + untaint + "apply again."
}
