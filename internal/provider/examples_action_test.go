// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A gate that taints runs again until the release passes, for the first release as for later ones.
func TestAccExamples_taint(t *testing.T) {
	t.Parallel()
	needs(t, "1.16")
	module := newExampleModule(t, map[string]string{"main.tf": examplesRoot + "/complete/gate-with-taint/main.tf"})
	for _, release := range []string{"2026.05.1", "2026.05.2"} {
		module.Plan(identifying(37), mockapi.Outcome{Anomalies: new(int64(0))})
		output, code := module.run("apply", "-auto-approve", "-no-color", "-var", "release="+release)
		if code != 1 || !strings.Contains(output, "did not pass max_anomalies") {
			t.Fatalf("the gate did not stop release %s: exit code %d\n%s", release, code, output)
		}
		output = module.mustRun("apply", "-auto-approve", "-no-color", "-var", "release="+release)
		if !strings.Contains(output, "1 added") {
			t.Errorf("the gate did not run again:\n%s", output)
		}
		if _, code := module.run("plan", "-detailed-exitcode", "-var", "release="+release); code != 0 {
			t.Errorf("nothing is due, but the plan exits with %d", code)
		}
	}
	module.expectChanges(
		"PUT /api/operations/rerun/53388", "PUT /api/operations/rerun/53394",
		"PUT /api/operations/rerun/53395", "PUT /api/operations/rerun/53396",
	)
}
