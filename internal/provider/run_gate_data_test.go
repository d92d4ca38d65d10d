// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const wholeGate = `, "max_anomalies": 0`

// A scan that checked no data does not pass. One that checked only a part passes with a warning that
// has both numbers and the containers that failed.
func TestGate_partlyAnalyzed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		outcome mockapi.Outcome
		want    []string
	}{
		"no container": {
			mockapi.Outcome{Status: map[string]int64{"total_containers": 0, "containers_analyzed": 0, "anomalies_identified": 0}},
			[]string{"error: Run 101 did not pass max_anomalies: .*targeted no container, so it checked no data"},
		},
		"fewer": {
			mockapi.Outcome{
				Status:  map[string]int64{"total_containers": 14, "containers_analyzed": 9, "anomalies_identified": 0},
				Failing: 1,
			},
			[]string{"warning: Run 101 did not check all containers: .*It analyzed 9 of 14 containers.*Containers, worst first:\n  - .*`failure`"},
		},
		"all": {identifying(0), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{Outcome: test.outcome})
			expectDiagnostics(t, api.protocol(t).manage(t, "qualytics_run_rerun").apply(t, latestConfig(101, wholeGate)), test.want...)
		})
	}
}

// The warning is also due if the Run has ended between an interrupted apply and the next one.
func TestGate_partlyAnalyzedAfterInterrupt(t *testing.T) {
	t.Parallel()
	counters := map[string]int64{"total_containers": 14, "containers_analyzed": 9, "anomalies_identified": 0}
	api := newAPI(t, mockapi.Options{Outcome: mockapi.Outcome{Running: mockapi.Never, Status: counters}})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	config := triggered(wholeGate, "1")
	expectDiagnostics(t, resource.interrupted(t, api, poll101, config), "warning: Interrupted while waiting for Run 101")
	api.Finish(101, "success", "")
	expectDiagnostics(t, resource.refresh(t))
	expectDiagnostics(t, resource.apply(t, config), "warning: Run 101 did not check all containers: .*It analyzed 9 of 14 containers")
	resource.expectNoChange(t, config)
}

// A gate on an incremental scan is a warning when it is planned, and the error of a shut gate says
// that another scan does not read the same records again.
func TestGate_incremental(t *testing.T) {
	t.Parallel()
	const warning = "warning at (latest|settings): The gate checks an incremental scan: "
	api := newAPI(t, mockapi.Options{Outcome: identifying(37)})
	api.Change(100, func(run *mockapi.Run) { run.Settings = map[string]any{"incremental": true} })
	p := api.protocol(t)
	rerun := p.manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, rerun.plan(t, latestConfig(101, "")).Diagnostics)
	expectDiagnostics(t, rerun.apply(t, latestConfig(101, wholeGate)), warning,
		"error: Run 101 did not pass max_anomalies: .*The scan is incremental: .*does not read the same records again")
	started := startConfig(t, `{"incremental": true}`, wholeGate)
	expectDiagnostics(t, p.manage(t, "qualytics_run").apply(t, started), warning, "error: Run 102 did not pass.*The scan is incremental")
	expectDiagnostics(t, p.planAction(t, "qualytics_run", started), warning)
	expectDiagnostics(t, p.planAction(t, "qualytics_run_rerun", `{"run_id": 100, "max_anomalies": 0}`),
		"warning at run_id: The gate checks an incremental scan")
}

// A Run that latest finds and whose settings limit what it reads is a warning, once: a rerun of the
// own Run is what the reviewer knows.
func TestGate_limited(t *testing.T) {
	t.Parallel()
	const warning = "warning at latest: The gate checks a limited scan: Run 100 .*: " +
		"`container_names`, `max_records_analyzed_per_partition`. .*Open it"
	api := newAPI(t, mockapi.Options{Outcome: identifying(0)})
	api.Change(100, func(run *mockapi.Run) {
		run.Settings = map[string]any{
			"container_names": []string{"orders"}, "container_tags": []string{}, "greater_than_time": nil,
			"max_records_analyzed_per_partition": 1000,
		}
	})
	p := api.protocol(t)
	rerun := p.manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, rerun.plan(t, latestConfig(101, "")).Diagnostics)
	expectDiagnostics(t, rerun.plan(t, `{"run_id": 100, "max_anomalies": 0}`).Diagnostics)
	expectDiagnostics(t, rerun.apply(t, latestConfig(101, wholeGate+release("1"))), warning)
	expectDiagnostics(t, rerun.apply(t, latestConfig(101, wholeGate+release("2"))))
	api.Change(100, func(run *mockapi.Run) {
		run.Settings = map[string]any{"max_records_analyzed_per_partition": -1, "greater_than_batch": nil}
	})
	api.Remove(102)
	expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").plan(t, latestConfig(101, wholeGate)).Diagnostics)
}

// A misspelt container is a warning: nothing of it was checked.
func TestGate_missingContainer(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{Outcome: identifying(0)})
	expectDiagnostics(t, api.protocol(t).manage(t, "qualytics_run").apply(t,
		startConfig(t, `{"container_names": ["orders", "custmers"]}`, wholeGate)),
		"warning: Run 101 did not check all containers: .*did not target `custmers`, which the setting `container_names` includes")
}

