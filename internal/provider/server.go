// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// NewServer returns a constructor of the provider's server.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer { return serve(New(version)()) }
}

// server is the framework's server, except for the states of large data sources.
//
// The framework copies the state that a data source returns, converts it to its own values,
// compares them with the configuration, and searches for blocks. Here this has no effect: computed
// lists are not in the configuration, and no data source has blocks. Therefore setState passes such
// a state to Terraform directly. A `terraform apply` that reads 10,000 Runs then takes 0.7 times
// the CPU time, including Terraform's own, compared with State.Raw. BenchmarkOperationsRead
// compares only the reads.
type server struct{ frameworkServer }

// frameworkServer is the part of the protocol that the framework implements.
type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

func serve(provider provider.Provider) server {
	return server{actionServer{wholeNumberServer{typed[frameworkServer](providerserver.NewProtocol6(provider)())}}}
}

type directStateKey struct{}

// ReadDataSource returns the state of setState, if there is one, instead of the framework's state.
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
	attributes := maps.Clone(config) // the framework still uses config
	maps.Copy(attributes, computed)
	state := tftypes.NewValue(req.Config.Raw.Type(), attributes)
	if direct, ok := ctx.Value(directStateKey{}).(**tftypes.Value); ok {
		*direct = &state
		return
	}
	resp.State.Raw = state // the framework's own server calls Read, without directStateKey
}

// wholeNumberServer replaces the framework's error about a fraction in an integer attribute, which
// calls it a bug in the provider. Validators run too late to prevent that error.
type wholeNumberServer struct{ frameworkServer }

func explainFractions(diagnostics []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	var explained []*tfprotov6.Diagnostic
	seen := map[string]bool{} // several validators read the same attribute, and each of them fails
	for _, diagnostic := range diagnostics {
		if diagnostic.Attribute != nil && strings.Contains(diagnostic.Detail, "is not an integer") {
			if seen[diagnostic.Attribute.String()] {
				continue
			}
			seen[diagnostic.Attribute.String()] = true
			diagnostic.Summary = "Invalid number"
			diagnostic.Detail = "The value must be a whole number."
		}
		explained = append(explained, diagnostic)
	}
	return explained
}

func (s wholeNumberServer) ValidateDataResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest,
) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateDataResourceConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = explainFractions(resp.Diagnostics)
	}
	return resp, err
}

func (s wholeNumberServer) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateResourceConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = explainFractions(resp.Diagnostics)
	}
	return resp, err
}

func (s wholeNumberServer) ValidateActionConfig(
	ctx context.Context, req *tfprotov6.ValidateActionConfigRequest,
) (*tfprotov6.ValidateActionConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateActionConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = explainFractions(resp.Diagnostics)
	}
	return resp, err
}

func (s wholeNumberServer) ValidateListResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest,
) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateListResourceConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = explainFractions(resp.Diagnostics)
	}
	return resp, err
}

func (s wholeNumberServer) ValidateProviderConfig(
	ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest,
) (*tfprotov6.ValidateProviderConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateProviderConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = explainFractions(resp.Diagnostics)
	}
	return resp, err
}

// actionServer validates actions when they are planned and invoked. Terraform validates their
// values only before it knows those of variables and resources, and a gate must not open because
// one of them is misspelled.
type actionServer struct{ frameworkServer }

func (s actionServer) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	if invalid, err := s.invalid(ctx, req.ActionType, req.Config); err != nil || len(invalid) > 0 {
		return &tfprotov6.PlanActionResponse{Diagnostics: invalid}, err
	}
	return s.frameworkServer.PlanAction(ctx, req)
}

func (s actionServer) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	if invalid, err := s.invalid(ctx, req.ActionType, req.Config); err != nil || len(invalid) > 0 {
		return &tfprotov6.InvokeActionServerStream{Events: func(yield func(tfprotov6.InvokeActionEvent) bool) {
			yield(tfprotov6.InvokeActionEvent{Type: tfprotov6.CompletedInvokeActionEventType{Diagnostics: invalid}})
		}}, err
	}
	return s.frameworkServer.InvokeAction(ctx, req)
}

// invalid returns the errors in the configuration of an action.
func (s actionServer) invalid(ctx context.Context, name string, config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
	resp, err := s.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: config})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(resp.Diagnostics, func(diagnostic *tfprotov6.Diagnostic) bool {
		return diagnostic.Severity != tfprotov6.DiagnosticSeverityError
	}), nil
}

// Activity tracks the calls that apply a change or invoke an action. The process must not end
// before their responses are sent, because Terraform has to save them.
type Activity struct {
	mutex sync.Mutex
	state activityState
}

type activityState struct {
	running int // calls in progress
	begun   int // all calls so far
}

func (a *Activity) begin() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.state.running++
	a.state.begun++
}

func (a *Activity) end() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.state.running--
}

func (a *Activity) snapshot() activityState {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.state
}

// AwaitQuiet returns when there has been no such call for the given time. A pause is needed because
// Terraform may be about to make the next call, and a response is sent only after its call returns.
func (a *Activity) AwaitQuiet(quiet time.Duration) {
	for {
		before := a.snapshot()
		<-time.After(quiet)
		if before.running == 0 && a.snapshot() == before {
			return
		}
	}
}

// Watch returns a constructor of servers whose calls are tracked.
func (a *Activity) Watch(newServer func() tfprotov6.ProviderServer) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		watched, ok := newServer().(frameworkServer)
		if !ok {
			panic("the server does not implement the whole protocol")
		}
		return watchedServer{frameworkServer: watched, activity: a}
	}
}

type watchedServer struct {
	frameworkServer
	activity *Activity
}

func (s watchedServer) ApplyResourceChange(
	ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	s.activity.begin()
	defer s.activity.end()
	return s.frameworkServer.ApplyResourceChange(ctx, req)
}

// InvokeAction counts as running until its last event is sent.
func (s watchedServer) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	s.activity.begin()
	stream, err := s.frameworkServer.InvokeAction(ctx, req)
	if err != nil {
		s.activity.end()
		return stream, err
	}
	events := stream.Events
	stream.Events = func(yield func(tfprotov6.InvokeActionEvent) bool) {
		defer s.activity.end()
		events(yield)
	}
	return stream, nil
}
