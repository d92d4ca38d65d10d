// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
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

const (
	latestDescription = "Selects the Run to rerun: the latest Run that matches all of these filters, looked up for each rerun. " +
		"Exactly one of `run_id` and `latest` must be set."
	latestTypeDescription = "Type of the Run: `sync` or `catalog` (both mean sync), " +
		"`profile`, `scan`, `export`, `materialize` or `promote`."
	latestDatastoreDescription = "Id of the Run's datastore."
	latestContainerDescription = "Id of a container that the Run targets."
	latestScheduleDescription  = "Id of the schedule that triggered the Run."
	latestResultDescription    = "Accepted results of the Run: `queued`, `running`, `success`, `failure`, `aborted`. " +
		"Defaults to `[\"success\"]`. If the Run is still active, the provider waits for it to end before it reruns it."
)

func rerunnableTypes() validator.String {
	rerunnable := slices.DeleteFunc(qualytics.OperationTypes(), func(t qualytics.OperationType) bool {
		return !qualytics.ActionRerun.SupportsType(t)
	})
	return stringvalidator.OneOf(plainStrings(rerunnable)...)
}

func resultValidators() []validator.List {
	return nonEmptyListOf(listvalidator.ValueStringsAre(stringvalidator.OneOf(plainStrings(qualytics.Results())...)))
}

func latestAttribute() schema.Attribute {
	ids := []validator.Int64{validID{}}
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: latestDescription + " Changing a filter reruns; a newer Run that matches does not. " +
			"Terraform silently ignores misspelled names in this object: check the filters in the plan.",
		Attributes: map[string]schema.Attribute{
			"operation_type": schema.StringAttribute{
				Required: true, Validators: []validator.String{rerunnableTypes()}, MarkdownDescription: latestTypeDescription,
			},
			"datastore":   schema.Int64Attribute{Required: true, Validators: ids, MarkdownDescription: latestDatastoreDescription},
			"container":   schema.Int64Attribute{Optional: true, Validators: ids, MarkdownDescription: latestContainerDescription},
			"schedule_id": schema.Int64Attribute{Optional: true, Validators: ids, MarkdownDescription: latestScheduleDescription},
			"result": schema.ListAttribute{
				Optional: true, Computed: true, ElementType: types.StringType, Validators: resultValidators(),
				Default: listdefault.StaticValue(types.ListValueMust(types.StringType, []attr.Value{
					types.StringValue(string(qualytics.ResultSuccess)),
				})),
				MarkdownDescription: latestResultDescription,
			},
		},
	}
}

func latestActionAttribute() actionschema.Attribute {
	ids := []validator.Int64{validID{}}
	return actionschema.SingleNestedAttribute{
		Optional:            true,
		MarkdownDescription: latestDescription,
		Attributes: map[string]actionschema.Attribute{
			"operation_type": actionschema.StringAttribute{
				Required: true, Validators: []validator.String{rerunnableTypes()}, MarkdownDescription: latestTypeDescription,
			},
			"datastore":   actionschema.Int64Attribute{Required: true, Validators: ids, MarkdownDescription: latestDatastoreDescription},
			"container":   actionschema.Int64Attribute{Optional: true, Validators: ids, MarkdownDescription: latestContainerDescription},
			"schedule_id": actionschema.Int64Attribute{Optional: true, Validators: ids, MarkdownDescription: latestScheduleDescription},
			"result": actionschema.ListAttribute{
				Optional: true, ElementType: types.StringType, Validators: resultValidators(), MarkdownDescription: latestResultDescription,
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
	return "No Run matches " + describeFilter(e.filter) + ". Correct the filters, or run the " + string(*e.filter.OperationType) +
		" once in Qualytics. The provider cannot start the first Run of an operation."
}

// describeFilter formats the filters of `latest` as in a configuration.
func describeFilter(filter qualytics.Filter) string {
	words := []string{fmt.Sprintf("operation_type = %q", *filter.OperationType), fmt.Sprintf("datastore = %d", filter.Datastores[0])}
	if len(filter.Containers) > 0 {
		words = append(words, fmt.Sprintf("container = %d", filter.Containers[0]))
	}
	if filter.ScheduleID != nil {
		words = append(words, fmt.Sprintf("schedule_id = %d", *filter.ScheduleID))
	}
	return strings.Join(append(words, fmt.Sprintf("result = %q", filter.Results)), ", ")
}

// errUnfiltered means that the API did not apply the filters or the order of `latest`.
var errUnfiltered = errors.New("the filters of latest were not applied")

// latestRun looks up the latest Run that matches the filters. If there is none, it returns a
// [noRunError].
func latestRun(ctx context.Context, client *qualytics.Client, filter qualytics.Filter) (*qualytics.Operation, error) {
	// A second Run shows whether the API sorts them.
	listing, err := client.Operations(ctx, filter, 2)
	switch {
	case err != nil:
		return nil, err
	case len(listing.Items) == 0:
		return nil, noRunError{filter}
	case !selectedBy(filter, listing.Items):
		return nil, errUnfiltered
	}
	return &listing.Items[0], nil
}

// selectedBy reports whether the Runs match the filters and are sorted newest first. If the server
// ignores a filter, the wrong Run must not be rerun.
func selectedBy(filter qualytics.Filter, runs []qualytics.Operation) bool {
	for i := range runs {
		run := &runs[i]
		if !hasTypeAndDatastore(run, *filter.OperationType, filter.Datastores[0]) || !slices.Contains(filter.Results, run.Result) {
			return false
		}
		created, err := run.Created.Time()
		if i > 0 && err == nil {
			if before, err := runs[i-1].Created.Time(); err == nil && before.Before(created) {
				return false
			}
		}
	}
	return true
}

// hasTypeAndDatastore reports whether a Run has the type and the datastore. Missing values match.
func hasTypeAndDatastore(run *qualytics.Operation, operationType qualytics.OperationType, datastore int64) bool {
	return (run.Type == "" || run.Type.Canonical() == operationType.Canonical()) &&
		(run.Datastore == nil || run.Datastore.ID == nil || *run.Datastore.ID == datastore)
}
