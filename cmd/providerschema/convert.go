// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// These types are the JSON format, as far as the provider needs it.
type (
	document struct {
		FormatVersion string                    `json:"format_version"`
		Schemas       map[string]providerSchema `json:"provider_schemas"`
	}

	providerSchema struct {
		Provider      schema              `json:"provider"`
		Resources     map[string]schema   `json:"resource_schemas"`
		DataSources   map[string]schema   `json:"data_source_schemas"`
		Actions       map[string]schema   `json:"action_schemas"`
		ListResources map[string]schema   `json:"list_resource_schemas"`
		Identities    map[string]identity `json:"resource_identity_schemas"`
	}

	schema struct {
		Version int64 `json:"version"`
		Block   block `json:"block"`
	}

	block struct {
		Attributes      map[string]attribute `json:"attributes,omitempty"`
		Description     string               `json:"description,omitempty"`
		DescriptionKind string               `json:"description_kind"`
	}

	attribute struct {
		Type            tftypes.Type `json:"type,omitempty"`
		NestedType      *nestedType  `json:"nested_type,omitempty"`
		Description     string       `json:"description,omitempty"`
		DescriptionKind string       `json:"description_kind"`
		Required        bool         `json:"required,omitempty"`
		Optional        bool         `json:"optional,omitempty"`
		Computed        bool         `json:"computed,omitempty"`
		Sensitive       bool         `json:"sensitive,omitempty"`
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
	}
)

// convertProvider combines the responses to the protocol's two schema calls. What it does not
// convert is an error, because it would silently be missing from the documentation.
func convertProvider(in *tfprotov6.GetProviderSchemaResponse, ids *tfprotov6.GetResourceIdentitySchemasResponse) (providerSchema, error) {
	if len(in.Functions) > 0 || len(in.EphemeralResourceSchemas) > 0 {
		return providerSchema{}, errors.New("functions and ephemeral resources are not supported yet")
	}
	actions := make(map[string]*tfprotov6.Schema, len(in.ActionSchemas))
	for name, action := range in.ActionSchemas {
		actions[name] = action.Schema
	}
	for _, schemas := range []map[string]*tfprotov6.Schema{
		{"provider": in.Provider}, in.ResourceSchemas, in.DataSourceSchemas, actions, in.ListResourceSchemas,
	} {
		for name, schema := range schemas {
			if len(schema.Block.BlockTypes) > 0 {
				return providerSchema{}, fmt.Errorf("%s: blocks are not supported yet", name)
			}
		}
	}
	return providerSchema{
		Provider:      convertSchema(in.Provider),
		Resources:     convertAll(in.ResourceSchemas, convertSchema),
		DataSources:   convertAll(in.DataSourceSchemas, convertSchema),
		Actions:       convertAll(actions, convertSchema),
		ListResources: convertAll(in.ListResourceSchemas, convertSchema),
		Identities:    convertAll(ids.IdentitySchemas, convertIdentity),
	}, nil
}

func convertAll[In, Out any](in map[string]In, convert func(In) Out) map[string]Out {
	out := make(map[string]Out, len(in))
	for name, one := range in {
		out[name] = convert(one)
	}
	return out
}

func convertSchema(in *tfprotov6.Schema) schema {
	return schema{Version: in.Version, Block: block{
		Attributes:      convertAttributes(in.Block.Attributes),
		Description:     in.Block.Description,
		DescriptionKind: strings.ToLower(in.Block.DescriptionKind.String()),
	}}
}

func convertAttributes(in []*tfprotov6.SchemaAttribute) map[string]attribute {
	out := make(map[string]attribute, len(in))
	for _, a := range in {
		converted := attribute{
			Type: a.Type, Description: a.Description, DescriptionKind: strings.ToLower(a.DescriptionKind.String()),
			Required: a.Required, Optional: a.Optional, Computed: a.Computed, Sensitive: a.Sensitive,
		}
		if a.NestedType != nil { // instead of a type
			converted.NestedType = &nestedType{
				Attributes: convertAttributes(a.NestedType.Attributes), NestingMode: strings.ToLower(a.NestedType.Nesting.String()),
			}
		}
		out[a.Name] = converted
	}
	return out
}

func convertIdentity(in *tfprotov6.ResourceIdentitySchema) identity {
	attributes := make(map[string]identityAttribute, len(in.IdentityAttributes))
	for _, a := range in.IdentityAttributes {
		attributes[a.Name] = identityAttribute{Type: a.Type, Description: a.Description, RequiredForImport: a.RequiredForImport}
	}
	return identity{Version: in.Version, Attributes: attributes}
}
