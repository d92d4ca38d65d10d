// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// NewServer returns the provider, of a version, as Terraform talks to it.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer { return serve(New(version)()) }
}

// server is the framework's server, but for the states of large data sources.
//
// What a data source has read, the framework copies, makes values of its own of, compares with the
// configuration, and searches for blocks. For thousands of Runs that takes most of the time and of the
// memory of the read, and finds nothing: a computed list has nothing to be compared with, and no schema
// of ours has blocks. So such a state goes to Terraform as it is.
type server struct{ frameworkServer }

// frameworkServer is all of the protocol that the framework serves.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

func serve(provider provider.Provider) server {
	return server{configServer{providerserver.NewProtocol6(provider)().(frameworkServer)}}
}

type directStateKey struct{}

// ReadDataSource lets the framework read, and then puts the state in that setState has taken aside.
func (s server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	var direct *tftypes.Value
	defer func() { direct = nil }() // the framework keeps every context until the provider ends
	resp, err := s.frameworkServer.ReadDataSource(context.WithValue(ctx, directStateKey{}, &direct), req)
	if err != nil || direct == nil {
		return resp, err
	}
	state, err := tfprotov6.NewDynamicValue(direct.Type(), *direct)
	resp.State = &state
	return resp, err
}

// setState completes the configuration of a data source by all of its computed attributes.
func setState(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse, computed map[string]tftypes.Value) {
	config := make(map[string]tftypes.Value)
	if err := req.Config.Raw.As(&config); err != nil {
		resp.Diagnostics.AddError("Cannot complete the configuration", err.Error()+". This is a bug in the provider; please report it.")
		return
	}
	attributes := maps.Clone(config) // which is still the configuration's own
	maps.Copy(attributes, computed)
	state := tftypes.NewValue(req.Config.Raw.Type(), attributes)
	if direct, ok := ctx.Value(directStateKey{}).(**tftypes.Value); ok {
		*direct = &state
		return
	}
	resp.State.Raw = state // the framework serves by itself
}
