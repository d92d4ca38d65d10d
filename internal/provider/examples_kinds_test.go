// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// exampleKind is a kind of example file: a pattern, and how to run the files.
type exampleKind struct {
	pattern string // of the path below examples/, for filepath.Match
	needs   string // the minimum version of Terraform; "" means any that the provider supports
	try     func(t *testing.T, file string)
}

// exampleKinds are the files that the documentation generator uses.
var exampleKinds = []exampleKind{
	{"provider/provider.tf", "", tryProviderBlock},
	{"provider/provider-arguments.tf", "1.11", tryProviderBlock}, // has an ephemeral variable
	{"data-sources/*/data-source*.tf", "", tryDataSource},
	{"resources/*/resource*.tf", "", tryChange},
	{"resources/*/import.sh", "", tryImportCommand},
	{"resources/*/import-by-string-id.tf", "1.5", tryImportBlock},
	{"resources/*/import-by-identity.tf", "1.12", tryImportBlock},
	{"actions/*/action*.tf", "1.14", tryChange},
	{"list-resources/*/list-resource*.tfquery.hcl", "1.14", tryQuery},
}

func kindOfExample(t *testing.T, file string) (exampleKind, bool) {
	t.Helper()
	for _, kind := range exampleKinds {
		if matches, err := filepath.Match(kind.pattern, file); err != nil {
			t.Fatal(err)
		} else if matches {
			return kind, true
		}
	}
	return exampleKind{}, false
}

// tryModule applies a root module, invokes actions that no change triggers, and destroys the
// module.
func tryModule(t *testing.T, files map[string]string) *exampleModule {
	t.Helper()
	module := newExampleModule(t, files)
	module.applied()
	content := contentOf(t, files)
	for _, action := range actionPattern.FindAllStringSubmatch(content, -1) {
		address := "action." + action[1] + "." + action[2]
		if !regexp.MustCompile(`(?m)(^|[\s\[])` + address + `\b[,\]]`).MatchString(content) {
			module.mustRun("apply", "-auto-approve", "-invoke="+address)
		}
	}
	module.destroyed()
	return module
}

func tryProviderBlock(t *testing.T, file string) {
	t.Helper()
	tryReading(t, file, examplesRoot+"/data-sources/qualytics_operation/data-source.tf")
}

func tryDataSource(t *testing.T, file string) {
	t.Helper()
	tryReading(t, providerExample, file)
}

// tryReading applies a module that has nothing to destroy.
func tryReading(t *testing.T, provider, file string) {
	t.Helper()
	module := newExampleModule(t, map[string]string{"provider.tf": provider, "main.tf": file})
	module.applied()
	module.expectChanges()
}

// tryChange runs an example that changes something on the server.
func tryChange(t *testing.T, file string) {
	t.Helper()
	module := tryModule(t, map[string]string{"provider.tf": providerExample, "main.tf": file})
	if len(module.changes()) == 0 {
		t.Error("the example changes nothing")
	}
}

func hasTests(files map[string]string) bool {
	for name := range files {
		if strings.HasSuffix(name, ".tftest.hcl") {
			return true
		}
	}
	return false
}

// tryImportCommand runs a script that imports the example resource. Neither the import nor the next
// apply reruns.
func tryImportCommand(t *testing.T, file string) {
	t.Helper()
	module := newExampleModule(t, map[string]string{
		"provider.tf": providerExample,
		"main.tf":     filepath.Join(filepath.Dir(file), "resource.tf"),
		"import.sh":   file,
	})
	if err := os.Symlink(terraformPath(), filepath.Join(module.dir, "terraform")); err != nil {
		t.Fatal(err)
	}
	module.env = append(module.env, "PATH="+module.dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	script := module.command("/bin/sh", "-eu", "import.sh")
	if err := script.Run(); err != nil {
		t.Fatalf("%v\n%s", err, script.output.String())
	}
	module.applied()
	module.expectChanges()
}

// tryImportBlock imports a Run with an import block. That neither reruns the Run nor deletes its
// record.
func tryImportBlock(t *testing.T, file string) {
	t.Helper()
	module := newExampleModule(t, map[string]string{"provider.tf": providerExample, "main.tf": file})
	if output := module.applied(); !strings.Contains(output, "1 imported") {
		t.Errorf("nothing was imported:\n%s", output)
	}
	module.destroyed()
	module.expectChanges()
}

// tryQuery runs a query, and imports its results with the generated configuration.
func tryQuery(t *testing.T, file string) {
	t.Helper()
	module := newExampleModule(t, map[string]string{"provider.tf": providerExample, "list.tfquery.hcl": file})
	if output := module.mustRun("query", "-generate-config-out=generated.tf"); !strings.Contains(output, "53388") {
		t.Errorf("the query does not return Run 53388:\n%s", output)
	}
	module.applied()
	module.expectChanges()
}
