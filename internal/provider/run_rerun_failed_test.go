// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
	"time"

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

// A Run that keeps an active result after its end counts as ended. It is not waited for again, but rerun,
// or kept if its failure is accepted.
func TestRunRerun_endedWithoutResult(t *testing.T) {
	t.Parallel()
	for failOn, test := range map[string]struct {
		held int64
		want []string
	}{
		"":                {103, []string{"error: Run 102 ended as running"}},
		`, "fail_on": []`: {102, []string{"warning: Run 102 ended as running"}},
	} {
		t.Run(failOn, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			resource := api.protocol(t).track(t)
			expectDiagnostics(t, resource.refreshAndApply(t, triggered(failOn, "1")))
			api.Plan(mockapi.Outcome{Running: 20 * time.Millisecond, ResultLag: time.Hour})
			expectDiagnostics(t, resource.refreshAndApply(t, triggered(failOn, "2")), test.want...)
			resource.refreshAndApply(t, triggered(failOn, "2"))
			if id := resource.values(t)["id"]; id != test.held {
				t.Errorf("holds Run %v, want %d", id, test.held)
			}
			if next := resource.nextPlan(t, triggered(failOn, "2")); next != noChanges {
				t.Errorf("the next plan is %s", next)
			}
		})
	}
}
