// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// actions returns the action part of the protocol.
func (p *protocol) actions(t *testing.T) tfprotov6.ActionServer {
	t.Helper()
	server, ok := p.server.(tfprotov6.ActionServer)
	if !ok {
		t.Fatal("the provider has no actions")
	}
	return server
}

func (p *protocol) validateAction(t *testing.T, name, config string) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := p.actions(t).ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{
		ActionType: name, Config: jsonConfig(config),
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

func (p *protocol) planAction(t *testing.T, name, config string) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := p.actions(t).PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: jsonConfig(config)})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// invoke invokes an action, and returns its progress lines and diagnostics.
func (p *protocol) invoke(ctx context.Context, t *testing.T, name, config string) (progress []string, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	stream, err := p.actions(t).InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: name, Config: jsonConfig(config)})
	if err != nil {
		t.Fatal(err)
	}
	completed := 0
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			completed++
			diagnostics = event.Diagnostics
		}
	}
	if completed != 1 {
		t.Errorf("the action was completed %d times", completed)
	}
	return progress, diagnostics
}
