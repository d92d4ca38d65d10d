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

// workspace is a directory with a configuration, and a Terraform that runs the provider as a
// separate process, for tests that interrupt or kill processes.
type workspace struct {
	t         *testing.T
	terraform string
	dir       string
	env       []string
}

// realHome is the home directory with Go's caches. Tests use another home directory.
var realHome = os.Getenv("HOME")

// builtProvider builds the provider once for all tests, and returns the directory of the binary.
var builtProvider = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(os.Getenv("HOME"), "provider")
	build := exec.Command("go", "build", "-o", filepath.Join(dir, binaryName()), "../..")
	build.Env = append(os.Environ(), "HOME="+realHome)
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

func newWorkspace(t *testing.T, config string) *workspace {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests run with TF_ACC=1")
	}
	terraform := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if terraform == "" {
		var err error
		if terraform, err = exec.LookPath("terraform"); err != nil {
			t.Skip("terraform is not on PATH")
		}
	}
	provider, err := builtProvider()
	if err != nil {
		t.Fatal(err)
	}
	w := &workspace{t: t, terraform: terraform, dir: t.TempDir()}
	cliConfig := filepath.Join(w.dir, "cli.tfrc")
	w.write("cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides { \"qualytics/qualytics\" = %q }\n  direct {}\n}\n", provider))
	w.write("main.tf", "terraform {\n  required_providers {\n    qualytics = { source = \"qualytics/qualytics\" }\n  }\n}\n"+config)
	w.env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+cliConfig, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1")
	return w
}

func (w *workspace) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
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

func (w *workspace) start(arguments ...string) *process {
	w.t.Helper()
	p := &process{Cmd: exec.Command(w.terraform, append(arguments, "-no-color")...)}
	p.Dir, p.Env, p.Stdout, p.Stderr = w.dir, w.env, &p.output, &p.output
	p.WaitDelay = 30 * time.Second
	if err := p.Start(); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// run runs Terraform, and returns its output and whether it succeeded.
func (w *workspace) run(arguments ...string) (output string, succeeded bool) {
	w.t.Helper()
	p := w.start(arguments...)
	err := p.Wait()
	return p.output.String(), err == nil
}

// expect is run for a command that must succeed and print these phrases.
func (w *workspace) expect(arguments []string, phrases ...string) {
	w.t.Helper()
	output, succeeded := w.run(arguments...)
	if !succeeded || !says(phrases...).MatchString(output) {
		w.t.Fatalf("terraform %s: succeeded: %t, want success and %q:\n%s", strings.Join(arguments, " "), succeeded, phrases, output)
	}
}

// eventually waits until a condition holds, for at most 30 seconds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 30 s", what)
		}
	}
}

var applied = []string{"apply", "-auto-approve", "-input=false"}
