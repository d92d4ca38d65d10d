// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// filter is an argument of a data source and of a list resource. The framework has separate schema
// packages for the two.
type filter interface {
	dataSourceAttribute() datasourceschema.Attribute
	listAttribute() listschema.Attribute
}

// The kinds of filters, by the type of their values.
type (
	textFilter struct {
		description string
		valid       []validator.String
	}
	textsFilter struct {
		description string
		element     validator.String
	}
	numberFilter struct {
		description string
		valid       validator.Int64
	}
	idsFilter  struct{ description string }
	boolFilter struct{ description string }
)

func (f textFilter) dataSourceAttribute() datasourceschema.Attribute {
	return datasourceschema.StringAttribute{Optional: true, MarkdownDescription: f.description, Validators: f.valid}
}

func (f textFilter) listAttribute() listschema.Attribute {
	return listschema.StringAttribute{Optional: true, MarkdownDescription: f.description, Validators: f.valid}
}

func (f textsFilter) dataSourceAttribute() datasourceschema.Attribute {
	return datasourceschema.ListAttribute{
		Optional: true, ElementType: types.StringType, MarkdownDescription: f.description, Validators: f.validators(),
	}
}

func (f textsFilter) listAttribute() listschema.Attribute {
	return listschema.ListAttribute{
		Optional: true, ElementType: types.StringType, MarkdownDescription: f.description, Validators: f.validators(),
	}
}

func (f textsFilter) validators() []validator.List {
	return nonEmptyListOf(listvalidator.ValueStringsAre(f.element))
}

func (f numberFilter) dataSourceAttribute() datasourceschema.Attribute {
	return datasourceschema.Int64Attribute{Optional: true, MarkdownDescription: f.description, Validators: []validator.Int64{f.valid}}
}

func (f numberFilter) listAttribute() listschema.Attribute {
	return listschema.Int64Attribute{Optional: true, MarkdownDescription: f.description, Validators: []validator.Int64{f.valid}}
}

func (f idsFilter) dataSourceAttribute() datasourceschema.Attribute {
	return datasourceschema.ListAttribute{
		Optional: true, ElementType: types.Int64Type, MarkdownDescription: f.description, Validators: f.validators(),
	}
}

func (f idsFilter) listAttribute() listschema.Attribute {
	return listschema.ListAttribute{
		Optional: true, ElementType: types.Int64Type, MarkdownDescription: f.description, Validators: f.validators(),
	}
}

func (f idsFilter) validators() []validator.List {
	return nonEmptyListOf(listvalidator.ValueInt64sAre(validID{}))
}

func (f boolFilter) dataSourceAttribute() datasourceschema.Attribute {
	return datasourceschema.BoolAttribute{Optional: true, MarkdownDescription: f.description}
}

func (f boolFilter) listAttribute() listschema.Attribute {
	return listschema.BoolAttribute{Optional: true, MarkdownDescription: f.description}
}

// nonEmptyListOf rejects empty lists, which would select everything, and invalid elements.
func nonEmptyListOf(elements validator.List) []validator.List {
	return []validator.List{listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), elements}
}
