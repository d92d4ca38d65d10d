// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// latestModel selects the Run to rerun: the latest Run that matches all filters.
type latestModel struct {
	OperationType types.String `tfsdk:"operation_type"`
	Datastore     types.Int64  `tfsdk:"datastore"`
	Container     types.Int64  `tfsdk:"container"`
	ScheduleID    types.Int64  `tfsdk:"schedule_id"`
	Result        types.List   `tfsdk:"result"`
}

var latestType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"operation_type": types.StringType,
	"datastore":      types.Int64Type,
	"container":      types.Int64Type,
	"schedule_id":    types.Int64Type,
	"result":         types.ListType{ElemType: types.StringType},
}}

func latestAttribute() schema.Attribute {
	ids := []validator.Int64{validID{}}
	rerunnable := slices.DeleteFunc(qualytics.OperationTypes(), func(t qualytics.OperationType) bool {
		return !qualytics.ActionRerun.SupportsType(t)
	})
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Selects the Run to rerun: the latest Run that matches all of these filters. " +
			"Exactly one of `run_id` and `latest` must be set. " +
			"Terraform silently ignores misspelled names in this object: check the filters in the plan.",
		Attributes: map[string]schema.Attribute{
			"operation_type": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.OneOf(plainStrings(rerunnable)...)},
				MarkdownDescription: "Type of the Run: `sync` or `catalog` (both mean sync), " +
					"`profile`, `scan`, `export`, `materialize` or `promote`.",
			},
			"datastore":   schema.Int64Attribute{Required: true, Validators: ids, MarkdownDescription: "Id of the Run's datastore."},
			"container":   schema.Int64Attribute{Optional: true, Validators: ids, MarkdownDescription: "Id of a container that the Run targets."},
			"schedule_id": schema.Int64Attribute{Optional: true, Validators: ids, MarkdownDescription: "Id of the schedule that triggered the Run."},
			"result": schema.ListAttribute{
				Optional: true, Computed: true, ElementType: types.StringType, Validators: resultValidators(),
				Default: listdefault.StaticValue(types.ListValueMust(types.StringType, []attr.Value{
					types.StringValue(string(qualytics.ResultSuccess)),
				})),
				MarkdownDescription: "Accepted results of the Run: `queued`, `running`, `success`, `failure`, `aborted`. " +
					"Defaults to `[\"success\"]`. If the Run is still active, the provider waits for it to end before it reruns it.",
			},
		},
	}
}

// latestFilters returns the filters of `latest`, with defaults. ok is false if a value is unknown.
func latestFilters(ctx context.Context, latest types.Object) (filter qualytics.Filter, ok bool) {
	var model latestModel
	if latest.IsUnknown() || latest.As(ctx, &model, basetypes.ObjectAsOptions{}).HasError() {
		return filter, false
	}
	for _, value := range []attr.Value{model.OperationType, model.Datastore, model.Container, model.ScheduleID, model.Result} {
		if value.IsUnknown() || slices.ContainsFunc(model.Result.Elements(), attr.Value.IsUnknown) {
			return filter, false
		}
	}
	filter = qualytics.Filter{
		OperationType: new(qualytics.OperationType(model.OperationType.ValueString())),
		Datastores:    []int64{model.Datastore.ValueInt64()},
		ScheduleID:    model.ScheduleID.ValueInt64Pointer(),
		Results:       goStrings[qualytics.Result](model.Result),
		SortCreated:   new("desc"),
	}
	if !model.Container.IsNull() {
		filter.Containers = []int64{model.Container.ValueInt64()}
	}
	if model.Result.IsNull() {
		filter.Results = []qualytics.Result{qualytics.ResultSuccess}
	}
	return filter, true
}

// latestOperationType returns the operation_type of `latest`, or "" if it is null or unknown.
func latestOperationType(latest types.Object) qualytics.OperationType {
	operationType, ok := latest.Attributes()["operation_type"].(types.String)
	if !ok {
		return ""
	}
	return qualytics.OperationType(operationType.ValueString())
}

// noRunError means that no Run matches `latest`.
type noRunError struct{ filter qualytics.Filter }

func (e noRunError) Error() string {
	return "No Run matches " + describeFilter(e.filter) + ". Correct the filters, or start the first Run: " +
		"with the resource qualytics_run, with a schedule, or in Qualytics. The guide \"The first Run\" describes these ways."
}

// describeFilter formats the filters of `latest` as in a configuration.
func describeFilter(filter qualytics.Filter) string {
	filters := []string{fmt.Sprintf("operation_type = %q", *filter.OperationType), fmt.Sprintf("datastore = %d", filter.Datastores[0])}
	if len(filter.Containers) > 0 {
		filters = append(filters, fmt.Sprintf("container = %d", filter.Containers[0]))
	}
	if filter.ScheduleID != nil {
		filters = append(filters, fmt.Sprintf("schedule_id = %d", *filter.ScheduleID))
	}
	return strings.Join(append(filters, fmt.Sprintf("result = %q", filter.Results)), ", ")
}

// errUnfiltered means that the API did not apply the filters or the order of `latest`.
var errUnfiltered = errors.New("the filters of latest were not applied")

// latestRun looks up the latest Run that matches the filters. If there is none, it returns a
// [noRunError].
func latestRun(ctx context.Context, client *qualytics.Client, filter qualytics.Filter) (*qualytics.Operation, error) {
	listing, err := client.Operations(ctx, filter, 2) // a second Run shows whether the API sorts them
	switch {
	case err != nil:
		return nil, err
	case len(listing.Items) == 0:
		return nil, noRunError{filter}
	}
	for i := range listing.Items {
		if !selects(filter, &listing.Items[i]) || i > 0 && createdBefore(&listing.Items[i-1], &listing.Items[i]) {
			return nil, errUnfiltered
		}
	}
	return &listing.Items[0], nil
}

// selects reports whether a Run matches the filters. If the server ignores a filter, the wrong Run
// must not be rerun. Values that the API does not return match, but a Run that shows no schedule was
// not triggered by one.
func selects(filter qualytics.Filter, run *qualytics.Operation) bool {
	isContainer := func(container qualytics.Container) bool {
		return container.ID == nil || slices.Contains(filter.Containers, *container.ID)
	}
	return slices.Contains(filter.Results, run.Result) &&
		(run.Type == "" || run.Type.Canonical() == filter.OperationType.Canonical()) &&
		(run.Datastore == nil || run.Datastore.ID == nil || *run.Datastore.ID == filter.Datastores[0]) &&
		(filter.ScheduleID == nil || run.ScheduleID != nil && *run.ScheduleID == *filter.ScheduleID) &&
		(len(filter.Containers) == 0 || len(run.Containers) == 0 || slices.ContainsFunc(run.Containers, isContainer))
}

// createdBefore reports whether a Run is known to be older than another.
func createdBefore(run, other *qualytics.Operation) bool {
	created, err := run.Created.Time()
	than, otherErr := other.Created.Time()
	return err == nil && otherErr == nil && created.Before(than)
}
