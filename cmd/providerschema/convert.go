// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// These types are the JSON format, which omits what is empty or false.
type (
	document struct {
		FormatVersion string                    `json:"format_version"`
		Schemas       map[string]providerSchema `json:"provider_schemas"`
	}

	providerSchema struct {
		Provider      schema              `json:"provider"`
		Resources     map[string]schema   `json:"resource_schemas,omitempty"`
		DataSources   map[string]schema   `json:"data_source_schemas,omitempty"`
		Ephemerals    map[string]schema   `json:"ephemeral_resource_schemas,omitempty"`
		Actions       map[string]schema   `json:"action_schemas,omitempty"`
		ListResources map[string]schema   `json:"list_resource_schemas,omitempty"`
		Identities    map[string]identity `json:"resource_identity_schemas,omitempty"`
	}

	schema struct {
		Version int64 `json:"version"`
		Block   block `json:"block"`
	}

	block struct {
		Attributes      map[string]attribute   `json:"attributes,omitempty"`
		BlockTypes      map[string]nestedBlock `json:"block_types,omitempty"`
		Description     string                 `json:"description,omitempty"`
		DescriptionKind string                 `json:"description_kind"`
		Deprecated      bool                   `json:"deprecated,omitempty"`
	}

	nestedBlock struct {
		NestingMode string `json:"nesting_mode"`
		Block       block  `json:"block"`
		MinItems    int64  `json:"min_items,omitempty"`
		MaxItems    int64  `json:"max_items,omitempty"`
	}

	attribute struct {
		Type            tftypes.Type `json:"type,omitempty"`
		NestedType      *nestedType  `json:"nested_type,omitempty"`
		Description     string       `json:"description,omitempty"`
		DescriptionKind string       `json:"description_kind"`
		Deprecated      bool         `json:"deprecated,omitempty"`
		Required        bool         `json:"required,omitempty"`
		Optional        bool         `json:"optional,omitempty"`
		Computed        bool         `json:"computed,omitempty"`
		Sensitive       bool         `json:"sensitive,omitempty"`
		WriteOnly       bool         `json:"write_only,omitempty"`
	}

	nestedType struct {
		Attributes  map[string]attribute `json:"attributes"`
		NestingMode string               `json:"nesting_mode"`
	}

	identity struct {
		Version    int64                        `json:"version"`
		Attributes map[string]identityAttribute `json:"attributes"`
	}

	identityAttribute struct {
		Type              tftypes.Type `json:"type"`
		Description       string       `json:"description,omitempty"`
		RequiredForImport bool         `json:"required_for_import,omitempty"`
		OptionalForImport bool         `json:"optional_for_import,omitempty"`
	}
)

// convertProvider combines the responses to the protocol's two schema calls.
func convertProvider(in *tfprotov6.GetProviderSchemaResponse, ids *tfprotov6.GetResourceIdentitySchemasResponse) (providerSchema, error) {
	// What is not converted would silently be missing from the documentation.
	if len(in.Functions) > 0 {
		return providerSchema{}, errors.New("provider functions are not supported yet")
	}

	actions := make(map[string]*tfprotov6.Schema, len(in.ActionSchemas))
	for name, action := range in.ActionSchemas {
		actions[name] = action.Schema
	}

	identities := make(map[string]identity, len(ids.IdentitySchemas))
	for name, schema := range ids.IdentitySchemas {
		identities[name] = convertIdentity(schema)
	}

	return providerSchema{
		Provider:      convertSchema(in.Provider),
		Resources:     convertSchemas(in.ResourceSchemas),
		DataSources:   convertSchemas(in.DataSourceSchemas),
		Ephemerals:    convertSchemas(in.EphemeralResourceSchemas),
		Actions:       convertSchemas(actions),
		ListResources: convertSchemas(in.ListResourceSchemas),
		Identities:    identities,
	}, nil
}

func convertSchemas(in map[string]*tfprotov6.Schema) map[string]schema {
	out := make(map[string]schema, len(in))
	for name, s := range in {
		out[name] = convertSchema(s)
	}

	return out
}

func convertSchema(in *tfprotov6.Schema) schema {
	return schema{Version: in.Version, Block: convertBlock(in.Block)}
}

func convertBlock(in *tfprotov6.SchemaBlock) block {
	blocks := make(map[string]nestedBlock, len(in.BlockTypes))
	for _, b := range in.BlockTypes {
		blocks[b.TypeName] = nestedBlock{
			NestingMode: strings.ToLower(b.Nesting.String()),
			Block:       convertBlock(b.Block),
			MinItems:    b.MinItems,
			MaxItems:    b.MaxItems,
		}
	}

	return block{
		Attributes:      convertAttributes(in.Attributes),
		BlockTypes:      blocks,
		Description:     in.Description,
		DescriptionKind: strings.ToLower(in.DescriptionKind.String()),
		Deprecated:      in.Deprecated,
	}
}

func convertAttributes(in []*tfprotov6.SchemaAttribute) map[string]attribute {
	out := make(map[string]attribute, len(in))
	for _, a := range in {
		out[a.Name] = attribute{
			Type:            a.Type,
			NestedType:      convertNestedType(a.NestedType),
			Description:     a.Description,
			DescriptionKind: strings.ToLower(a.DescriptionKind.String()),
			Deprecated:      a.Deprecated,
			Required:        a.Required,
			Optional:        a.Optional,
			Computed:        a.Computed,
			Sensitive:       a.Sensitive,
			WriteOnly:       a.WriteOnly,
		}
	}

	return out
}

// convertNestedType returns nil for nil: an attribute has a type or a nested type.
func convertNestedType(in *tfprotov6.SchemaObject) *nestedType {
	if in == nil {
		return nil
	}

	return &nestedType{
		Attributes:  convertAttributes(in.Attributes),
		NestingMode: strings.ToLower(in.Nesting.String()),
	}
}

func convertIdentity(in *tfprotov6.ResourceIdentitySchema) identity {
	attributes := make(map[string]identityAttribute, len(in.IdentityAttributes))
	for _, a := range in.IdentityAttributes {
		attributes[a.Name] = identityAttribute{
			Type:              a.Type,
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
	}

	return identity{Version: in.Version, Attributes: attributes}
}
