// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// allTypes are the types of operation. In newTypes, the id of a Run is its index here, starting at
// 1.
var allTypes = []string{"sync", "catalog", "profile", "scan", "external_scan", "export", "materialize", "promote", "promote_quality_check"}

// newTypes serves one Run of each type with this result.
func newTypes(t *testing.T, result string) *api {
	t.Helper()
	api := newAPI(t, mockapi.Options{})
	for i, runType := range allTypes {
		api.Seed(mockapi.Run{ID: int64(i + 1), Type: runType, Result: result})
	}
	return api
}

// written returns a check of all changing requests so far, in any order.
func (a *api) written(t *testing.T, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		got := a.writes()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("changing requests:\n got %q\nwant %q", got, want)
		}
		return nil
	}
}

const eachResumed = `
	resource "qualytics_run_resume" "each" {
	  count  = length([%[1]s])
	  run_id = [%[1]s][count.index]
	}`

// In a real Terraform, Runs of supported types are resumed from both results. Other types fail the
// plan, and the error lists the supported ones.
func TestAccRunResume_types(t *testing.T) {
	api := newTypes(t, "aborted")
	api.Seed(mockapi.Run{ID: 8, Type: "promote", Result: "failure"})
	supported := []string{"PUT /api/operations/run/3", "PUT /api/operations/run/4", "PUT /api/operations/run/8", "PUT /api/operations/run/9"}
	acceptance(t, resource.TestCase{
		CheckDestroy: api.written(t, supported...),
		Steps: []resource.TestStep{
			{
				Config: api.config(fmt.Sprintf(eachResumed, "1, 2, 5, 6, 7")),
				ExpectError: says("Run 1 is of type `sync`, which cannot be resumed.",
					"Only a Run with result `aborted` or `failure` can be resumed, and only of type `profile`, `scan` or `promote`."),
			},
			{
				Config:           api.config(fmt.Sprintf(eachResumed, "3, 4, 8, 9")),
				ConfigPlanChecks: emptyPlan,
				Check:            api.written(t, supported...),
			},
		},
	})
}

// Each type with each result, in the plan and, if the Run changes after the plan, in the apply.
func TestRunResume_support(t *testing.T) {
	t.Parallel()
	const (
		possible  = "Only a Run with result `aborted` or `failure` can be resumed, and only of type `profile`, `scan` or `promote`."
		wrongType = "error at run_id: Cannot resume Run 90: Run 90 is of type `%s`, which cannot be resumed. " + possible
	)
	refused := func(why string) []string {
		return []string{
			"error at run_id: Cannot resume Run 90: PUT http.*/api/operations/run/90 returned HTTP status 409: " +
				"Run 90 cannot be resumed: " + why + ".\n\n" + possible,
		}
	}
	for _, runType := range allTypes {
		for _, result := range []string{"queued", "running", "success", "failure", "aborted"} {
			var plan, apply []string
			supported := slices.Contains([]string{"profile", "scan", "promote", "promote_quality_check"}, runType)
			switch {
			case !supported:
				plan, apply = []string{fmt.Sprintf(wrongType, runType)}, refused("not supported by Runs of type "+runType)
			case result == "success":
				plan = []string{"error at run_id: Cannot resume Run 90: The result of Run 90 is `success`. " + possible}
				apply = refused("its result is success")
			case result == "queued" || result == "running":
				plan = []string{
					"warning at run_id: Run 90 must end before the apply: Run 90 is `" + result + "`. " +
						"The apply fails unless the Run has ended by then. " + possible,
				}
				apply = refused("its result is " + result)
			}
			t.Run(runType+" "+result, func(t *testing.T) {
				t.Parallel()
				api := newAPI(t, mockapi.Options{})
				run := mockapi.Run{ID: 90, Type: runType, Result: result}
				api.Seed(run)
				resource := api.protocol(t).manage(t, "qualytics_run_resume")
				expectDiagnostics(t, resource.plan(t, `{"run_id": 90}`).Diagnostics, plan...)
				api.expectWrites()(t)

				api.Seed(scan(90, "failure"))
				expectDiagnostics(t, resource.applyAfter(t.Context(), t, `{"run_id": 90}`, func() { api.Seed(run) }), apply...)
				api.expectWrites(resume90)(t)
			})
		}
	}
}

// Other errors of the plan.
func TestRunResume_planErrors(t *testing.T) {
	t.Parallel()
	api := newFailed(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_resume")
	expectDiagnostics(t, resource.plan(t, `{"run_id": 99}`).Diagnostics,
		"error at run_id: Cannot read Run 99: .*HTTP status 404: Run 99 does not exist.")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`))
	expectDiagnostics(t, resource.plan(t, `{"run_id": 90, "triggers": {"v": "2"}}`).Diagnostics,
		"error at run_id: Cannot resume Run 90: The result of Run 90 is `success`.")
	expectDiagnostics(t, resource.plan(t, `{"run_id": 99}`).Diagnostics, "error at run_id: Cannot read Run 99: ")
	api.Forbid(101)
	api.Seed(scan(91, "failure"))
	expectDiagnostics(t, resource.apply(t, `{"run_id": 91}`),
		"error at run_id: Cannot resume Run 91: .*HTTP status 403: .*\n\n"+
			"The token's user needs the Editor team permission on the Run's datastore .or the Admin role. to resume a Run.")
	resource.expectRun(t, 90, "success")
}
