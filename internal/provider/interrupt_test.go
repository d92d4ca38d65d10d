// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package provider

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

var applied = []string{"apply", "-auto-approve", "-input=false"}

// interruptible is a rerun, and something that depends on it.
const interruptible = `
resource "qualytics_run_rerun" "test" {
  run_id   = 100
  triggers = { v = "%s" }
}
resource "terraform_data" "dependent" {
  input = qualytics_run_rerun.test.id
}
`

func interruptibleConfig(api *api, trigger string) string {
	return api.config(strings.Replace(interruptible, "%s", trigger, 1))
}

// polled reports whether a Run is being waited for.
func (a *api) polled(id int64) func() bool {
	return func() bool {
		for _, request := range a.Requests() {
			if request.String() == "GET /api/operations/"+strconv.FormatInt(id, 10) {
				return true
			}
		}
		return false
	}
}

// Ctrl-C while a new Run is waited for: no error, nothing that depends on it is applied, the Run is in
// the state untainted, and the next apply goes on waiting for it.
func TestAccInterrupt_create(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(endless)
	w := newWorkspace(t, interruptibleConfig(api, "1"))

	apply := w.start(applied...)
	eventually(t, "waiting for Run 101", api.polled(101))
	_ = apply.Process.Signal(os.Interrupt)
	_ = apply.Wait()
	if output := apply.output.String(); !says("Interrupted while waiting for Run 101", "The next apply goes on waiting for it.").MatchString(output) || strings.Contains(output, "Error: Interrupted") {
		t.Fatalf("the interrupted apply:\n%s", output)
	}
	if state, _ := w.run("state", "list"); strings.Contains(state, "terraform_data.dependent") {
		t.Errorf("what depends on the interrupted rerun was applied:\n%s", state)
	}

	api.Finish(101, "success", "")
	w.expect(applied, "terraform_data.dependent", "1 added, 0 changed, 0 destroyed")
	w.expect([]string{"plan", "-detailed-exitcode"}, "No changes")
	w.expect([]string{"destroy", "-auto-approve"}, "2 destroyed")
	api.expectWrites(rerun100, "DELETE /api/operations/101")(t)
}

// Ctrl-C in an update that is waiting: the next apply goes on waiting for the same Run, and then deletes
// the superseded record.
func TestAccInterrupt_update(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	w := newWorkspace(t, interruptibleConfig(api, "1"))
	w.expect(applied, "2 added")
	api.Plan(endless)
	w.write("main.tf", strings.Replace(w.read("main.tf"), `v = "1"`, `v = "2"`, 1))

	apply := w.start(applied...)
	eventually(t, "waiting for Run 102", api.polled(102))
	_ = apply.Process.Signal(os.Interrupt)
	_ = apply.Wait()
	if output := apply.output.String(); !says("Interrupted while waiting for Run 102").MatchString(output) {
		t.Fatalf("the interrupted apply:\n%s", output)
	}

	api.Finish(102, "success", "")
	w.expect(applied, "0 added, 2 changed, 0 destroyed")
	w.expect([]string{"plan", "-detailed-exitcode"}, "No changes")
	api.expectWrites(rerun100, rerun100, "DELETE /api/operations/101")(t)
}

// A signal to the whole process group ends Terraform in good order, provider included: the Run is in the
// state.
func TestAccInterrupt_terminated(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(endless)
	w := newWorkspace(t, interruptibleConfig(api, "1"))

	p := &process{Cmd: exec.Command(w.terraform, append(applied, "-no-color")...)}
	p.Dir, p.Env, p.Stdout, p.Stderr = w.dir, w.env, &p.output, &p.output
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "waiting for Run 101", api.polled(101))
	_ = syscall.Kill(-p.Process.Pid, syscall.SIGTERM)
	_ = p.Wait()

	api.Finish(101, "success", "")
	w.expect(applied, "1 added, 0 changed, 0 destroyed")
	api.expectWrites(rerun100)(t)
}

// The limit of what a provider can do: Terraform saves what a provider answers, and a killed one does
// not. The log has the Run, and an import brings it under management without another rerun.
func TestAccInterrupt_killed(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(endless)
	w := newWorkspace(t, api.config(rerunConfig("")))
	w.env = append(w.env, "TF_LOG_PROVIDER=INFO", "TF_LOG_PATH="+filepath.Join(w.dir, "log"))

	apply := w.start(applied...)
	eventually(t, "waiting for Run 101", api.polled(101))
	if output, err := exec.Command("pkill", "-KILL", "-P", strconv.Itoa(apply.Process.Pid), "terraform-provi").CombinedOutput(); err != nil {
		t.Fatalf("killing the provider: %v: %s", err, output)
	}
	if err := apply.Wait(); err == nil {
		t.Errorf("the apply succeeded:\n%s", apply.output.String())
	}
	if !strings.Contains(w.read("log"), "Accepted: Run 101") {
		t.Error("the log does not have the Run")
	}
	w.expect([]string{"import", rerun, "101"}, "Import successful!")
	api.Finish(101, "success", "")
	w.expect(applied, "0 added, 1 changed, 0 destroyed")
	w.expect([]string{"plan", "-detailed-exitcode"}, "No changes")
	api.expectWrites(rerun100)(t)
}

// After a timed-out create, untaint makes the next apply go on waiting for the same Run.
func TestAccUntaint(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(endless)
	w := newWorkspace(t, api.config(rerunConfig(`timeouts = { create = "300ms" }`)))
	if output, succeeded := w.run(applied...); succeeded || !says("Timed out while waiting for Run 101", "terraform untaint").MatchString(output) {
		t.Fatalf("the apply that times out:\n%s", output)
	}
	w.expect([]string{"untaint", rerun}, "successfully untainted")
	api.Finish(101, "success", "")
	w.expect([]string{"plan", "-detailed-exitcode"}, "No changes")
	api.expectWrites(rerun100)(t)
}
