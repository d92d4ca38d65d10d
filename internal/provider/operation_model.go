// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// operationModel holds the attributes of a Run, as operationFields describes them.
type operationModel struct {
	ID              types.Int64       `tfsdk:"id"`
	Type            types.String      `tfsdk:"type"`
	Result          types.String      `tfsdk:"result"`
	Message         types.String      `tfsdk:"message"`
	Created         timetypes.RFC3339 `tfsdk:"created"`
	StartTime       timetypes.RFC3339 `tfsdk:"start_time"`
	EndTime         timetypes.RFC3339 `tfsdk:"end_time"`
	DurationSeconds types.Float64     `tfsdk:"duration_seconds"`
	TriggeredBy     types.String      `tfsdk:"triggered_by"`
	ScheduleID      types.Int64       `tfsdk:"schedule_id"`
	Datastore       types.Object      `tfsdk:"datastore"`
	Status          types.Map         `tfsdk:"status"`
}

var (
	operationAttrType = attrType(operationFields)
	operationType     = operationAttrType.TerraformType(context.Background()).(tftypes.Object)
	datastoreType     = operationType.AttributeTypes["datastore"].(tftypes.Object)
	statusType        = operationType.AttributeTypes["status"]
	containerRunType  = attrType(containerRunFields).TerraformType(context.Background()).(tftypes.Object)
	containerAttrType = attrType(containerFields)
	containerType     = containerRunType.AttributeTypes["container"].(tftypes.Object)
)

// newOperationModel turns a Run of the API into the model.
func newOperationModel(ctx context.Context, operation *qualytics.Operation) (model operationModel, diags diag.Diagnostics) {
	diags = readInto(ctx, operationAttrType, operationValue(operation), &model)
	return model, diags
}

// unknownOperation is the model of a Run that is yet to be started.
func unknownOperation() operationModel {
	return operationModel{
		ID:          types.Int64Unknown(),
		Type:        types.StringUnknown(),
		Created:     timetypes.NewRFC3339Unknown(),
		TriggeredBy: types.StringUnknown(),
		ScheduleID:  types.Int64Unknown(),
		Datastore:   types.ObjectUnknown(attrType(operationFields).AttrTypes["datastore"].(types.ObjectType).AttrTypes),
	}.unfinished()
}

// unfinished is the model of the same Run, with all that changes while it is active unknown.
func (m operationModel) unfinished() operationModel {
	m.Result = types.StringUnknown()
	m.Message = types.StringUnknown()
	m.StartTime = timetypes.NewRFC3339Unknown()
	m.EndTime = timetypes.NewRFC3339Unknown()
	m.DurationSeconds = types.Float64Unknown()
	m.Status = types.MapUnknown(types.NumberType)
	return m
}

// finished reports whether the Run is terminal, by the same rule as the client's.
func (m operationModel) finished() bool {
	operation := qualytics.Operation{
		Result:  qualytics.Result(m.Result.ValueString()),
		EndTime: qualytics.Timestamp(m.EndTime.ValueString()),
	}
	return operation.Finished()
}

// operationValue is a Run of the API in Terraform's own values: the one place that says which attribute
// holds what. Thousands of Runs become state this way, for which the framework's reflection is too slow.
func operationValue(operation *qualytics.Operation) tftypes.Value {
	return tftypes.NewValue(operationType, map[string]tftypes.Value{
		"id":               number(&operation.ID),
		"type":             text(unlessEmpty(operation.Type)),
		"result":           text(unlessEmpty(operation.Result)),
		"message":          text(operation.Message),
		"created":          timestamp(operation.Created),
		"start_time":       timestamp(operation.StartTime),
		"end_time":         timestamp(operation.EndTime),
		"duration_seconds": durationValue(operation),
		"triggered_by":     text(operation.TriggeredBy),
		"schedule_id":      number(operation.ScheduleID),
		"datastore":        datastoreValue(operation.Datastore),
		"status":           statusValue(operation.Status),
	})
}

func containerValue(container *qualytics.Container) tftypes.Value {
	if container == nil {
		return tftypes.NewValue(containerType, nil)
	}
	return tftypes.NewValue(containerType, map[string]tftypes.Value{
		"id":             number(container.ID),
		"name":           text(container.Name),
		"container_type": text(container.ContainerType),
	})
}

func containerRunValue(run *qualytics.ContainerRun) tftypes.Value {
	return tftypes.NewValue(containerRunType, map[string]tftypes.Value{
		"id":                number(run.ID),
		"container":         containerValue(run.Container),
		"start_time":        timestamp(run.StartTime),
		"end_time":          timestamp(run.EndTime),
		"records_processed": number(run.RecordsProcessed),
		"anomaly_count":     number(run.AnomalyCount),
		"result":            text(run.Result),
		"message":           text(run.Message),
	})
}

func durationValue(operation *qualytics.Operation) tftypes.Value {
	duration, ok := operation.Duration()
	if !ok {
		return nullNumber
	}
	return tftypes.NewValue(tftypes.Number, big.NewFloat(duration.Seconds()))
}

func datastoreValue(datastore *qualytics.Datastore) tftypes.Value {
	if datastore == nil {
		return tftypes.NewValue(datastoreType, nil)
	}
	return tftypes.NewValue(datastoreType, map[string]tftypes.Value{
		"id":         number(datastore.ID),
		"name":       text(datastore.Name),
		"store_type": text(datastore.StoreType),
		"type":       text(datastore.Type),
	})
}

func statusValue(counters qualytics.Counters) tftypes.Value {
	if counters == nil {
		return tftypes.NewValue(statusType, nil)
	}
	status := make(map[string]tftypes.Value, len(counters))
	for name, count := range counters {
		status[name] = nullNumber
		if count != nil {
			status[name] = tftypes.NewValue(tftypes.Number, count)
		}
	}
	return tftypes.NewValue(statusType, status)
}

var (
	nullText   = tftypes.NewValue(tftypes.String, nil)
	nullNumber = tftypes.NewValue(tftypes.Number, nil)
)

func text[S ~string](value *S) tftypes.Value {
	if value == nil {
		return nullText
	}
	return tftypes.NewValue(tftypes.String, string(*value))
}

// unlessEmpty is nil for a word that the API left out.
func unlessEmpty[S ~string](word S) *S {
	if word == "" {
		return nil
	}
	return &word
}

// timestamp is null for what is no time in RFC 3339, too: a Run must not get lost for it.
func timestamp(value qualytics.Timestamp) tftypes.Value {
	if _, err := value.Time(); err != nil {
		return nullText
	}
	return text(&value)
}

func number(value *int64) tftypes.Value {
	if value == nil {
		return nullNumber
	}
	return tftypes.NewValue(tftypes.Number, new(big.Float).SetInt64(*value))
}

// readInto reads a value of an object type into a model.
func readInto(ctx context.Context, typ types.ObjectType, value tftypes.Value, model any) diag.Diagnostics {
	object, err := typ.ValueFromTerraform(ctx, value)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unexpected response of the Qualytics API", err.Error())}
	}
	return object.(types.Object).As(ctx, model, basetypes.ObjectAsOptions{})
}

// readList reads values of an object type into a list.
func readList(ctx context.Context, element types.ObjectType, values []tftypes.Value) (types.List, diag.Diagnostics) {
	list := types.ListType{ElemType: element}
	value, err := list.ValueFromTerraform(ctx, tftypes.NewValue(list.TerraformType(ctx), values))
	if err != nil {
		return types.ListNull(element), diag.Diagnostics{diag.NewErrorDiagnostic("Unexpected response of the Qualytics API", err.Error())}
	}
	return value.(types.List), nil
}
