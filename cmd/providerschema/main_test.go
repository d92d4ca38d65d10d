// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The expected JSON is what the documentation generator reads.
func TestRun(t *testing.T) {
	var buf bytes.Buffer
	if err := run(t.Context(), &buf, testProvider{}); err != nil {
		t.Fatal(err)
	}

	var doc map[string]any
	if err := json.Unmarshal(buf.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}

	if got := doc["format_version"]; got != "1.0" {
		t.Errorf("format_version is %v, want 1.0", got)
	}

	const root = "provider_schemas.qualytics."

	const attributes = root + "resource_schemas.test_thing.block.attributes."

	tests := map[string]string{
		root + "provider": `{
			"version": 0,
			"block": {
				"attributes": {"token": {"type": "string", "description_kind": "plain", "optional": true, "sensitive": true}},
				"description": "The *provider*.", "description_kind": "markdown"
			}
		}`,

		root + "resource_schemas.test_thing.version":           `3`,
		root + "resource_schemas.test_thing.block.description": `"A thing for <this>."`,
		root + "resource_schemas.test_thing.block.deprecated":  `true`,
		root + "resource_schemas.test_thing.block.block_types.opt": `{
			"nesting_mode": "single",
			"block": {
				"attributes": {"on": {"type": "bool", "description_kind": "plain", "optional": true}},
				"description_kind": "plain"
			}
		}`,
		root + "resource_schemas.test_thing.block.block_types.many.nesting_mode": `"list"`,
		root + "resource_schemas.test_thing.block.block_types.any.nesting_mode":  `"set"`,

		attributes + "name":   `{"type": "string", "description": "Its name.", "description_kind": "plain", "required": true}`,
		attributes + "id":     `{"type": "number", "description": "Its ` + "`id`" + `.", "description_kind": "markdown", "computed": true}`,
		attributes + "old":    `{"type": "bool", "description_kind": "plain", "optional": true, "deprecated": true}`,
		attributes + "secret": `{"type": "string", "description_kind": "plain", "optional": true, "sensitive": true, "write_only": true}`,
		attributes + "labels": `{"type": ["map", "string"], "description_kind": "plain", "optional": true, "computed": true}`,
		attributes + "deep":   `{"type": ["list", ["set", "number"]], "description_kind": "plain", "optional": true}`,
		attributes + "object": `{"type": ["object", {"a": "string"}], "description_kind": "plain", "optional": true}`,
		attributes + "one": `{
			"nested_type": {
				"nesting_mode": "single",
				"attributes": {"in": {
					"nested_type": {
						"nesting_mode": "list",
						"attributes": {"x": {"type": "string", "description_kind": "plain", "required": true}}
					},
					"description_kind": "plain", "optional": true
				}}
			},
			"description_kind": "plain", "optional": true
		}`,
		attributes + "mapped.nested_type.nesting_mode": `"map"`,
		attributes + "unique.nested_type.nesting_mode": `"set"`,

		root + "data_source_schemas.test_thing.block.attributes": `{"name": {"type": "string", "description_kind": "plain", "required": true}}`,
		root + "action_schemas.test_act.block.attributes": `{
			"run_id": {"type": "number", "description_kind": "plain", "required": true}
		}`,
		root + "list_resource_schemas.test_thing.block.attributes": `{
			"filter": {"type": "string", "description_kind": "plain", "optional": true}
		}`,
		root + "resource_identity_schemas.test_thing": `{
			"version": 1,
			"attributes": {
				"id": {"type": "number", "description": "The id.", "required_for_import": true},
				"at": {"type": "string", "optional_for_import": true}
			}
		}`,
	}

	for path, want := range tests {
		t.Run(path, func(t *testing.T) {
			var wanted any
			if err := json.Unmarshal([]byte(want), &wanted); err != nil {
				t.Fatal(err)
			}

			if got := lookUp(t, doc, path); !reflect.DeepEqual(got, wanted) {
				t.Errorf("got %#v\nwant %#v", got, wanted)
			}
		})
	}
}

func TestRunReturnsSchemaErrors(t *testing.T) {
	err := run(t.Context(), &bytes.Buffer{}, brokenProvider{})
	if err == nil || !strings.Contains(err.Error(), "not today") {
		t.Errorf("got error %v, want the provider's", err)
	}
}

func TestRunRejectsFunctions(t *testing.T) {
	err := run(t.Context(), &bytes.Buffer{}, functionProvider{})
	if err == nil || !strings.Contains(err.Error(), "functions") {
		t.Errorf("got error %v, want one about functions", err)
	}
}

