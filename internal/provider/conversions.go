// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"time"

	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// goStrings returns the elements of a list of strings.
func goStrings[S ~string](list types.List) []S {
	values := make([]S, 0, len(list.Elements()))
	for _, element := range list.Elements() {
		values = append(values, S(typed[types.String](element).ValueString()))
	}
	return values
}

// plainStrings converts words of the API to strings for the validators.
func plainStrings[S ~string](words []S) []string {
	plain := make([]string, 0, len(words))
	for _, word := range words {
		plain = append(plain, string(word))
	}
	return plain
}

// goIDs returns the elements of a list of ids. It reports invalid ids.
func goIDs(diags *diag.Diagnostics, object string, list types.List) []int64 {
	values := make([]int64, 0, len(list.Elements()))
	for i, element := range list.Elements() {
		id := typed[types.Int64](element)
		expectID(diags, path.Root(object).AtListIndex(i), object, id)
		values = append(values, id.ValueInt64())
	}
	return values
}

// goTime parses a time that pointInTime has validated. It returns nil if none is set.
func goTime(value types.String) *time.Time {
	parsed, err := time.Parse(time.RFC3339, value.ValueString())
	if err != nil {
		return nil
	}
	return &parsed
}

func stringValues(words []string) []attr.Value {
	values := make([]attr.Value, 0, len(words))
	for _, word := range words {
		values = append(values, types.StringValue(word))
	}
	return values
}

// trueIfNull returns the value of an argument that defaults to true.
func trueIfNull(value types.Bool) bool { return value.IsNull() || value.ValueBool() }

// durationOr parses a duration that positiveDuration has validated, or returns the fallback.
func durationOr(value types.String, fallback time.Duration) time.Duration {
	duration, err := time.ParseDuration(value.ValueString())
	if err != nil {
		return fallback
	}
	return duration
}

func int64Or(value types.Int64, fallback int64) int64 {
	if value.IsNull() {
		return fallback
	}
	return value.ValueInt64()
}

// typed asserts the type of a value, which a schema or the framework guarantees. It panics with
// both types if they differ, which is a bug in the provider.
func typed[T any](value any) T {
	fixed, ok := value.(T)
	if !ok {
		panic(fmt.Sprintf("got a value of type %T, want %T", value, fixed))
	}
	return fixed
}

// The framework has a schema package for each kind of schema. What several kinds share is written
// once, as an ordinary literal, and converted here. The conversions know the types of attributes
// that are in use.

// resourceAttributes converts the computed attributes of a data source to those of a resource.
func resourceAttributes(attributes map[string]datasourceschema.Attribute) map[string]resourceschema.Attribute {
	return convert(attributes, func(attribute datasourceschema.Attribute) resourceschema.Attribute {
		switch a := attribute.(type) {
		case datasourceschema.StringAttribute:
			return resourceschema.StringAttribute{Computed: a.Computed, MarkdownDescription: a.MarkdownDescription, CustomType: a.CustomType}
		case datasourceschema.Int64Attribute:
			return resourceschema.Int64Attribute{Computed: a.Computed, MarkdownDescription: a.MarkdownDescription}
		case datasourceschema.Float64Attribute:
			return resourceschema.Float64Attribute{Computed: a.Computed, MarkdownDescription: a.MarkdownDescription}
		case datasourceschema.MapAttribute:
			return resourceschema.MapAttribute{Computed: a.Computed, MarkdownDescription: a.MarkdownDescription, ElementType: a.ElementType}
		case datasourceschema.SingleNestedAttribute:
			return resourceschema.SingleNestedAttribute{
				Computed: a.Computed, MarkdownDescription: a.MarkdownDescription, Attributes: resourceAttributes(a.Attributes),
			}
		}
		panic(unconverted(attribute))
	})
}

// listAttributes converts the filters of a data source to those of a list resource.
func listAttributes(attributes map[string]datasourceschema.Attribute) map[string]listschema.Attribute {
	return convert(attributes, func(attribute datasourceschema.Attribute) listschema.Attribute {
		switch a := attribute.(type) {
		case datasourceschema.StringAttribute:
			return listschema.StringAttribute{Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators}
		case datasourceschema.Int64Attribute:
			return listschema.Int64Attribute{Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators}
		case datasourceschema.BoolAttribute:
			return listschema.BoolAttribute{Optional: a.Optional, MarkdownDescription: a.MarkdownDescription}
		case datasourceschema.ListAttribute:
			return listschema.ListAttribute{
				Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, ElementType: a.ElementType, Validators: a.Validators,
			}
		}
		panic(unconverted(attribute))
	})
}

// actionAttributes converts the arguments of resources to those of an action, which have no defaults
// in the schema.
func actionAttributes(several ...map[string]resourceschema.Attribute) map[string]actionschema.Attribute {
	attributes := map[string]resourceschema.Attribute{}
	for _, some := range several {
		maps.Copy(attributes, some)
	}
	return convert(attributes, func(attribute resourceschema.Attribute) actionschema.Attribute {
		switch a := attribute.(type) {
		case resourceschema.StringAttribute:
			return actionschema.StringAttribute{
				Required: a.Required, Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case resourceschema.Int64Attribute:
			return actionschema.Int64Attribute{
				Required: a.Required, Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators,
			}
		case resourceschema.BoolAttribute:
			return actionschema.BoolAttribute{Optional: a.Optional, MarkdownDescription: a.MarkdownDescription}
		case resourceschema.ListAttribute:
			return actionschema.ListAttribute{
				Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, ElementType: a.ElementType, Validators: a.Validators,
			}
		case resourceschema.DynamicAttribute:
			return actionschema.DynamicAttribute{Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, Validators: a.Validators}
		case resourceschema.SingleNestedAttribute:
			return actionschema.SingleNestedAttribute{
				Optional: a.Optional, MarkdownDescription: a.MarkdownDescription, Attributes: actionAttributes(a.Attributes),
			}
		}
		panic(unconverted(attribute))
	})
}

func convert[From, To any](attributes map[string]From, one func(From) To) map[string]To {
	converted := make(map[string]To, len(attributes))
	for name, attribute := range attributes {
		converted[name] = one(attribute)
	}
	return converted
}

func unconverted(attribute any) string {
	return fmt.Sprintf("attributes of type %T are not converted", attribute)
}
