// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// slowServer takes a minute for each call.
type slowServer struct {
	frameworkServer
	failing error
}

func (slowServer) ApplyResourceChange(
	context.Context, *tfprotov6.ApplyResourceChangeRequest,
) (*tfprotov6.ApplyResourceChangeResponse, error) {
	time.Sleep(time.Minute)
	return nil, nil
}

func (s slowServer) InvokeAction(context.Context, *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	return &tfprotov6.InvokeActionServerStream{Events: func(func(tfprotov6.InvokeActionEvent) bool) { time.Sleep(time.Minute) }}, s.failing
}

func TestActivity(t *testing.T) {
	apply := func(server watchedServer) { _, _ = server.ApplyResourceChange(t.Context(), nil) }
	invoke := func(server watchedServer) {
		stream, err := server.InvokeAction(t.Context(), nil)
		if err == nil {
			stream.Events(nil)
		}
	}
	for name, test := range map[string]struct {
		failing error
		run     func(server watchedServer)
		want    time.Duration // minimum time until the server is quiet; the maximum is 2 s more
	}{
		"idle":                       {run: func(watchedServer) {}, want: 2 * time.Second},
		"an apply":                   {run: apply, want: time.Minute + 2*time.Second},
		"an action":                  {run: invoke, want: time.Minute + 2*time.Second},
		"an action that was refused": {failing: errors.New("no"), run: invoke, want: 2 * time.Second},
		"two applies with a pause": {run: func(server watchedServer) {
			apply(server)
			time.Sleep(time.Second)
			apply(server)
		}, want: 2*time.Minute + 3*time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var activity Activity
				server, _ := activity.Watch(func() tfprotov6.ProviderServer { return slowServer{failing: test.failing} })().(watchedServer)
				go test.run(server)
				synctest.Wait()
				began := time.Now()
				activity.AwaitQuiet(2 * time.Second)
				if took := time.Since(began); took < test.want || took > test.want+2*time.Second {
					t.Errorf("quiet after %s, want %s", took, test.want)
				}
			})
		})
	}
}
