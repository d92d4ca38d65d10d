// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// configServer generates the configuration of an imported resource for `terraform plan
// -generate-config-out`. It requires Terraform 1.14 or later. The framework omits the required
// run_id, because the API does not return it, so the id of the imported Run is used.
type configServer struct{ frameworkServer }

func (s configServer) GetMetadata(ctx context.Context, req *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	resp, err := s.frameworkServer.GetMetadata(ctx, req)
	if err == nil {
		resp.ServerCapabilities.GenerateResourceConfig = true
	}
	return resp, err
}

func (s configServer) GetProviderSchema(
	ctx context.Context, req *tfprotov6.GetProviderSchemaRequest,
) (*tfprotov6.GetProviderSchemaResponse, error) {
	resp, err := s.frameworkServer.GetProviderSchema(ctx, req)
	if err == nil {
		resp.ServerCapabilities.GenerateResourceConfig = true
	}
	return resp, err
}

func (s configServer) GenerateResourceConfig(
	ctx context.Context, req *tfprotov6.GenerateResourceConfigRequest,
) (*tfprotov6.GenerateResourceConfigResponse, error) {
	resp, err := s.frameworkServer.GenerateResourceConfig(ctx, req)
	if err != nil || resp.Config == nil || req.TypeName != "qualytics_run_rerun" {
		return resp, err
	}
	schemas, err := s.frameworkServer.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return resp, err
	}
	typ := schemas.ResourceSchemas[req.TypeName].ValueType()
	state, err := attributesOf(req.State, typ)
	if err != nil {
		return resp, err
	}
	config, err := attributesOf(resp.Config, typ)
	if err != nil || len(config) == 0 { // a null state has no configuration
		return resp, err
	}
	if config["run_id"].IsNull() {
		config["run_id"] = state["id"]
	}
	generated, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, config))
	resp.Config = &generated
	return resp, err
}

func attributesOf(object *tfprotov6.DynamicValue, typ tftypes.Type) (map[string]tftypes.Value, error) {
	value, err := object.Unmarshal(typ)
	if err != nil {
		return nil, err
	}
	var attributes map[string]tftypes.Value
	err = value.As(&attributes)
	return attributes, err
}
