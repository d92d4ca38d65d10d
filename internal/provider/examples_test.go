// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const (
	examplesRoot    = "../../examples"
	providerExample = examplesRoot + "/provider/provider.tf"
)

// Every file under examples/ is run. A file that is neither of a known kind nor in a complete
// example is an error.
func TestAccExamples(t *testing.T) {
	t.Parallel()
	modules := map[string]map[string]string{} // complete examples, by directory
	for _, file := range exampleFiles(t) {
		if directory, rest, ok := moduleOf(file); ok {
			if modules[directory] == nil {
				modules[directory] = map[string]string{}
			}
			modules[directory][rest] = filepath.Join(examplesRoot, file)
			continue
		}
		kind, ok := kindOfExample(t, file)
		if !ok {
			t.Errorf("examples/%s: unknown kind of example", file)
			continue
		}
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			needs(t, kind.needs)
			kind.try(t, filepath.Join(examplesRoot, file))
		})
	}
	for directory, files := range modules {
		t.Run(directory, func(t *testing.T) {
			t.Parallel()
			needs(t, requiredVersion(t, files))
			module := tryModule(t, files)
			if hasTests(files) {
				module.expect([]string{"test"}, "Success!", " passed, 0 failed")
			}
		})
	}
}

// The main example reruns once per release, regardless of other scans.
func TestAccExamples_rerunOnDeployment(t *testing.T) {
	t.Parallel()
	module := newExampleModule(t, rerunOnDeployment(t))
	module.applied()
	module.Seed(mockapi.Run{ID: 60001, Result: "success", Created: time.Now().Add(-time.Minute)}) // by a schedule
	if plan, code := module.run("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("a later scan causes a rerun:\n%s", plan)
	}
	module.mustRun("apply", "-auto-approve", "-var", "release=2026.05.2")
	module.mustRun("apply", "-auto-approve", "-var", "release=2026.05.2", "-var", "datastore_id=102")
	module.mustRun("destroy", "-auto-approve")
	module.expectChanges(
		"PUT /api/operations/rerun/53388",
		"PUT /api/operations/rerun/53394", "DELETE /api/operations/53394",
		"PUT /api/operations/rerun/53384", "DELETE /api/operations/60002",
		"DELETE /api/operations/60003",
	)
}

// rerunOnDeployment are the files of the main example.
func rerunOnDeployment(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range []string{"main.tf", "terraform.tf", "variables.tf", "outputs.tf"} {
		files[name] = examplesRoot + "/complete/rerun-on-deployment/" + name
	}
	return files
}

// The error of a failed gate is the one in the guide. The same release passes after the data is
// repaired.
func TestAccExamples_gate(t *testing.T) {
	t.Parallel()
	module := newExampleModule(t, rerunOnDeployment(t))
	module.Plan(mockapi.Outcome{}, identifying(37), mockapi.Outcome{Anomalies: new(int64(0))})
	module.applied()
	output, code := module.run("apply", "-auto-approve", "-no-color", "-var", "release=2026.05.2")
	if code != 1 {
		t.Fatalf("the gate did not stop the release:\n%s", output)
	}
	plain := plainOutput(strings.ReplaceAll(output, module.url, "https://your-instance.qualytics.io"))
	if quoted := quotedGate(t); !strings.Contains(plain, quoted) {
		t.Errorf("the error differs from the guide:\n%s\nwant\n%s", plain, quoted)
	}
	module.mustRun("apply", "-auto-approve", "-var", "release=2026.05.2")
	module.mustRun("destroy", "-auto-approve", "-var", "release=2026.05.2")
	module.expectChanges(
		"PUT /api/operations/rerun/53388", "PUT /api/operations/rerun/53394", "PUT /api/operations/rerun/53395",
		"DELETE /api/operations/53394", "DELETE /api/operations/53395", "DELETE /api/operations/53396",
	)
}

// A test with a mocked provider needs no deployment.
func TestAccExamples_mockedProvider(t *testing.T) {
	t.Parallel()
	needs(t, "1.7")
	files := map[string]string{}
	for _, name := range []string{"main.tf", "modules/data_gate/main.tf", "tests/data_gate.tftest.hcl"} {
		files[name] = examplesRoot + "/complete/module/" + name
	}
	module := newExampleModule(t, files)
	module.env = append(module.env, "QUALYTICS_URL=", "QUALYTICS_TOKEN=")
	module.expect([]string{"test"}, "2 passed, 0 failed")
	if requests := module.Requests(); len(requests) > 0 {
		t.Errorf("requests were made: %v", requests)
	}
}

