// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The generated configuration for an import can be applied unchanged. A destroy before or after the
// import does not change the Run.
func TestAccGeneratedConfig(t *testing.T) {
	newExampleTerraform(t).needs(t, "1.14")
	api := newAPI(t, mockapi.Options{})
	api.Seed(scan(95, "success"))
	w := newWorkspace(t, api.config("import {\n  to = qualytics_run_rerun.test\n  id = \"95\"\n  provider = qualytics\n}\n"))
	output, succeeded := w.run("plan", "-generate-config-out=generated.tf")
	if !succeeded || !says("1 to import").MatchString(output) {
		t.Fatal(output)
	}
	if generated := w.read("generated.tf"); !says("run_id = 95").MatchString(generated) {
		t.Errorf("generated:\n%s", generated)
	}
	w.write("main.tf", strings.Replace(w.read("main.tf"), "  provider = qualytics\n", "", 1)) // only needed to generate
	w.expect([]string{"apply", "-auto-approve"}, "1 imported")
	w.expect([]string{"plan", "-detailed-exitcode"}, "No changes")
	w.expect([]string{"destroy", "-auto-approve"}, "1 destroyed")
	api.expectWrites()(t)
}

// The generated configuration of a rerun contains the imported Run as run_id, unless the state has
// a run_id. Those of other resources are the framework's.
func TestGeneratedConfig(t *testing.T) {
	t.Parallel()
	p := newAPI(t, mockapi.Options{}).protocol(t)
	metadata, err := p.server.GetMetadata(t.Context(), &tfprotov6.GetMetadataRequest{})
	if err != nil || !metadata.ServerCapabilities.GenerateResourceConfig || !p.schemas.ServerCapabilities.GenerateResourceConfig {
		t.Errorf("the server does not announce GenerateResourceConfig: %v", err)
	}
	generate := func(resource *managed) map[string]any {
		t.Helper()
		resp, err := p.server.GenerateResourceConfig(t.Context(), &tfprotov6.GenerateResourceConfigRequest{
			TypeName: resource.name, State: resource.state,
		})
		if err != nil {
			t.Fatal(err)
		}
		expectDiagnostics(t, resp.Diagnostics)
		config, _ := plain(t, resp.Config, resource.schema.ValueType()).(map[string]any)
		return config
	}
	resource := p.manage(t, "qualytics_run_rerun")
	resource.importRun(t, "100")
	expectDiagnostics(t, resource.refresh(t))
	config := generate(resource)
	if config["run_id"] != int64(100) || config["id"] != nil || config["result"] != nil || config["delete_on_destroy"] != false {
		t.Errorf("generated %v", config)
	}
	resource.state = resource.pack(t, resource.with(t, resource.unpack(t, resource.state), "run_id", 99))
	if config := generate(resource); config["run_id"] != int64(99) {
		t.Errorf("generated %v", config)
	}
	aborted := p.manage(t, "qualytics_run_abort")
	expectDiagnostics(t, aborted.apply(t, `{"run_id": 100}`), "warning: Run 100")
	aborted.state = aborted.pack(t, aborted.with(t, aborted.unpack(t, aborted.state), "run_id", nil))
	if config := generate(aborted); config["run_id"] != nil {
		t.Errorf("generated %v", config)
	}
	_, err = p.server.GenerateResourceConfig(t.Context(), &tfprotov6.GenerateResourceConfigRequest{
		TypeName: resource.name, State: resource.pack(t, tftypes.NewValue(resource.schema.ValueType(), nil)),
	})
	if err != nil {
		t.Errorf("without a state: %v", err)
	}
}
