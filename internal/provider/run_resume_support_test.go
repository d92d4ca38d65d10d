// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// allTypes are the types of operation.
var allTypes = []string{"sync", "catalog", "profile", "scan", "external_scan", "export", "materialize", "promote", "promote_quality_check"}

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
