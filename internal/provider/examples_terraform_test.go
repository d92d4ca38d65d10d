// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// exampleTerraform runs the commands of Terraform or OpenTofu with the provider in this process.
type exampleTerraform struct {
	path      string
	version   []int
	isTofu    bool
	reattach  string
	cliConfig string
}

// newExampleTerraform starts the provider for the Terraform of the acceptance tests.
func newExampleTerraform(t *testing.T) *exampleTerraform {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("Acceptance tests skipped unless env 'TF_ACC' set")
	}
	tf := &exampleTerraform{cliConfig: filepath.Join(t.TempDir(), "terraformrc")}
	if tf.path = terraformPath(); tf.path == "" {
		t.Fatal("the examples require Terraform or OpenTofu on PATH, or TF_ACC_TERRAFORM_PATH")
	}
	if err := os.WriteFile(tf.cliConfig, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tf.reattach = serveForReattach(t)

	var resp struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal([]byte(tf.at(t, t.TempDir()).mustRun("version", "-json")), &resp); err != nil {
		t.Fatal(err)
	}
	tf.version = versionNumbers(resp.Version)
	tf.isTofu = isOpenTofu()
	return tf
}

// terraformPath returns the Terraform or OpenTofu of the acceptance tests, or "".
func terraformPath() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// isOpenTofu reports whether the acceptance tests run OpenTofu, whose features differ from those of
// the same version of Terraform.
var isOpenTofu = sync.OnceValue(func() bool {
	output, err := exec.CommandContext(context.Background(), terraformPath(), "version").Output()
	return err == nil && strings.Contains(string(output), "OpenTofu")
})

// versionNumbers returns the numbers of a version such as 1.14.0-rc1.
func versionNumbers(version string) []int {
	release, _, _ := strings.Cut(version, "-")
	var numbers []int
	for part := range strings.SplitSeq(release, ".") {
		number, _ := strconv.Atoi(part)
		numbers = append(numbers, number)
	}
	return numbers
}

// needs skips a test that requires a newer Terraform. OpenTofu has no actions and queries, which
// Terraform 1.14 added.
func (tf *exampleTerraform) needs(t *testing.T, version string) {
	t.Helper()
	if slices.Compare(tf.version, versionNumbers(version)) < 0 {
		t.Skipf("requires Terraform %s", version)
	}
	if tf.isTofu && slices.Compare(versionNumbers(version), []int{1, 14}) >= 0 {
		t.Skip("not available in OpenTofu")
	}
}

// serveForReattach serves the provider until the test ends, and returns the value of
// TF_REATTACH_PROVIDERS.
func serveForReattach(t *testing.T) string {
	t.Helper()
	const name = "qualytics/qualytics"
	reattach := channelFor(tf6server.WithDebug)
	closed := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(func() {
		stop()
		<-closed
	})
	go func() {
		err := tf6server.Serve("registry.terraform.io/"+name, func() tfprotov6.ProviderServer { return serve(testProvider()) },
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
	case <-time.After(10 * time.Second):
		t.Fatal("the provider did not start")
		return ""
	}
}

// channelFor creates the channel for WithDebug. The element type belongs to a module that is not
// otherwise needed.
func channelFor[T any](func(context.Context, chan T, chan struct{}) tf6server.ServeOpt) chan T {
	return make(chan T)
}

// exampleModule is a root module in its own directory, with its mock server.
type exampleModule struct {
	*mockapi.Server
	t   *testing.T
	tf  *exampleTerraform
	dir string
	url string // of the mock server
	env []string
}

// at returns the root module in a directory.
func (tf *exampleTerraform) at(t *testing.T, dir string) *exampleModule {
	t.Helper()
	return &exampleModule{t: t, tf: tf, dir: dir, env: append(os.Environ(),
		"TF_REATTACH_PROVIDERS="+tf.reattach, "TF_CLI_CONFIG_FILE="+tf.cliConfig,
		"TF_INPUT=0", "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=-no-color")}
}

// module creates a root module from copies of files, with a mock server that serves the demo's
// history.
func (tf *exampleTerraform) module(t *testing.T, files map[string]string) *exampleModule {
	t.Helper()
	dir := t.TempDir()
	for target, source := range files {
		content, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		target = filepath.Join(dir, target)
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	module := tf.at(t, dir)
	if strings.Contains(contentOf(t, files), "  alias ") {
		module.ownProcesses()
	}
	module.Server = mockapi.New(mockapi.Options{Token: testToken})
	module.Seed(mockapi.Demo(time.Now())...)
	listener := httptest.NewServer(module.Server)
	t.Cleanup(listener.Close)
	module.url = listener.URL
	// For the provider in this process, and for examples with variables for them.
	t.Setenv("QUALYTICS_URL", listener.URL)
	t.Setenv("QUALYTICS_TOKEN", testToken)
	module.env = append(module.env, "QUALYTICS_URL="+listener.URL, "QUALYTICS_TOKEN="+testToken,
		"TF_VAR_qualytics_url="+listener.URL, "TF_VAR_qualytics_token="+testToken)
	return module
}

// ownProcesses makes Terraform start a process for each provider block, as for users. The provider
// in this process can serve only one.
func (m *exampleModule) ownProcesses() {
	m.t.Helper()
	provider, err := builtProvider()
	if err != nil {
		m.t.Fatal(err)
	}
	cliConfig := filepath.Join(m.t.TempDir(), "cli.tfrc")
	text := fmt.Sprintf("provider_installation {\n  dev_overrides { \"qualytics/qualytics\" = %q }\n  direct {}\n}\n", provider)
	if err := os.WriteFile(cliConfig, []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
	m.env = append(m.env, "TF_REATTACH_PROVIDERS=", "TF_CLI_CONFIG_FILE="+cliConfig)
}

// run runs a Terraform command, and returns its output and exit code.
func (m *exampleModule) run(arguments ...string) (string, int) {
	m.t.Helper()
	return m.execute(m.tf.path, arguments...)
}

// mustRun is run for a command that must succeed.
func (m *exampleModule) mustRun(arguments ...string) string {
	m.t.Helper()
	output, code := m.run(arguments...)
	if code != 0 {
		m.t.Fatalf("terraform %s: exit code %d\n%s", strings.Join(arguments, " "), code, output)
	}
	return output
}

func (m *exampleModule) execute(path string, arguments ...string) (string, int) {
	m.t.Helper()
	command := exec.CommandContext(m.t.Context(), path, arguments...)
	command.Dir = m.dir
	command.Env = m.env
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); command.ProcessState == nil {
		m.t.Fatal(err)
	}
	return output.String(), command.ProcessState.ExitCode()
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
