// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// workspace is a directory with a configuration. Its Terraform or OpenTofu runs the built provider,
// as for users.
type workspace struct {
	t   *testing.T
	dir string
	env []string
}

// callersEnvironment names the directories with Go's caches. Tests have others.
var callersEnvironment = os.Environ()

// builtProvider builds the provider once for all tests, and returns the directory of the binary.
var builtProvider = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(os.Getenv("HOME"), "provider")
	build := exec.Command("go", "build", "-o", filepath.Join(dir, binaryName()), "../..")
	build.Env = callersEnvironment
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the provider: %w\n%s", err, output)
	}
	return dir, nil
})

func binaryName() string {
	if runtime.GOOS == "windows" {
		return "terraform-provider-qualytics.exe"
	}
	return "terraform-provider-qualytics"
}

// newWorkspace creates a workspace with the provider's source and a configuration.
func newWorkspace(t *testing.T, config string) *workspace {
	t.Helper()
	w := emptyWorkspace(t)
	w.write("main.tf", "terraform {\n  required_providers {\n    qualytics = { source = \"qualytics/qualytics\" }\n  }\n}\n"+config)
	return w
}

func emptyWorkspace(t *testing.T) *workspace {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests run with TF_ACC=1")
	}
	if terraformPath() == "" {
		t.Fatal("the acceptance tests require Terraform or OpenTofu on PATH, or TF_ACC_TERRAFORM_PATH")
	}
	provider, err := builtProvider()
	if err != nil {
		t.Fatal(err)
	}
	w := &workspace{t: t, dir: t.TempDir()}
	w.write("cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides { \"qualytics/qualytics\" = %q }\n  direct {}\n}\n", provider))
	w.env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+filepath.Join(w.dir, "cli.tfrc"),
		"TF_INPUT=0", "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=-no-color")
	return w
}

func (w *workspace) write(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workspace) read(name string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// process is a running Terraform.
type process struct {
	*exec.Cmd
	output bytes.Buffer
}

// command returns a command that is not started yet.
func (w *workspace) command(path string, arguments ...string) *process {
	p := &process{Cmd: exec.Command(path, arguments...)}
	p.Dir, p.Env, p.Stdout, p.Stderr = w.dir, w.env, &p.output, &p.output
	p.WaitDelay = 30 * time.Second
	return p
}

func (w *workspace) start(arguments ...string) *process {
	w.t.Helper()
	p := w.command(terraformPath(), arguments...)
	if err := p.Start(); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// run runs Terraform, and returns its output and exit code.
func (w *workspace) run(arguments ...string) (output string, code int) {
	w.t.Helper()
	p := w.start(arguments...)
	_ = p.Wait()
	return p.output.String(), p.ProcessState.ExitCode()
}

// expect runs a command that must succeed and print these phrases, and returns its output.
func (w *workspace) expect(arguments []string, phrases ...string) string {
	w.t.Helper()
	output, code := w.run(arguments...)
	if code != 0 || !says(phrases...).MatchString(output) {
		w.t.Fatalf("terraform %s: exit code %d, want 0 and %q:\n%s", strings.Join(arguments, " "), code, phrases, output)
	}
	return output
}

var applied = []string{"apply", "-auto-approve", "-input=false"}
