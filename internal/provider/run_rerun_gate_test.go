// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

func identifying(anomalies int64) mockapi.Outcome { return mockapi.Outcome{Anomalies: &anomalies} }

const gateConfig = `, "max_anomalies": 5`

// The gate stops a release and lists the containers, worst first. The last record that passed is
// kept until a Run passes, and the next apply of the same release reruns.
func TestRunRerun_gate(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	api.Plan(identifying(5), identifying(6), identifying(1000), identifying(0))
	expectDiagnostics(t, resource.apply(t, latestConfig(101, gateConfig+release("1"))))
	resource.expectNoChange(t, latestConfig(101, gateConfig+release("1")))

	second := latestConfig(101, gateConfig+release("2"))
	expectDiagnostics(t, resource.apply(t, second),
		`error: Run 102 did not pass max_anomalies: Run 102 \(scan on Warehouse\) ended with the result .success.. `+
			`The Run identified 6 anomalies, and .max_anomalies. allows 5.

Containers, worst first:
  - customers: 3 anomalies
  - orders: 3 anomalies

The next apply reruns it. The data source qualytics_operation_containers with operation_id = 102 lists all containers.$`)
	resource.expectRerun(t, 102, 101)
	api.expectRuns(t, 100, 101, 102)
	expectDiagnostics(t, resource.refresh(t))
	expectDiagnostics(t, resource.apply(t, second), excess102, "error: Run 103 did not pass max_anomalies: .*identified 1,000 anomalies")
	api.expectRuns(t, 100, 101, 102, 103)

	expectDiagnostics(t, resource.refresh(t))
	third := latestConfig(101, gateConfig+release("3")) // the plan says by itself why it reruns
	expectDiagnostics(t, resource.plan(t, third).Diagnostics)
	expectDiagnostics(t, resource.apply(t, second),
		"warning: Run 103 does not pass: The Run identified 1,000 anomalies, and .max_anomalies. allows 5. This is why")
	resource.expectRerun(t, 104, 103)
	resource.expectNoChange(t, second)
	api.expectRuns(t, 100, 104)
	api.expectWrites(rerunOf(100), rerunOf(101), rerunOf(102), rerunOf(103), deleteOf(101), deleteOf(102), deleteOf(103))(t)
}

// The containers are requested once, and only if a Run fails the apply. If that fails, the error
// omits them.
func TestRunRerun_gateRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		outcome   mockapi.Outcome
		arguments string
		status    int // of the response with the containers; 0: as usual
		want      string
	}{
		"passed":         {identifying(5), gateConfig, 0, ""},
		"too many":       {identifying(6), gateConfig, 0, "error: .*Containers, worst first:"},
		"failed":         {failing, gateConfig, 0, "error: .*Containers, worst first:\n  - orders: `failure`, Connection to the warehouse"},
		"no containers":  {identifying(6), gateConfig, 404, `error: .*allows 5.\n\nTerraform marks the new resource as tainted`},
		"not waited for": {identifying(6), unawaited, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, resource := newRerun(t)
			api.Plan(test.outcome)
			api.Inject(mockapi.Fault{Path: "/api/operations/*/containers", Status: test.status, Times: mockapi.Always})
			expectDiagnostics(t, resource.apply(t, latestConfig(101, test.arguments)), ifAny(test.want)...)
			count, want := strings.Count(strings.Join(api.requestLines(), " "), "/containers"), len(ifAny(test.want))
			if count != want {
				t.Errorf("%d requests for the containers in %q, want %d", count, api.requestLines(), want)
			}
		})
	}
}

// An error lists at most ten containers, and the number of the others.
func TestRunRerun_gateManyContainers(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	source := older(100, 101, "success", time.Hour)
	source.Status = map[string]int64{"total_containers": 14, "containers_analyzed": 14}
	api.Seed(source)
	api.Plan(identifying(1 << 13))
	diagnostics := api.protocol(t).manage(t, "qualytics_run_rerun").apply(t, latestConfig(101, gateConfig))
	expectDiagnostics(t, diagnostics, `error: .*\n  - customers: 4,096 anomalies\n.*\n  - stores: 8 anomalies\n  and 4 more\n`)
	detail := first(t, diagnostics).Detail
	if lines := strings.Count(detail, "\n  - "); lines != 10 {
		t.Errorf("got %d containers, want 10: %s", lines, detail)
	}
}

