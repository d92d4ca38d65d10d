// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"

	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

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
