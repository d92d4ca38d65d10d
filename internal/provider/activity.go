// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

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