// The gate fails closed.
func TestRunRerun_gateFailsClosed(t *testing.T) {
	t.Parallel()
	const (
		polled     = `{"id": 101, "type": "scan", "result": "%", "end_time": "2026-05-01T09:31:30Z", "status": {"anomalies_identified": #}}`
		unreported = "error: Run 101 did not pass max_anomalies: .*does not report the number of anomalies"
	)
	body := func(result, count string) string {
		return strings.NewReplacer("%", result, "#", count).Replace(polled)
	}
	for name, test := range map[string]struct {
		arguments, body, want string
	}{
		"no status": {gateConfig, `{"id": 101, "type": "scan", "result": "success"}`, unreported},
		"null":      {gateConfig, body("success", "null"), unreported},
		"half":      {gateConfig, body("success", "0.5"), unreported},
		"float":     {gateConfig, body("success", "5.0"), ""},
		"unknown result": {
			gateConfig,
			body("partially_successful", "0"),
			"error: Run 101 ended as partially_successful: .*because the provider does not know this result, which counts as `failure`",
		},
		"tolerated":          {gateConfig + `, "fail_on": ["aborted"]`, body("partially_successful", "0"), "warning: Run 101 ended as partially"},
		"unknown by default": {"", body("partially_successful", "0"), "error: Run 101 ended as partially_successful"},
		"aborted, tolerated": {gateConfig + `, "fail_on": []`, body("aborted", "7"), "error: Run 101 did not pass max_anomalies"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{Outcome: endless})
			api.Inject(mockapi.Fault{Method: "GET", Path: poll101, Times: mockapi.Always, Status: 200, Body: test.body})
			resource := api.protocol(t).manage(t, "qualytics_run_rerun")
			expectDiagnostics(t, resource.apply(t, latestConfig(101, test.arguments)), ifAny(test.want)...)
			if resource.values(t)["id"] != int64(101) {
				t.Errorf("the Run is not in the state: %v", resource.values(t))
			}
		})
	}
}

// Whether a type counts anomalies is checked once the Run is looked up.
func TestRunRerun_gateOfType(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	for id, runType := range map[int64]string{90: "profile", 91: "sync", 92: "reconcile"} {
		run := older(id, 101, "success", time.Hour)
		run.Type = runType
		api.Seed(run)
	}
	failed := older(93, 101, "failure", time.Hour)
	failed.Type = "profile"
	api.Seed(failed)
	p := api.protocol(t)
	for config, want := range map[string][]string{
		`{"run_id": 90, "max_anomalies": 0}`: {
			"error at max_anomalies: Nothing to check max_anomalies: A Run of type `profile` does not count anomalies",
		},
		`{"run_id": 91, "max_anomalies": 0}`: {
			"error at max_anomalies: Nothing to check max_anomalies: A Run of type `sync` does not count anomalies",
		},
		`{"run_id": 92, "max_anomalies": 0}`:  nil,
		`{"run_id": 100, "max_anomalies": 0}`: nil,
	} {
		expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").plan(t, config).Diagnostics, want...)
		expectDiagnostics(t, p.planAction(t, "qualytics_run_rerun", config), want...)
	}
	const resume = `{"run_id": 93, "max_anomalies": 0}`
	want := "error at max_anomalies: Nothing to check max_anomalies: A Run of type `profile` does not count anomalies"
	expectDiagnostics(t, p.manage(t, "qualytics_run_resume").plan(t, resume).Diagnostics, want)
	expectDiagnostics(t, p.planAction(t, "qualytics_run_resume", resume), want)
}

// The gate applies to a resumed scan.
func TestRunResume_gate(t *testing.T) {
	t.Parallel()
	api := newFailed(t, mockapi.Options{})
	api.Plan(identifying(6), identifying(0))
	resource := api.protocol(t).manage(t, "qualytics_run_resume")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 90`+gateConfig+`}`),
		"error: Run 90 did not pass max_anomalies: .*identified 6 anomalies")
}

// Failed containers are listed first, then the others, each by the number of anomalies. A missing
// value affects nothing else.
func TestRunRerun_failedContainers(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(failing)
	api.Inject(mockapi.Fault{Path: "/api/operations/101/containers", Status: 200, Body: `{"total": 9, "items": [
		{"id": 1, "container": {"id": 11, "name": "fine"}, "result": "success", "anomaly_count": 0},
		{"id": 2, "container": {"id": 12, "name": "one"}, "result": "success", "anomaly_count": 1},
		{"id": 3, "container": {"id": 13, "name": "many"}, "result": "success", "anomaly_count": 2000},
		{"id": 4, "container": {"id": 14, "name": "lost"}, "result": "failure", "message": "no such table"},
		{"id": 5, "container": {"id": 15}, "result": "failure", "message": "", "anomaly_count": 3},
		{"id": 6, "container": {}, "result": "failure", "anomaly_count": 2},
		{"id": 7, "container": null, "result": "failure", "anomaly_count": -1},
		{"id": 8, "container": {"id": 18, "name": "odd"}, "result": null},
		{"id": 9, "container": {"id": 19, "name": "cut"}, "result": "aborted", "anomaly_count": 4}
	]}`})
	expectDiagnostics(t, api.protocol(t).manage(t, "qualytics_run_rerun").apply(t, `{"run_id": 100}`), strings.Join([]string{
		`error: Run 101 failed: .*\n\nContainers, worst first:`,
		"  - container 15: `failure` .3 anomalies.",
		"  - .unnamed container.: `failure` .2 anomalies.",
		"  - lost: `failure`, no such table",
		"  - .unnamed container.: `failure`",
		"  - many: 2,000 anomalies",
		"  - cut: 4 anomalies",
		"  - one: 1 anomaly",
		"",
		"Terraform marks the new resource as tainted: the next apply deletes the record of this Run and reruns. " +
			"To accept the Run instead, run `terraform untaint` with the resource's address, then change fail_on or max_anomalies. " +
			"The data source qualytics_operation_containers with operation_id = 101 lists all containers.$",
	}, `\n`))
}
