// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A Run that ended without being waited for is judged as soon as the configuration waits.
func TestRunRerun_failedBeforeWaiting(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never}})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, triggered(unawaited, "1")))
	api.Finish(101, "failure", "")
	expectDiagnostics(t, resource.refresh(t))
	resource.expectNoChange(t, triggered(unawaited, "1"))
	api.Plan(mockapi.Outcome{})
	expectDiagnostics(t, resource.apply(t, triggered("", "1")),
		"warning: Run 101 does not pass: Its result is `failure`, and `fail_on` includes `failure`. This is why the plan starts another Run.")
	resource.expectRun(t, 102, "success")
	api.expectWrites(rerunOf(100), rerunOf(100), deleteOf(101))(t)
}

// Arguments that let a Run pass that failed an earlier apply accept it for good. The superseded
// record is deleted.
func TestRunRerun_accepted(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	api.Plan(identifying(0), identifying(6))
	config := func(limit string) string { return latestConfig(101, `, "max_anomalies": `+limit+release("2")) }
	expectDiagnostics(t, resource.apply(t, latestConfig(101, gateConfig+release("1"))))
	expectDiagnostics(t, resource.apply(t, config("5")), "error: Run 102 did not pass max_anomalies")
	api.expectRuns(t, 100, 101, 102)

	expectDiagnostics(t, resource.apply(t, config("6")))
	resource.expectRerun(t, 102, 101)
	api.expectRuns(t, 100, 102)
	resource.expectNoChange(t, config("6"))
	api.Plan(identifying(0)) // the gate judges by the configuration that is applied
	expectDiagnostics(t, resource.apply(t, config("5")), excess102)
	resource.expectRerun(t, 103, 102)
	resource.expectNoChange(t, config("5"))
}

// A result that is accepted keeps the record of the last Run that succeeded.
func TestRunRerun_acceptedFailure(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	api.Plan(mockapi.Outcome{}, failing)
	expectDiagnostics(t, resource.apply(t, triggered("", "1")))
	expectDiagnostics(t, resource.apply(t, triggered("", "2")), "error: Run 102 failed")
	expectDiagnostics(t, resource.apply(t, triggered(`, "fail_on": []`, "2")))
	resource.expectRun(t, 102, "failure")
	api.expectRuns(t, 100, 101, 102)
	resource.expectNoChange(t, triggered(`, "fail_on": []`, "2"))
	expectDiagnostics(t, resource.destroy(t))
	api.expectRuns(t, 100)
}
