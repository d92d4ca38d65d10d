// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// filterModel holds the filters of a listing. The names are those of the API's parameters if it has
// them.
type filterModel struct {
	ID            types.Int64  `tfsdk:"id"`
	ScheduleID    types.Int64  `tfsdk:"schedule_id"`
	OperationType types.String `tfsdk:"operation_type"`
	Finished      types.Bool   `tfsdk:"finished"`
	Result        types.List   `tfsdk:"result"`
	CreatedAfter  types.String `tfsdk:"created_after"`
	CreatedBefore types.String `tfsdk:"created_before"`
	CreatedDate   types.String `tfsdk:"created_date"`
	StartDate     types.String `tfsdk:"start_date"`
	EndDate       types.String `tfsdk:"end_date"`
	Datastore     types.List   `tfsdk:"datastore"`
	Container     types.List   `tfsdk:"container"`
	HasLogs       types.Bool   `tfsdk:"has_logs"`
	Offset        types.Int64  `tfsdk:"offset"`
	SortCreated   types.String `tfsdk:"sort_created"`
	SortDuration  types.String `tfsdk:"sort_duration"`
}

// filter converts the model to the client's filter. It reports invalid ids.
func (m filterModel) filter(diags *diag.Diagnostics) qualytics.Filter {
	expectID(diags, path.Root("id"), "Run", m.ID)
	expectID(diags, path.Root("schedule_id"), "schedule", m.ScheduleID)
	return qualytics.Filter{
		ID:            m.ID.ValueInt64Pointer(),
		ScheduleID:    m.ScheduleID.ValueInt64Pointer(),
		OperationType: (*qualytics.OperationType)(m.OperationType.ValueStringPointer()),
		Finished:      m.Finished.ValueBoolPointer(),
		Results:       goStrings[qualytics.Result](m.Result),
		CreatedAfter:  goTime(m.CreatedAfter),
		CreatedBefore: goTime(m.CreatedBefore),
		CreatedDate:   m.CreatedDate.ValueStringPointer(),
		StartDate:     m.StartDate.ValueStringPointer(),
		EndDate:       m.EndDate.ValueStringPointer(),
		Datastores:    goIDs(diags, "datastore", m.Datastore),
		Containers:    goIDs(diags, "container", m.Container),
		HasLogs:       m.HasLogs.ValueBoolPointer(),
		Offset:        m.Offset.ValueInt64Pointer(),
		SortCreated:   m.SortCreated.ValueStringPointer(),
		SortDuration:  m.SortDuration.ValueStringPointer(),
	}
}

const (
	neverEmpty = " Must not be empty. Omit it to select all."
	inRFC3339  = " (RFC 3339, such as `2026-05-01T00:00:00Z`)"
)

// operationFilters returns the query parameters of the API's listing, and the time window that the
// client adds, as arguments of a data source.
func operationFilters() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":          idFilter("Only the Run with this id."),
		"schedule_id": idFilter("Only Runs triggered by the schedule with this id."),
		"operation_type": textFilter("Only Runs of this type: `sync` or `catalog` (both mean sync), `profile`, `scan`, `external_scan`, "+
			"`export`, `materialize` or `promote`.", stringvalidator.OneOf(plainStrings(qualytics.OperationTypes())...)),
		"finished": schema.BoolAttribute{
			Optional: true, MarkdownDescription: "Only Runs that have ended (`true`), or only Runs that are still active (`false`).",
		},
		"result": schema.ListAttribute{
			Optional: true, ElementType: types.StringType, Validators: resultValidators(),
			MarkdownDescription: "Only Runs with one of these results: `queued`, `running`, `success`, `failure`, `aborted`." + neverEmpty,
		},
		"created_after": textFilter("Only Runs created at or after this time"+inRFC3339+". "+
			"The Runs are read newest first, and pages with older Runs are not requested.", pointInTime{}),
		"created_before": textFilter("Only Runs created before this time"+inRFC3339+". Must be later than `created_after`.",
			pointInTime{}, laterThan("created_after")),
		"created_date": textFilter("Only Runs created on this date (`YYYY-MM-DD`).", calendarDate{}),
		"start_date":   textFilter("Only Runs that started on this date (`YYYY-MM-DD`).", calendarDate{}),
		"end_date":     textFilter("Only Runs that ended on this date (`YYYY-MM-DD`).", calendarDate{}),
		"datastore":    idsFilter("Only Runs on one of the datastores with these ids."),
		"container":    idsFilter("Only Runs that target one of the containers with these ids."),
		"has_logs": schema.BoolAttribute{
			Optional: true, MarkdownDescription: "Only Runs with log entries (`true`), or only Runs without (`false`).",
		},
		"offset": schema.Int64Attribute{
			Optional: true, Validators: []validator.Int64{int64validator.Between(-1440, 1440)},
			MarkdownDescription: "Timezone offset of the date filters, in minutes, from -1440 to 1440. Defaults to `0`, which is UTC. " +
				"The API does not document which sign is east of UTC: to find out, filter for a Run that was created around midnight.",
		},
		"sort_created": textFilter("Sorts the Runs by creation time: `asc` (oldest first) or `desc` (newest first). "+
			"Without either sort, the API decides the order; with `created_after` or `created_before`, the newest Runs come first.",
			stringvalidator.OneOf("asc", "desc")),
		"sort_duration": textFilter("Sorts the Runs by duration: `asc` (shortest first) or `desc` (longest first). "+
			"With `created_after` or `created_before`, it sorts the Runs within that window. "+
			"If both sorts are set, `sort_created` takes precedence within a window; without a window, the API decides which one does.",
			stringvalidator.OneOf("asc", "desc")),
	}
}

func idFilter(description string) schema.Attribute {
	return schema.Int64Attribute{Optional: true, MarkdownDescription: description, Validators: []validator.Int64{validID{}}}
}

func idsFilter(description string) schema.Attribute {
	return schema.ListAttribute{
		Optional: true, ElementType: types.Int64Type, MarkdownDescription: description + neverEmpty,
		Validators: nonEmptyListOf(listvalidator.ValueInt64sAre(validID{})),
	}
}

func textFilter(description string, valid ...validator.String) schema.Attribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: valid}
}

func resultValidators() []validator.List {
	return nonEmptyListOf(listvalidator.ValueStringsAre(stringvalidator.OneOf(plainStrings(qualytics.Results())...)))
}

// nonEmptyListOf rejects empty lists, which would select everything, and invalid elements.
func nonEmptyListOf(elements validator.List) []validator.List {
	return []validator.List{listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), elements}
}

// addFilterError reports a failed listing, with each rejected parameter on the filter of that name.
func addFilterError(diags *diag.Diagnostics, err error) {
	filters := operationFilters()
	addParameterErrors(diags, subject{verb: "list", object: "Runs"}.failed(err), func(parameter qualytics.ParameterError) (path.Path, bool) {
		name := parameter.Parameter()
		_, isFilter := filters[name]
		return path.Root(name), isFilter
	})
}