// A Run that passed and later, on a refresh, does not, is planned again, with a warning that says
// why.
func TestGate_changedAfterTheEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*mockapi.Run)
		want   string
	}{
		"counters": {
			func(run *mockapi.Run) { run.Status["anomalies_identified"] = 37 },
			"warning: Run 101 does not pass: The Run identified 37 anomalies, and `max_anomalies` allows 0. .*Open it: ",
		},
		"result": {
			func(run *mockapi.Run) { run.Result = "failure" },
			"warning: Run 101 does not pass: Its result is `failure`, and `fail_on` includes `failure`.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{Outcome: identifying(0)})
			for _, resource := range []string{"qualytics_run_rerun", "qualytics_run"} {
				config := latestConfig(101, wholeGate)
				if resource == "qualytics_run" {
					config = startConfig(t, wholeScan, wholeGate)
				}
				managed := api.protocol(t).manage(t, resource)
				expectDiagnostics(t, managed.apply(t, config))
				managed.expectNoChange(t, config)
				id, _ := managed.values(t)["id"].(int64)
				api.Change(id, test.change)
				expectDiagnostics(t, managed.refresh(t))
				if resource == "qualytics_run_rerun" {
					expectDiagnostics(t, managed.plan(t, config).Diagnostics, test.want)
				}
				managed.apply(t, config)
				if managed.values(t)["id"] == id {
					t.Errorf("%s: Run %d was kept", resource, id)
				}
				managed.expectNoChange(t, config)
			}
		})
	}
}

// An apply that was interrupted before a gate was set is judged by the gate of the next apply.
func TestGate_setAfterInterrupt(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(mockapi.Outcome{Running: mockapi.Never, Anomalies: new(int64(5))})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.interrupted(t, api, poll101, latestConfig(101, "")), "warning: Interrupted while waiting for Run 101")
	api.Finish(101, "success", "")
	expectDiagnostics(t, resource.refresh(t))
	api.Plan(identifying(0))
	expectDiagnostics(t, resource.apply(t, latestConfig(101, wholeGate)), "warning: Run 101 does not pass: The Run identified 5 anomalies")
	resource.expectRun(t, 102, "success")
}

// An apply that was interrupted is judged by the gate, although a refresh has shown the end of the Run.
func TestGate_endedAfterInterrupt(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	api.Plan(mockapi.Outcome{Running: mockapi.Never, Anomalies: new(int64(9))})
	config := latestConfig(101, wholeGate)
	expectDiagnostics(t, resource.interrupted(t, api, poll101, config), "warning: Interrupted while waiting for Run 101")
	api.Finish(101, "success", "")
	expectDiagnostics(t, resource.refresh(t))
	expectDiagnostics(t, resource.apply(t, config), "error: Run 101 did not pass max_anomalies")
	api.expectWrites(rerunOf(100))(t)
}

// A null or unknown max_anomalies is valid for every type, with and without waiting.
func TestGate_unknownLimit(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	for _, config := range []string{
		`{"operation_type": "export", "datastore": 101, "max_anomalies": null}`,
		`{"operation_type": "scan", "datastore": 101, "max_anomalies": null, "wait_for_completion": false}`,
	} {
		expectDiagnostics(t, p.validateResource(t, "qualytics_run", config))
		resource := p.manage(t, "qualytics_run")
		unknown := resource.with(t, resource.unpack(t, jsonConfig(config)), "max_anomalies", tftypes.UnknownValue)
		expectDiagnostics(t, p.validateResourceValue(t, "qualytics_run", resource.pack(t, unknown)))
	}
}

// The containers that the first release has checked are those of every later one, whatever others
// have run meanwhile.
func TestGate_keepsItsScope(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{Outcome: identifying(0)})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, latestConfig(101, wholeGate+release("1"))))
	before := resource.values(t)["status"]
	adHoc, incremental := older(150, 101, "success", -time.Minute), older(151, 101, "success", -2*time.Minute)
	adHoc.Containers = []mockapi.Container{{ID: 1, Name: "orders", ContainerType: "table"}}
	adHoc.Settings = map[string]any{"container_names": []string{"orders"}}
	incremental.Settings = map[string]any{"incremental": true}
	api.Seed(adHoc, incremental)
	expectDiagnostics(t, resource.apply(t, latestConfig(101, wholeGate+release("2"))))
	resource.expectRerun(t, 152, 101)
	after := resource.values(t)["status"]
	if got, want := after.(map[string]any)["total_containers"], before.(map[string]any)["total_containers"]; got != want {
		t.Errorf("the second release checked %v containers, the first %v", got, want)
	}
	api.expectWrites(rerunOf(100), rerunOf(101), deleteOf(101))(t)
}

// Without a refresh, as with -refresh=false or -minimal-refresh, a gate that failed is planned again
// from the state alone.
func TestGate_withoutRefresh(t *testing.T) {
	t.Parallel()
	for name, outcome := range map[string]mockapi.Outcome{"failed": failing, "too many anomalies": identifying(1)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Plan(identifying(0), outcome)
			resource := api.protocol(t).manage(t, "qualytics_run_rerun")
			expectDiagnostics(t, resource.apply(t, latestConfig(101, wholeGate+release("1"))))
			second := latestConfig(101, wholeGate+release("2"))
			expectDiagnostics(t, resource.apply(t, second), "error: Run 102 ")
			planned := resource.plan(t, second)
			expectDiagnostics(t, planned.Diagnostics, "warning: Run 102 does not pass: ")
			api.Plan(identifying(0))
			expectDiagnostics(t, resource.applyPlanned(t, second, planned))
			resource.expectRerun(t, 103, 102)
		})
	}
}
