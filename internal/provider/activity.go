// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Activity knows whether a server is applying a change or invoking an action: calls whose response
// Terraform has to save, so that the process must not end before it is sent.
type Activity struct {
	mutex sync.Mutex
	state activityState
}

type activityState struct {
	running int // calls under way
	begun   int // calls ever
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

// AwaitQuiet returns when no such call has been under way for some time: Terraform, which ends in good
// order itself, may be about to make the next one, and the last response is sent after its call.
func (a *Activity) AwaitQuiet(quiet time.Duration) {
	for {
		before := a.snapshot()
		<-time.After(quiet)
		if before.running == 0 && a.snapshot() == before {
			return
		}
	}
}

// Watch returns a server whose activity is known.
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

func (s watchedServer) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	s.activity.begin()
	defer s.activity.end()
	return s.frameworkServer.ApplyResourceChange(ctx, req)
}

// InvokeAction is under way until its last event is sent.
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
