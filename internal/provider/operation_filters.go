// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// filterModel holds the filters of a listing, under the API's own parameter names.
type filterModel struct {
	ID            types.Int64  `tfsdk:"id"`
	ScheduleID    types.Int64  `tfsdk:"schedule_id"`
	OperationType types.String `tfsdk:"operation_type"`
	Finished      types.Bool   `tfsdk:"finished"`
	Result        types.List   `tfsdk:"result"`
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

// filter is the model as the client takes it.
func (m filterModel) filter() qualytics.Filter {
	return qualytics.Filter{
		ID:            m.ID.ValueInt64Pointer(),
		ScheduleID:    m.ScheduleID.ValueInt64Pointer(),
		OperationType: (*qualytics.OperationType)(m.OperationType.ValueStringPointer()),
		Finished:      m.Finished.ValueBoolPointer(),
		Results:       goStrings[qualytics.Result](m.Result),
		CreatedDate:   m.CreatedDate.ValueStringPointer(),
		StartDate:     m.StartDate.ValueStringPointer(),
		EndDate:       m.EndDate.ValueStringPointer(),
		Datastores:    ids(m.Datastore),
		Containers:    ids(m.Container),
		HasLogs:       m.HasLogs.ValueBoolPointer(),
		Offset:        m.Offset.ValueInt64Pointer(),
		SortCreated:   m.SortCreated.ValueStringPointer(),
		SortDuration:  m.SortDuration.ValueStringPointer(),
	}
}

// goStrings are the elements of a list of strings.
func goStrings[S ~string](list types.List) []S {
	values := make([]S, 0, len(list.Elements()))
	for _, element := range list.Elements() {
		values = append(values, S(element.(types.String).ValueString()))
	}
	return values
}

// plainStrings are words of the API as the validators take them.
func plainStrings[S ~string](words []S) []string {
	plain := make([]string, 0, len(words))
	for _, word := range words {
		plain = append(plain, string(word))
	}
	return plain
}

func ids(list types.List) []int64 {
	values := make([]int64, 0, len(list.Elements()))
	for _, element := range list.Elements() {
		values = append(values, element.(types.Int64).ValueInt64())
	}
	return values
}

// The kinds of values that filters take.
type (
	textFilter struct {
		description string
		valid       validator.String
	}
	textsFilter struct {
		description string
		valid       validator.String
	}
	numberFilter struct {
		description string
		valid       validator.Int64
	}
	idsFilter  struct{ description string }
	boolFilter struct{ description string }
)

const neverEmpty = " Must not be empty: leave it out to take all."

var (
	positive  = int64validator.AtLeast(1)
	direction = stringvalidator.OneOf("asc", "desc")

	// filters are the query parameters of the API's listing.
	filters = map[string]any{
		"id":             numberFilter{"Only the Run with this id.", positive},
		"schedule_id":    numberFilter{"Only Runs that the schedule with this id triggered.", positive},
		"operation_type": textFilter{"Only Runs of this type: `sync` or `catalog` (both mean sync), `profile`, `scan`, `external_scan`, `export`, `materialize` or `promote`.", stringvalidator.OneOf(plainStrings(qualytics.OperationTypes())...)},
		"finished":       boolFilter{"`true`: only finished Runs; `false`: only Runs in progress."},
		"result":         textsFilter{"Only Runs with one of these results: `queued`, `running`, `success`, `failure`, `aborted`." + neverEmpty, stringvalidator.OneOf(plainStrings(qualytics.Results())...)},
		"created_date":   textFilter{"Only Runs created on this date (`YYYY-MM-DD`).", calendarDate{}},
		"start_date":     textFilter{"Only Runs started on this date (`YYYY-MM-DD`).", calendarDate{}},
		"end_date":       textFilter{"Only Runs ended on this date (`YYYY-MM-DD`).", calendarDate{}},
		"datastore":      idsFilter{"Only Runs on one of the datastores with these ids." + neverEmpty},
		"container":      idsFilter{"Only Runs that target one of the containers with these ids." + neverEmpty},
		"has_logs":       boolFilter{"`true`: only Runs that produced log entries; `false`: only Runs that produced none."},
		"offset":         numberFilter{"Timezone offset in minutes, from -1440 to 1440, by which the API aligns the date filters with your timezone. Its documentation does not say which sign is east: compare once with a Run created around midnight. Defaults to 0, which is UTC.", int64validator.Between(-1440, 1440)},
		"sort_created":   textFilter{"Sorts the Runs by when they were created: `asc` (oldest first) or `desc` (newest first). Unset, the API decides about the order.", direction},
		"sort_duration":  textFilter{"Sorts the Runs by duration: `asc` (shortest first) or `desc` (longest first). If `sort_created` is set, too, the API decides which of them counts first.", direction},
	}
)

// filterAttributes are the filters as arguments of a data source.
func filterAttributes() map[string]datasourceschema.Attribute {
	attributes := make(map[string]datasourceschema.Attribute, len(filters))
	for name, filter := range filters {
		switch filter := filter.(type) {
		case textFilter:
			attributes[name] = datasourceschema.StringAttribute{Optional: true, MarkdownDescription: filter.description, Validators: []validator.String{filter.valid}}
		case textsFilter:
			attributes[name] = datasourceschema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: filter.description, Validators: filledWith(listvalidator.ValueStringsAre(filter.valid))}
		case numberFilter:
			attributes[name] = datasourceschema.Int64Attribute{Optional: true, MarkdownDescription: filter.description, Validators: []validator.Int64{filter.valid}}
		case idsFilter:
			attributes[name] = datasourceschema.ListAttribute{Optional: true, ElementType: types.Int64Type, MarkdownDescription: filter.description, Validators: filledWith(listvalidator.ValueInt64sAre(positive))}
		case boolFilter:
			attributes[name] = datasourceschema.BoolAttribute{Optional: true, MarkdownDescription: filter.description}
		}
	}
	return attributes
}

// listFilterAttributes are the filters as arguments of a list resource.
func listFilterAttributes() map[string]listschema.Attribute {
	attributes := make(map[string]listschema.Attribute, len(filters))
	for name, filter := range filters {
		switch filter := filter.(type) {
		case textFilter:
			attributes[name] = listschema.StringAttribute{Optional: true, MarkdownDescription: filter.description, Validators: []validator.String{filter.valid}}
		case textsFilter:
			attributes[name] = listschema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: filter.description, Validators: filledWith(listvalidator.ValueStringsAre(filter.valid))}
		case numberFilter:
			attributes[name] = listschema.Int64Attribute{Optional: true, MarkdownDescription: filter.description, Validators: []validator.Int64{filter.valid}}
		case idsFilter:
			attributes[name] = listschema.ListAttribute{Optional: true, ElementType: types.Int64Type, MarkdownDescription: filter.description, Validators: filledWith(listvalidator.ValueInt64sAre(positive))}
		case boolFilter:
			attributes[name] = listschema.BoolAttribute{Optional: true, MarkdownDescription: filter.description}
		}
	}
	return attributes
}

// filledWith rejects empty lists, which would silently select everything, and invalid elements.
func filledWith(elements validator.List) []validator.List {
	return []validator.List{listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), elements}
}