// A pipeline applies a saved plan. The exit codes, the JSON of a failed gate and the error about a
// stale plan match the guide.
func TestAccExamples_inCI(t *testing.T) {
	t.Parallel()
	module := newExampleModule(t, map[string]string{"main.tf": examplesRoot + "/complete/in-ci/main.tf"})
	if _, code := module.run("plan", "-detailed-exitcode", "-out=first.tfplan"); code != 2 {
		t.Errorf("a rerun is due, but the plan exits with %d", code)
	}
	module.mustRun("plan", "-out=stale.tfplan")
	module.mustRun("apply", "first.tfplan")
	if output, code := module.run("apply", "stale.tfplan"); code != 1 || !strings.Contains(output, "Saved plan is stale") {
		t.Errorf("a stale plan: exit code %d\n%s", code, output)
	}
	if _, code := module.run("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("nothing is due, but the plan exits with %d", code)
	}
	link := module.url + "/datastores/101/activity?operation_id="
	if output := module.mustRun("output", "-raw", "scan_url"); output != link+"53394" {
		t.Errorf("the output is %q", output)
	}
	module.Plan(identifying(37))
	output, code := module.run("apply", "-auto-approve", "-json", "-var", "commit=0b7e6aa")
	if code != 1 {
		t.Errorf("the gate failed, but the apply exits with %d", code)
	}
	found := false
	for line := range strings.SplitSeq(output, "\n") {
		var event struct {
			Type       string `json:"type"`
			Diagnostic struct {
				Severity string `json:"severity"`
				Summary  string `json:"summary"`
				Detail   string `json:"detail"`
			} `json:"diagnostic"`
		}
		if json.Unmarshal([]byte(line), &event) == nil && event.Type == "diagnostic" && event.Diagnostic.Severity == "error" {
			found = found || event.Diagnostic.Summary == "Run 53395 did not pass max_anomalies" &&
				strings.Contains(event.Diagnostic.Detail, "customers: 19 anomalies")
		}
	}
	if !found {
		t.Errorf("the JSON does not contain the error of the gate:\n%s", output)
	}
	if state := module.mustRun("show", "-json"); !strings.Contains(state, link+"53395") {
		t.Errorf("the state does not have the link to the Run that did not pass:\n%s", state)
	}
}

// A plan gates a pull request by the latest scan, and starts nothing.
func TestAccExamples_pullRequest(t *testing.T) {
	t.Parallel()
	needs(t, "1.2")
	module := newExampleModule(t, map[string]string{"main.tf": examplesRoot + "/complete/pull-request/main.tf"})
	module.mustRun("plan")
	module.Seed(mockapi.Run{
		ID: 60001, Result: "success", Created: time.Now(), Status: map[string]int64{"anomalies_identified": 51},
		Datastore: mockapi.Demo(time.Now())[0].Datastore,
	})
	output, code := module.run("plan")
	link := module.url + "/datastores/101/activity?operation_id=60001"
	if code != 1 || !strings.Contains(plainOutput(output), "The latest scan did not pass, or there is none: "+link) {
		t.Errorf("exit code %d\n%s", code, output)
	}
	module.expectChanges()
}

// plainOutput returns Terraform's output on one line, without the frames of its errors.
func plainOutput(output string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(output)), " ")
}

// The record is deleted when the resource is destroyed, not earlier.
func TestAccExamples_deleteAfterDestroy(t *testing.T) {
	t.Parallel()
	needs(t, "1.16")
	module := newExampleModule(t, map[string]string{"main.tf": examplesRoot + "/complete/delete-after-destroy/main.tf"})
	module.applied()
	module.destroyed()
	module.expectChanges("PUT /api/operations/run/53204", "DELETE /api/operations/53204")
}

// A datastore without a scan fails the plan, and the error names the datastore.
func TestAccExamples_noScanYet(t *testing.T) {
	t.Parallel()
	module := newExampleModule(t, map[string]string{"main.tf": examplesRoot + "/complete/several-datastores/main.tf"})
	output, code := module.run("plan", "-no-color", "-var", "datastore_ids=[101,104]")
	plain := plainOutput(output)
	if want := `No Run matches operation_type = "scan", datastore = 104, result = ["success"].`; code != 1 || !strings.Contains(plain, want) {
		t.Errorf("exit code %d\n%s\nwant %s", code, output, want)
	}
}

// leftByTerraform matches files that Terraform creates in an example's directory.
var leftByTerraform = regexp.MustCompile(`^\.terraform|\.tfstate|\.tfplan$|^crash\.`)

// exampleFiles returns the paths of all files below examples/.
func exampleFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(examplesRoot), ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == ".terraform":
			return fs.SkipDir
		case !entry.IsDir() && !leftByTerraform.MatchString(entry.Name()):
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// moduleOf splits the path of a file in a complete example into the example's directory and the
// rest.
func moduleOf(file string) (directory, rest string, ok bool) {
	parts := strings.SplitN(file, "/", 3)
	if len(parts) < 3 || parts[0] != "complete" && parts[0] != "guides" {
		return "", "", false
	}
	return parts[0] + "/" + parts[1], parts[2], true
}

var (
	requiredVersionPattern = regexp.MustCompile(`required_version = ">= ([0-9.]+)"`)
	actionPattern          = regexp.MustCompile(`(?m)^action "(\w+)" "(\w+)"`)
)

// requiredVersion returns the minimum version of Terraform that a complete example declares.
func requiredVersion(t *testing.T, files map[string]string) string {
	t.Helper()
	match := requiredVersionPattern.FindStringSubmatch(contentOf(t, files))
	if match == nil {
		t.Fatal("a complete example must declare required_version = \">= X.Y\"")
	}
	return match[1]
}

func contentOf(t *testing.T, files map[string]string) string {
	t.Helper()
	var text strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(content)
	}
	return text.String()
}
