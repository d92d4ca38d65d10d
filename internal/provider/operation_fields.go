// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

type run = qualytics.Operation

// operationObject has the attributes of a Run on data sources, one per row.
var operationObject = newObject(
	numberField("id", "Id of the Run.", func(r *run) *int64 { return &r.ID }),
	wordField("type", "Type of the operation that the Run executes: `sync` (`catalog` on older deployments), `profile`, `scan`, "+
		"`external_scan`, `export`, `materialize`, `promote` (or `promote_` followed by what it promotes), or a value added later.",
		func(r *run) string { return string(r.Type) }),
	wordField("result", "Result of the Run: `queued` or `running` while it is active, "+
		"then `success`, `failure` or `aborted`; or a value added later.", func(r *run) string { return string(r.Result) }),
	textField("message", "Message of the Run: the reason for a failure, or a warning about a success. Null if there is none.",
		func(r *run) *string { return r.Message }),
	timeField("created", "Time at which the Run was created", "", func(r *run) qualytics.Timestamp { return r.Created }),
	timeField("start_time", "Time at which the Run started", " Null until then.", func(r *run) qualytics.Timestamp { return r.StartTime }),
	timeField("end_time", "Time at which the Run ended", " Null while it is active.", func(r *run) qualytics.Timestamp { return r.EndTime }),
	field[run]{"duration_seconds", schema.Float64Attribute{Computed: true, MarkdownDescription: "Time from start to end, in seconds. " +
		"Null while the Run is active, and if it ended without starting."}, durationValue},
	textField("triggered_by", "Who or what triggered the Run.", func(r *run) *string { return r.TriggeredBy }),
	numberField("schedule_id", "Id of the schedule that triggered the Run. Null if none did.", func(r *run) *int64 { return r.ScheduleID }),
	objectField("datastore", "Datastore that the Run works on.", datastoreObject, func(r *run) *qualytics.Datastore { return r.Datastore }),
	field[run]{"status", schema.MapAttribute{Computed: true, ElementType: types.NumberType, MarkdownDescription: "Counters of the Run, " +
		"by name. They depend on the type of the operation. A scan reports, for example, `total_containers`, `containers_analyzed`, " +
		"`partitions_scanned`, `records_processed` and `anomalies_identified`."}, statusValue},
	textField("url", "Page of the Run in the web application. Null if the Run has no datastore.", func(r *run) *string { return r.URL }),
)

var datastoreObject = newObject(
	numberField("id", "Id of the datastore.", func(d *qualytics.Datastore) *int64 { return d.ID }),
	textField("name", "Name of the datastore.", func(d *qualytics.Datastore) *string { return d.Name }),
	textField("store_type", "Kind of store, such as `jdbc` or `dfs`.", func(d *qualytics.Datastore) *string { return d.StoreType }),
	textField("type", "Technology of the datastore, such as `snowflake`.", func(d *qualytics.Datastore) *string { return d.Type }),
)

// containerObject has the attributes of a container that a Run targets.
var containerObject = newObject(
	numberField("id", "Id of the container.", func(c *qualytics.Container) *int64 { return c.ID }),
	textField("name", "Name of the container.", func(c *qualytics.Container) *string { return c.Name }),
	textField("container_type", "Type of the container, such as `table`, `view` or `file`.",
		func(c *qualytics.Container) *string { return c.ContainerType }),
)

// heldObject has the attributes of the Run that a resource holds.
var heldObject = newObject(append(operationObject.fields,
	wordField("name", "Type and id of the Run, such as `scan 53407`. Terraform shows it in its progress lines.", progressName),
)...)

// progressName is the name in Terraform's progress lines, such as "scan 53407".
func progressName(run *qualytics.Operation) string {
	if run.Type == "" {
		return runName(run.ID)
	}
	return fmt.Sprintf("%s %d", printable(string(run.Type)), run.ID)
}

func durationValue(run *qualytics.Operation) tftypes.Value {
	duration, ok := run.Duration()
	if !ok {
		return nullNumber
	}
	return tftypes.NewValue(tftypes.Number, big.NewFloat(duration.Seconds()))
}

