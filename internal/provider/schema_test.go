// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

func TestSchemas_areValid(t *testing.T) {
	ctx := t.Context()
	expectValid := func(t *testing.T, what any, diags ...diag.Diagnostics) {
		t.Helper()
		for _, diags := range diags {
			if diags.HasError() {
				t.Errorf("%T: %v", what, diags)
			}
		}
	}
	p := testProvider()

	var schema provider.SchemaResponse
	p.Schema(ctx, provider.SchemaRequest{}, &schema)
	expectValid(t, p, schema.Diagnostics, schema.Schema.ValidateImplementation(ctx))

	for _, create := range p.DataSources(ctx) {
		var schema datasource.SchemaResponse
		create().Schema(ctx, datasource.SchemaRequest{}, &schema)
		expectValid(t, create(), schema.Diagnostics, schema.Schema.ValidateImplementation(ctx))
	}
	for _, create := range p.Resources(ctx) {
		var schema resource.SchemaResponse
		create().Schema(ctx, resource.SchemaRequest{}, &schema)
		expectValid(t, create(), schema.Diagnostics, schema.Schema.ValidateImplementation(ctx))
		if identified, ok := create().(resource.ResourceWithIdentity); ok {
			var identity resource.IdentitySchemaResponse
			identified.IdentitySchema(ctx, resource.IdentitySchemaRequest{}, &identity)
			expectValid(t, create(), identity.Diagnostics, identity.IdentitySchema.ValidateImplementation(ctx))
		}
	}
	for _, create := range p.Actions(ctx) {
		var schema action.SchemaResponse
		create().Schema(ctx, action.SchemaRequest{}, &schema)
		expectValid(t, create(), schema.Diagnostics, schema.Schema.ValidateImplementation(ctx))
	}
	for _, create := range p.ListResources(ctx) {
		var schema list.ListResourceSchemaResponse
		create().ListResourceConfigSchema(ctx, list.ListResourceSchemaRequest{}, &schema)
		expectValid(t, create(), schema.Diagnostics, schema.Schema.ValidateImplementation(ctx))
	}
}

// Every block and attribute is described in full completeSentences.
func TestSchemas_areDescribed(t *testing.T) {
	server := serve(testProvider())
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	expectDescribedBlock(t, "provider", schemas.Provider.Block)
	for name, schema := range schemas.DataSourceSchemas {
		expectDescribedBlock(t, "data source "+name, schema.Block)
	}
	for name, schema := range schemas.ResourceSchemas {
		expectDescribedBlock(t, "resource "+name, schema.Block)
	}
	for name, schema := range schemas.ActionSchemas {
		expectDescribedBlock(t, "action "+name, schema.Schema.Block)
	}
	for name, schema := range schemas.ListResourceSchemas {
		expectDescribedBlock(t, "list resource "+name, schema.Block)
	}

	identities, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for name, schema := range identities.IdentitySchemas {
		for _, attribute := range schema.IdentityAttributes {
			expectSentences(t, "identity of "+name+"."+attribute.Name, attribute.Description)
		}
	}
}

func expectDescribedBlock(t *testing.T, name string, block *tfprotov6.SchemaBlock) {
	t.Helper()
	expectSentences(t, name, block.Description)
	expectDescribed(t, name, block.Attributes)
	for _, nested := range block.BlockTypes {
		expectDescribedBlock(t, name+"."+nested.TypeName, nested.Block)
	}
}

func expectDescribed(t *testing.T, name string, attributes []*tfprotov6.SchemaAttribute) {
	t.Helper()
	for _, attribute := range attributes {
		path := name + "." + attribute.Name
		expectSentences(t, path, attribute.Description)
		if attribute.NestedType != nil {
			expectDescribed(t, path, attribute.NestedType.Attributes)
		}
	}
}

var completeSentences = regexp.MustCompile("^[A-Z`].*[^.]\\.$")

func expectSentences(t *testing.T, name, description string) {
	t.Helper()
	if !completeSentences.MatchString(description) {
		t.Errorf("%s: not described in full completeSentences: %q", name, description)
	}
}
