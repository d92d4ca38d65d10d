// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// field is one computed attribute of an object of the API: its name, its schema and its value. The
// values are tftypes values, because the framework's reflection is too slow for thousands of Runs.
type field[T any] struct {
	name      string
	attribute schema.Attribute
	value     func(*T) tftypes.Value
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

// nested returns the object as an attribute of another one.
func (o object[T]) nested(description string) schema.Attribute {
	return schema.SingleNestedAttribute{Computed: true, MarkdownDescription: description, Attributes: o.attributes()}
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

// wordOrNull returns null for a word that the API omitted.
func wordOrNull[S ~string](value S) tftypes.Value {
	if value == "" {
		return nullText
	}
	return tftypes.NewValue(tftypes.String, string(value))
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
