// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

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

// newOperationModel converts a Run of the API to the model.
func newOperationModel(ctx context.Context, operation *qualytics.Operation) (model operationModel, diags diag.Diagnostics) {
	diags = readInto(ctx, operationAttrType, operationValue(operation, operationFieldNames), &model)
	return model, diags
}

// unknownOperation is the model of a Run that is not started yet.
func unknownOperation() operationModel {
	return operationModel{
		ID:          types.Int64Unknown(),
		Type:        types.StringUnknown(),
		Created:     timetypes.NewRFC3339Unknown(),
		TriggeredBy: types.StringUnknown(),
		ScheduleID:  types.Int64Unknown(),
		Datastore:   types.ObjectUnknown(typed[types.ObjectType](operationAttrType.AttrTypes["datastore"]).AttrTypes),
	}.unfinished()
}

// unfinished returns the model with unknown values for what changes while the Run is active.
func (m operationModel) unfinished() operationModel {
	m.Result = types.StringUnknown()
	m.Message = types.StringUnknown()
	m.StartTime = timetypes.NewRFC3339Unknown()
	m.EndTime = timetypes.NewRFC3339Unknown()
	m.DurationSeconds = types.Float64Unknown()
	m.Status = types.MapUnknown(types.NumberType)
	return m
}

// readInto converts an object value to a model.
func readInto(ctx context.Context, typ types.ObjectType, value tftypes.Value, model any) diag.Diagnostics {
	object, err := typ.ValueFromTerraform(ctx, value)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unexpected response of the Qualytics API", sentence(err.Error())+reportBug)}
	}
	return typed[types.Object](object).As(ctx, model, basetypes.ObjectAsOptions{})
}

// readList converts object values to a list.
func readList(ctx context.Context, element types.ObjectType, values []tftypes.Value) (types.List, diag.Diagnostics) {
	list := types.ListType{ElemType: element}
	value, err := list.ValueFromTerraform(ctx, tftypes.NewValue(list.TerraformType(ctx), values))
	if err != nil {
		return types.ListNull(element), diag.Diagnostics{
			diag.NewErrorDiagnostic("Unexpected response of the Qualytics API", sentence(err.Error())+reportBug),
		}
	}
	return typed[types.List](value), nil
}
