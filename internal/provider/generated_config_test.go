// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The generated configuration for an import can be applied unchanged. A destroy before or after the
// import does not change the Run.
func TestAccGeneratedConfig(t *testing.T) {
	needs(t, "1.14")
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Seed(scan(95, "success"))
	w := newWorkspace(t, api.config("import {\n  to = qualytics_run_rerun.test\n  id = \"95\"\n  provider = qualytics\n}\n"))
	output, code := w.run("plan", "-generate-config-out=generated.tf")
	if code != 0 || !says("1 to import").MatchString(output) {
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
