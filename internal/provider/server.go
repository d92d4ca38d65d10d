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

// server is the framework's server, except for the states of large data sources.
//
// The framework copies the state that a data source returns, turns it into values of its own, compares them
// with the configuration, and searches for blocks. That finds nothing here: a computed list has nothing to be
// compared with, and no data source has blocks. So setState passes such a state to Terraform as it is. A whole
// `terraform apply` that reads 10,000 Runs then takes 0.7 of the CPU time, Terraform's own included, that it
// takes with State.Raw; BenchmarkOperationsRead compares the reads alone.
type server struct{ frameworkServer }

// frameworkServer is all of the protocol that the framework serves.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

func serve(provider provider.Provider) server {
	return server{wholeNumberServer{configServer{typed[frameworkServer](providerserver.NewProtocol6(provider)())}}}
}

type directStateKey struct{}

// ReadDataSource lets the framework read, and then returns the state that setState has left for it.
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

// setState sets the state of a data source: its configuration and all of its computed attributes.
func setState(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse, computed map[string]tftypes.Value) {
	config := make(map[string]tftypes.Value)
	if err := req.Config.Raw.As(&config); err != nil {
		resp.Diagnostics.AddError("Cannot complete the configuration", sentence(err.Error())+reportBug)
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