func statusValue(run *qualytics.Operation) tftypes.Value {
	typ := tftypes.Map{ElementType: tftypes.Number}
	if run.Status == nil {
		return tftypes.NewValue(typ, nil)
	}
	status := make(map[string]tftypes.Value, len(run.Status))
	for name, count := range run.Status {
		status[name] = nullNumber
		if count != nil {
			status[name] = tftypes.NewValue(tftypes.Number, count)
		}
	}
	return tftypes.NewValue(typ, status)
}

// field is one computed attribute of an object of the API: its name, its schema and its value. The
// values are tftypes values, because the framework's reflection is too slow for thousands of Runs.
type field[T any] struct {
	name      string
	attribute schema.Attribute
	value     func(*T) tftypes.Value
}

func numberField[T any](name, description string, of func(*T) *int64) field[T] {
	return field[T]{
		name,
		schema.Int64Attribute{Computed: true, MarkdownDescription: description},
		func(t *T) tftypes.Value { return number(of(t)) },
	}
}

func textField[T any, S ~string](name, description string, of func(*T) *S) field[T] {
	return field[T]{
		name,
		schema.StringAttribute{Computed: true, MarkdownDescription: description},
		func(t *T) tftypes.Value { return text(of(t)) },
	}
}

// wordField is null for a word that the API omitted.
func wordField[T any](name, description string, of func(*T) string) field[T] {
	return textField(name, description, func(t *T) *string {
		if word := of(t); word != "" {
			return &word
		}
		return nil
	})
}

// timeField is null for an invalid time, too, because it must not make its object unreadable.
func timeField[T any](name, time, null string, of func(*T) qualytics.Timestamp) field[T] {
	attribute := schema.StringAttribute{
		Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: time + ", in RFC 3339 format." + null,
	}
	return field[T]{name, attribute, func(t *T) tftypes.Value {
		value := of(t)
		if _, err := value.Time(); err != nil {
			return nullText
		}
		return text(&value)
	}}
}

func objectField[T, U any](name, description string, object object[U], of func(*T) *U) field[T] {
	return field[T]{
		name,
		schema.SingleNestedAttribute{Computed: true, MarkdownDescription: description, Attributes: object.attributes()},
		func(t *T) tftypes.Value { return object.value(of(t)) },
	}
}

// object is an object of the API as Terraform shows it.
type object[T any] struct {
	fields []field[T]
	typ    tftypes.Object
	null   map[string]tftypes.Value // every field, null
}

func newObject[T any](fields ...field[T]) object[T] {
	o := object[T]{fields: fields, typ: tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}, null: map[string]tftypes.Value{}}
	for _, field := range fields {
		typ := field.attribute.GetType().TerraformType(context.Background())
		o.typ.AttributeTypes[field.name] = typ
		o.null[field.name] = tftypes.NewValue(typ, nil)
	}
	return o
}

func (o object[T]) names() []string {
	names := make([]string, 0, len(o.fields))
	for _, field := range o.fields {
		names = append(names, field.name)
	}
	return names
}

// attributes returns the fields as attributes of a data source.
func (o object[T]) attributes() map[string]schema.Attribute {
	attributes := make(map[string]schema.Attribute, len(o.fields))
	for _, field := range o.fields {
		attributes[field.name] = field.attribute
	}
	return attributes
}

// values returns the values of the fields for which wanted returns true, and null for the others.
func (o object[T]) values(of *T, wanted func(name string) bool) map[string]tftypes.Value {
	values := maps.Clone(o.null)
	for _, field := range o.fields {
		if wanted(field.name) {
			values[field.name] = field.value(of)
		}
	}
	return values
}

// value returns the whole object, or null for nil.
func (o object[T]) value(of *T) tftypes.Value {
	if of == nil {
		return tftypes.NewValue(o.typ, nil)
	}
	return tftypes.NewValue(o.typ, o.values(of, every))
}

// list returns a list of objects.
func (o object[T]) list(of []T) tftypes.Value {
	values := make([]tftypes.Value, 0, len(of))
	for i := range of {
		values = append(values, o.value(&of[i]))
	}
	return tftypes.NewValue(tftypes.List{ElementType: o.typ}, values)
}

func every(string) bool { return true }

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

func number(value *int64) tftypes.Value {
	if value == nil {
		return nullNumber
	}
	return tftypes.NewValue(tftypes.Number, new(big.Float).SetInt64(*value))
}