func lookUp(t *testing.T, doc map[string]any, path string) any {
	t.Helper()

	var at any = doc

	for key := range strings.SplitSeq(path, ".") {
		next, ok := at.(map[string]any)
		if !ok || next[key] == nil {
			t.Fatalf("no %q of %s in %v", key, path, at)
		}

		at = next[key]
	}

	return at
}

type testProvider struct{ provider.Provider }

func (testProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "test"
}

func (testProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerschema.Schema{
		MarkdownDescription: "The *provider*.",
		Attributes: map[string]providerschema.Attribute{
			"token": providerschema.StringAttribute{Optional: true, Sensitive: true},
		},
	}
}

func (testProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return testResource{} }}
}

func (testProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return testDataSource{} }}
}

func (testProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{func() action.Action { return testAction{} }}
}

func (testProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{func() list.ListResource { return testList{} }}
}

type brokenProvider struct{ testProvider }

func (brokenProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Diagnostics.AddError("No schema", "not today")
}

type functionProvider struct{ testProvider }

func (functionProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{func() function.Function { return testFunction{} }}
}

type testFunction struct{ function.Function }

func (testFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "f"
}

func (testFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{Summary: "f", Return: function.BoolReturn{}}
}

type testResource struct{ resource.Resource }

func (testResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "test_thing"
}

func (testResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Version: 1,
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.Int64Attribute{RequiredForImport: true, Description: "The id."},
			"at": identityschema.StringAttribute{OptionalForImport: true},
		},
	}
}

func (testResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	leaf := map[string]resourceschema.Attribute{"x": resourceschema.StringAttribute{Required: true}}

	resp.Schema = resourceschema.Schema{
		Version:            3,
		Description:        "A thing for <this>.",
		DeprecationMessage: "Use another.",
		Attributes: map[string]resourceschema.Attribute{
			"name":   resourceschema.StringAttribute{Required: true, Description: "Its name."},
			"id":     resourceschema.Int64Attribute{Computed: true, MarkdownDescription: "Its `id`."},
			"old":    resourceschema.BoolAttribute{Optional: true, DeprecationMessage: "Gone soon."},
			"secret": resourceschema.StringAttribute{Optional: true, Sensitive: true, WriteOnly: true},
			"labels": resourceschema.MapAttribute{ElementType: types.StringType, Optional: true, Computed: true},
			"deep":   resourceschema.ListAttribute{ElementType: types.SetType{ElemType: types.NumberType}, Optional: true},
			"object": resourceschema.ObjectAttribute{AttributeTypes: map[string]attr.Type{"a": types.StringType}, Optional: true},
			"one": resourceschema.SingleNestedAttribute{
				Optional: true,
				Attributes: map[string]resourceschema.Attribute{
					"in": resourceschema.ListNestedAttribute{Optional: true, NestedObject: resourceschema.NestedAttributeObject{Attributes: leaf}},
				},
			},
			"mapped": resourceschema.MapNestedAttribute{Optional: true, NestedObject: resourceschema.NestedAttributeObject{Attributes: leaf}},
			"unique": resourceschema.SetNestedAttribute{Optional: true, NestedObject: resourceschema.NestedAttributeObject{Attributes: leaf}},
		},
		Blocks: map[string]resourceschema.Block{
			"opt": resourceschema.SingleNestedBlock{Attributes: map[string]resourceschema.Attribute{
				"on": resourceschema.BoolAttribute{Optional: true},
			}},
			"many": resourceschema.ListNestedBlock{NestedObject: resourceschema.NestedBlockObject{Attributes: leaf}},
			"any":  resourceschema.SetNestedBlock{NestedObject: resourceschema.NestedBlockObject{Attributes: leaf}},
		},
	}
}

type testDataSource struct{ datasource.DataSource }

func (testDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "test_thing"
}

func (testDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = datasourceschema.Schema{
		Attributes: map[string]datasourceschema.Attribute{"name": datasourceschema.StringAttribute{Required: true}},
	}
}

type testAction struct{ action.Action }

func (testAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = "test_act"
}

func (testAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = actionschema.Schema{
		Attributes: map[string]actionschema.Attribute{"run_id": actionschema.Int64Attribute{Required: true}},
	}
}

type testList struct{ list.ListResource }

func (testList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "test_thing"
}

func (testList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = listschema.Schema{
		Attributes: map[string]listschema.Attribute{"filter": listschema.StringAttribute{Optional: true}},
	}
}
