// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package provider

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// awaitPoll waits until Run 101 has been polled, for at most 30 seconds.
func (a *api) awaitPoll(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !slices.Contains(a.requestLines(), "GET "+poll101); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("Run 101 was not polled within 30 s")
		}
	}
}

// Ctrl-C while waiting for a new Run is not an error. Dependents are not applied, the Run is in the
// state and not tainted, and the next apply continues waiting.
func TestAccInterrupt_create(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(endless)
	w := newWorkspace(t, api.config(rerunConfig("")+`
		resource "terraform_data" "dependent" { input = qualytics_run_rerun.test.id }
	`))

	apply := w.start(applied...)
	api.awaitPoll(t)
	_ = apply.Process.Signal(os.Interrupt)
	_ = apply.Wait()
	output := apply.output.String()
	interrupted := says("Interrupted while waiting for Run 101", "The next apply continues waiting for it.")
	if !interrupted.MatchString(output) || strings.Contains(output, "Error: Interrupted") {
		t.Fatalf("the interrupted apply:\n%s", output)
	}
	if state, _ := w.run("state", "list"); strings.Contains(state, "terraform_data.dependent") {
		t.Errorf("the dependent of the interrupted rerun was applied:\n%s", state)
	}

	api.Finish(101, "success", "")
	w.expect(applied, "terraform_data.dependent", "1 added, 0 changed, 0 destroyed")
	w.expect([]string{"plan", "-detailed-exitcode"}, "No changes")
	w.expect([]string{"destroy", "-auto-approve"}, "2 destroyed")
	api.expectWrites(rerun100, "DELETE /api/operations/101")(t)
}

// A signal to the process group, which includes the provider, ends Terraform gracefully. The Run is
// in the state.
func TestAccInterrupt_terminated(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(endless)
	w := newWorkspace(t, api.config(rerunConfig("")))

	p := w.command(terraformPath(), applied...)
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	api.awaitPoll(t)
	_ = syscall.Kill(-p.Process.Pid, syscall.SIGTERM)
	_ = p.Wait()

	api.Finish(101, "success", "")
	w.expect([]string{"plan", "-detailed-exitcode"}, "No changes")
	api.expectWrites(rerun100)(t)
}

// Terraform cannot save the state of a killed provider. The log contains the Run, which can be
// imported without another rerun.
func TestAccInterrupt_killed(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(endless)
	w := newWorkspace(t, api.config(rerunConfig("")))
	w.env = append(w.env, "TF_LOG_PROVIDER=INFO", "TF_LOG_PATH="+filepath.Join(w.dir, "log"))

	apply := w.start(applied...)
	api.awaitPoll(t)
	if output, err := exec.Command("pkill", "-KILL", "-P", strconv.Itoa(apply.Process.Pid), "terraform-provi").CombinedOutput(); err != nil {
		t.Fatalf("killing the provider: %v: %s", err, output)
	}
	if err := apply.Wait(); err == nil {
		t.Errorf("the apply succeeded:\n%s", apply.output.String())
	}
	if !strings.Contains(w.read("log"), "Accepted: Run 101") {
		t.Error("the log does not contain the Run")
	}
	w.expect([]string{"import", rerun, "101"}, "Import successful!")
	api.Finish(101, "success", "")
	w.expect(applied, "0 added, 1 changed, 0 destroyed")
	w.expect([]string{"plan", "-detailed-exitcode"}, "No changes")
	api.expectWrites(rerun100)(t)
}

// After a timed-out create and untaint, the next apply continues waiting for the same Run.
func TestAccUntaint(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(endless)
	w := newWorkspace(t, api.config(rerunConfig(`timeouts = { create = "300ms" }`)))
	output, code := w.run(applied...)
	if code == 0 || !says("Timed out while waiting for Run 101", "terraform untaint").MatchString(output) {
		t.Fatalf("the apply that times out:\n%s", output)
	}
	w.expect([]string{"untaint", rerun}, "successfully untainted")
	api.Finish(101, "success", "")
	w.expect([]string{"plan", "-detailed-exitcode"}, "No changes")
	api.expectWrites(rerun100)(t)
}

// A provider that receives SIGTERM during an apply finishes the call first.
func TestAccInterrupt_terminatedProvider(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(endless)
	w := newWorkspace(t, api.config(rerunConfig("")))
	apply := w.start(applied...)
	api.awaitPoll(t)
	if output, err := exec.Command("pkill", "-TERM", "-P", strconv.Itoa(apply.Process.Pid), "terraform-provi").CombinedOutput(); err != nil {
		t.Fatalf("terminating the provider: %v: %s", err, output)
	}
	time.Sleep(5 * time.Second) // an idle provider would have exited by now
	api.ResetRequests()
	api.awaitPoll(t)
	api.Finish(101, "success", "")
	if err := apply.Wait(); err != nil {
		t.Errorf("%v:\n%s", err, apply.output.String())
	}
	w.expect([]string{"plan", "-detailed-exitcode"}, "No changes")
}

// An idle provider exits on SIGTERM. Otherwise it would keep running if Terraform was killed.
func TestAccInterrupt_idle(t *testing.T) {
	t.Parallel()
	newWorkspace(t, "") // skips the test without TF_ACC
	directory, err := builtProvider()
	if err != nil {
		t.Fatal(err)
	}
	provider := exec.Command(filepath.Join(directory, binaryName()))
	provider.Env = append(os.Environ(), "PLUGIN_PROTOCOL_VERSIONS=6",
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
	output, err := provider.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := provider.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = provider.Process.Kill() })
	if handshake, err := bufio.NewReader(output).ReadString('\n'); err != nil || !strings.HasPrefix(handshake, "1|6|") {
		t.Fatalf("the provider does not serve: %q, %v", handshake, err)
	}
	if err := provider.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- provider.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the provider exited with %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("the provider is still running")
	}
}
