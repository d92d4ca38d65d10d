// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The guard warns only about failed scans of the last day.
func TestAccExamples_guard(t *testing.T) {
	t.Parallel()
	needs(t, "1.5")
	module := newExampleModule(t, map[string]string{"main.tf": examplesRoot + "/complete/guard/main.tf"})
	failed := func(id int64, age time.Duration) mockapi.Run {
		created := time.Now().Add(-age)
		return mockapi.Run{ID: id, Result: "failure", Created: created, StartTime: created, EndTime: created.Add(time.Minute)}
	}
	module.Seed(failed(60001, 25*time.Hour))
	if output := module.mustRun("apply", "-auto-approve"); strings.Contains(output, "day failed") {
		t.Errorf("the guard warns about an older failure:\n%s", output)
	}
	module.Seed(failed(60002, 23*time.Hour))
	if output := module.mustRun("apply", "-auto-approve"); !strings.Contains(output, "Scans of the last day failed: 60002.") {
		t.Errorf("the guard does not warn about exactly the failure of the last day:\n%s", output)
	}
}

// Retention deletes only the records of old Runs. The second time there are none.
func TestAccExamples_retention(t *testing.T) {
	t.Parallel()
	needs(t, "1.14")
	module := newExampleModule(t, map[string]string{"main.tf": examplesRoot + "/complete/retention/main.tf"})
	var want []string
	old := time.Now().Add(-28 * 24 * time.Hour)
	for _, run := range mockapi.Demo(time.Now()) {
		if run.Type == "export" && run.Created.Before(old) {
			want = append(want, fmt.Sprintf("DELETE /api/operations/%d", run.ID))
		}
	}
	for range 2 {
		module.mustRun("apply", "-auto-approve", "-var", "older_than=672h", "-invoke=action.qualytics_run_delete.old")
	}
	changes := module.changes()
	slices.Sort(changes) // actions run concurrently
	if len(want) == 0 || !slices.Equal(changes, want) {
		t.Errorf("got the changing requests %q, want %q", changes, want)
	}
}

// Only a Run that has been active for too long is aborted.
func TestAccExamples_stuck(t *testing.T) {
	t.Parallel()
	needs(t, "1.14")
	module := newExampleModule(t, map[string]string{"main.tf": examplesRoot + "/complete/stuck/main.tf"})
	stuck := time.Now().Add(-7 * time.Hour)
	module.Seed(mockapi.Run{ID: 60001, Result: "running", Created: stuck, StartTime: stuck})
	if output := module.mustRun("apply", "-auto-approve"); !strings.Contains(output, `"60001" = "scan on `) {
		t.Errorf("the output does not name the Run:\n%s", output)
	}
	for range 2 {
		module.mustRun("apply", "-auto-approve", "-invoke=action.qualytics_run_abort.stuck")
	}
	module.expectChanges("PUT /api/operations/abort/60001")
}
