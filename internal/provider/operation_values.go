// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

var (
	operationAttrType = attrType(operationFields)
	operationType     = typed[tftypes.Object](operationAttrType.TerraformType(context.Background()))
	datastoreType     = typed[tftypes.Object](operationType.AttributeTypes["datastore"])
	statusType        = operationType.AttributeTypes["status"]
	containerRunType  = typed[tftypes.Object](attrType(containerRunFields).TerraformType(context.Background()))
	containerAttrType = attrType(containerFields)
	containerType     = typed[tftypes.Object](containerRunType.AttributeTypes["container"])
)

// operationValues return the value of each attribute of a Run as a tftypes.Value. The framework's
// reflection is too slow for thousands of Runs.
var operationValues = map[string]func(*qualytics.Operation) tftypes.Value{
	"id":               func(run *qualytics.Operation) tftypes.Value { return number(&run.ID) },
	"type":             func(run *qualytics.Operation) tftypes.Value { return text(unlessEmpty(run.Type)) },
	"result":           func(run *qualytics.Operation) tftypes.Value { return text(unlessEmpty(run.Result)) },
	"message":          func(run *qualytics.Operation) tftypes.Value { return text(run.Message) },
	"created":          func(run *qualytics.Operation) tftypes.Value { return timestamp(run.Created) },
	"start_time":       func(run *qualytics.Operation) tftypes.Value { return timestamp(run.StartTime) },
	"end_time":         func(run *qualytics.Operation) tftypes.Value { return timestamp(run.EndTime) },
	"duration_seconds": durationValue,
	"triggered_by":     func(run *qualytics.Operation) tftypes.Value { return text(run.TriggeredBy) },
	"schedule_id":      func(run *qualytics.Operation) tftypes.Value { return number(run.ScheduleID) },
	"datastore":        func(run *qualytics.Operation) tftypes.Value { return datastoreValue(run.Datastore) },
	"status":           func(run *qualytics.Operation) tftypes.Value { return statusValue(run.Status) },
}

var operationFieldNames = fieldNames(operationFields)

// operationValue converts a Run of the API. Attributes that are not in fields are null.
func operationValue(operation *qualytics.Operation, fields []string) tftypes.Value {
	values := maps.Clone(nullOperation)
	for _, name := range fields {
		values[name] = operationValues[name](operation)
	}
	return tftypes.NewValue(operationType, values)
}

// nullOperation are the attributes of a Run, all null.
var nullOperation = func() map[string]tftypes.Value {
	values := make(map[string]tftypes.Value, len(operationType.AttributeTypes))
	for name, typ := range operationType.AttributeTypes {
		values[name] = tftypes.NewValue(typ, nil)
	}
	return values
}()

// containerValue returns null for a container without data.
func containerValue(container *qualytics.Container) tftypes.Value {
	if container == nil || *container == (qualytics.Container{}) {
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

// unlessEmpty returns nil for a word that the API omitted.
func unlessEmpty[S ~string](word S) *S {
	if word == "" {
		return nil
	}
	return &word
}

// timestamp returns null for an invalid time, too, because it must not make the Run unreadable.
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
