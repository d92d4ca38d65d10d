// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// exampleModule is a root module of files of the examples, with a mock server that serves the demo's
// history.
type exampleModule struct {
	*workspace
	*mockapi.Server
	url string // of the mock server
}

// newExampleModule copies files: their names in the module, and where they are.
func newExampleModule(t *testing.T, files map[string]string) *exampleModule {
	t.Helper()
	module := &exampleModule{workspace: emptyWorkspace(t), Server: mockapi.New(mockapi.Options{
		Token: testToken, Outcome: mockapi.Outcome{Running: time.Millisecond},
	})}
	for target, source := range files {
		content, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		module.write(target, string(content))
	}
	module.Seed(mockapi.Demo(time.Now())...)
	listener := httptest.NewServer(module.Server)
	t.Cleanup(listener.Close)
	module.url = listener.URL
	environment := map[string]string{"QUALYTICS_URL": module.url, "QUALYTICS_TOKEN": testToken}
	for name, value := range environment {
		module.env = append(module.env, name+"="+value, "TF_VAR_"+strings.ToLower(name)+"="+value) // examples have variables for them
	}
	if !strings.Contains(contentOf(t, files), "  alias ") { // otherwise, each provider block needs a process
		module.env = append(module.env, "TF_REATTACH_PROVIDERS="+serveForReattach(t, environment))
	}
	if _, hasModules := files["modules/data_gate/main.tf"]; hasModules {
		module.mustRun("get")
	}
	return module
}

// serveForReattach serves the provider in this process until the test ends, which is faster than a
// process for each command. It returns the value of TF_REATTACH_PROVIDERS.
func serveForReattach(t *testing.T, environment map[string]string) string {
	t.Helper()
	const name = "qualytics/qualytics"
	reattach := channelFor(tf6server.WithDebug)
	closed := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(func() {
		stop()
		<-closed
	})
	provider := testProvider()
	provider.environment = func(variable string) string { return environment[variable] }
	go func() {
		err := tf6server.Serve("registry.terraform.io/"+name, func() tfprotov6.ProviderServer { return serve(provider) },
			tf6server.WithDebug(ctx, reattach, closed), tf6server.WithLoggingSink(t))
		if err != nil {
			t.Error(err)
		}
	}()
	select {
	case served := <-reattach:
		config := map[string]any{
			"Protocol": served.Protocol, "ProtocolVersion": served.ProtocolVersion, "Pid": served.Pid, "Test": true,
			"Addr": map[string]string{"Network": served.Addr.Network(), "String": served.Addr.String()},
		}
		text, err := json.Marshal(map[string]any{"registry.terraform.io/" + name: config, "registry.opentofu.org/" + name: config})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	case <-time.After(time.Minute):
		t.Fatal("the provider did not start")
		return ""
	}
}

// channelFor creates the channel for WithDebug. The element type belongs to a module that is not
// otherwise needed.
func channelFor[T any](func(context.Context, chan T, chan struct{}) tf6server.ServeOpt) chan T {
	return make(chan T)
}

// mustRun runs a command that must succeed, and returns its output.
func (m *exampleModule) mustRun(arguments ...string) string {
	m.t.Helper()
	return m.expect(arguments)
}

// applied applies the module, and checks that the next plan is empty. Data sources in check blocks
// do not count, because Terraform plans to read them every time.
func (m *exampleModule) applied() string {
	m.t.Helper()
	output := m.mustRun("apply", "-auto-approve")
	if plan, code := m.run("plan", "-detailed-exitcode"); code != 0 && !strings.Contains(plan, "Plan: 0 to add, 0 to change, 0 to destroy.") {
		m.t.Errorf("the plan after the apply is not empty:\n%s", plan)
	}
	return output
}

func (m *exampleModule) destroyed() {
	m.t.Helper()
	m.mustRun("destroy", "-auto-approve")
}

// changes returns the changing requests, in order.
func (m *exampleModule) changes() []string {
	var changes []string
	for _, request := range m.Requests() {
		if request.Method != http.MethodGet {
			changes = append(changes, request.String())
		}
	}
	return changes
}

// expectChanges checks the changing requests so far.
func (m *exampleModule) expectChanges(want ...string) {
	m.t.Helper()
	if got := m.changes(); !slices.Equal(got, want) {
		m.t.Errorf("changing requests:\n got %q\nwant %q", got, want)
	}
}
