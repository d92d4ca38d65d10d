// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
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

type namedFilter struct {
	name string
	filter
}

const (
	neverEmpty = " Must not be empty. Omit it to select all."
	inRFC3339  = " (RFC 3339, such as `2026-05-01T00:00:00Z`)"
)

var (
	direction = []validator.String{stringvalidator.OneOf("asc", "desc")}
	oneDay    = []validator.String{calendarDate{}}

	// operationFilters are the query parameters of the API's listing, and the time window that the
	// client adds.
	operationFilters = []namedFilter{
		{"id", numberFilter{"Only the Run with this id.", validID{}}},
		{"schedule_id", numberFilter{"Only Runs triggered by the schedule with this id.", validID{}}},
		{"operation_type", textFilter{
			"Only Runs of this type: `sync` or `catalog` (both mean sync), `profile`, `scan`, `external_scan`, " +
				"`export`, `materialize` or `promote`.",
			[]validator.String{stringvalidator.OneOf(plainStrings(qualytics.OperationTypes())...)},
		}},
		{"finished", boolFilter{"Only Runs that have ended (`true`), or only Runs that are still active (`false`)."}},
		{"result", textsFilter{
			"Only Runs with one of these results: `queued`, `running`, `success`, `failure`, `aborted`." + neverEmpty,
			stringvalidator.OneOf(plainStrings(qualytics.Results())...),
		}},
		{"created_after", textFilter{
			"Only Runs created at or after this time" + inRFC3339 + ". The Runs are read newest first, and pages with older Runs are not requested.",
			[]validator.String{pointInTime{}},
		}},
		{"created_before", textFilter{
			"Only Runs created before this time" + inRFC3339 + ". Must be later than `created_after`.",
			[]validator.String{pointInTime{}, laterThan("created_after")},
		}},
		{"created_date", textFilter{"Only Runs created on this date (`YYYY-MM-DD`).", oneDay}},
		{"start_date", textFilter{"Only Runs that started on this date (`YYYY-MM-DD`).", oneDay}},
		{"end_date", textFilter{"Only Runs that ended on this date (`YYYY-MM-DD`).", oneDay}},
		{"datastore", idsFilter{"Only Runs on one of the datastores with these ids." + neverEmpty}},
		{"container", idsFilter{"Only Runs that target one of the containers with these ids." + neverEmpty}},
		{"has_logs", boolFilter{"Only Runs with log entries (`true`), or only Runs without (`false`)."}},
		{"offset", numberFilter{
			"Timezone offset of the date filters, in minutes, from -1440 to 1440. Defaults to `0`, which is UTC. " +
				"The API does not document which sign is east of UTC: to find out, filter for a Run that was created around midnight.",
			int64validator.Between(-1440, 1440),
		}},
		{"sort_created", textFilter{
			"Sorts the Runs by creation time: `asc` (oldest first) or `desc` (newest first). " +
				"Without either sort, the API decides the order; with `created_after` or `created_before`, the newest Runs come first.",
			direction,
		}},
		{"sort_duration", textFilter{
			"Sorts the Runs by duration: `asc` (shortest first) or `desc` (longest first). With `created_after` or `created_before`, " +
				"it sorts the Runs within that window. " +
				"If both sorts are set, `sort_created` takes precedence within a window; without a window, the API decides which one does.",
			direction,
		}},
	}
)

func isOperationFilter(name string) bool {
	return slices.ContainsFunc(operationFilters, func(filter namedFilter) bool { return filter.name == name })
}

// filterAttributes returns the filters as arguments of a data source.
func filterAttributes() map[string]datasourceschema.Attribute {
	attributes := make(map[string]datasourceschema.Attribute, len(operationFilters))
	for _, filter := range operationFilters {
		attributes[filter.name] = filter.dataSourceAttribute()
	}
	return attributes
}

// listFilterAttributes returns the filters as arguments of a list resource.
func listFilterAttributes() map[string]listschema.Attribute {
	attributes := make(map[string]listschema.Attribute, len(operationFilters))
	for _, filter := range operationFilters {
		attributes[filter.name] = filter.listAttribute()
	}
	return attributes
}
