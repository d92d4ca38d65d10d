// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// latestConfig returns a configuration with the latest successful scan of a datastore.
func latestConfig(datastore int, arguments string) string {
	return fmt.Sprintf(`{"latest": {"operation_type": "scan", "datastore": %d}%s}`, datastore, arguments)
}

func release(version string) string { return `, "triggers": {"release": "` + version + `"}` }

func rerunOf(id int64) string { return fmt.Sprintf("PUT /api/operations/rerun/%d", id) }

func deleteOf(id int64) string { return fmt.Sprintf("DELETE /api/operations/%d", id) }

// older returns a scan that was created before the test.
func older(id, datastore int64, result string, age time.Duration) mockapi.Run {
	run := scan(id, result)
	run.Datastore = mockapi.Datastore{ID: datastore, Name: fmt.Sprintf("Datastore %d", datastore), StoreType: "jdbc", Type: "snowflake"}
	run.Created = time.Now().Add(-age)
	return run
}

func (m *managed) expectRerun(t *testing.T, id, source int64) {
	t.Helper()
	values := m.values(t)
	if values["id"] != id || values["run_id"] != source || values["result"] != "success" || values["name"] != fmt.Sprintf("scan %d", id) {
		t.Errorf("got Run %v (%v) of %v with the result %v, want Run %d of %d",
			values["id"], values["name"], values["run_id"], values["result"], id, source)
	}
}

// Runs of others change neither the plan nor what is rerun: a new trigger reruns the resource's own
// Run, as the plan shows, and the record of the superseded Run is deleted.
func TestRunRerun_latest(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Seed(older(100, 101, "success", time.Hour), older(99, 101, "failure", time.Minute), older(98, 102, "success", time.Minute))
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, latestConfig(101, release("1"))))
	resource.expectRerun(t, 101, 100)
	lookups := strings.Count(strings.Join(api.requestLines(), " "), "operation_type=scan")
	if lookups != 3 { // the plan, the plan of the apply, and the apply
		t.Errorf("%d lookups of the latest Run, want 3", lookups)
	}
	resource.expectNoChange(t, latestConfig(101, release("1")))

	api.ResetRequests()
	planned := resource.plan(t, latestConfig(101, release("2")))
	values := plainValue(resource.unpack(t, planned.PlannedState)).(map[string]any)
	if values["run_id"] != int64(101) || values["id"] != tftypes.UnknownValue {
		t.Errorf("planned Run %v of %v", values["id"], values["run_id"])
	}
	expectDiagnostics(t, resource.apply(t, latestConfig(101, release("2"))))
	resource.expectRerun(t, 102, 101)
	api.expectWrites(rerunOf(101), deleteOf(101))(t)

	api.Seed(older(150, 101, "success", -time.Minute), older(151, 101, "failure", -2*time.Minute))
	resource.expectNoChange(t, latestConfig(101, release("2")))
	api.Remove(100)
	api.ResetRequests()
	expectDiagnostics(t, resource.apply(t, latestConfig(101, release("3"))))
	resource.expectRerun(t, 152, 102)
	expectDiagnostics(t, resource.destroy(t))
	api.expectWrites(rerunOf(102), deleteOf(102), deleteOf(152))(t)
	api.expectRuns(t, 98, 99, 150, 151)
}

// Changing any filter of latest reruns. Setting the default value explicitly does not.
func TestRunRerun_latestChanged(t *testing.T) {
	t.Parallel()
	scheduled := older(95, 101, "success", 3*time.Hour)
	scheduled.Schedule = &mockapi.Schedule{ID: 7, Name: "Nightly"}
	for name, test := range map[string]struct {
		latest string
		source int64 // 0: no rerun
	}{
		"datastore": {`{"operation_type": "scan", "datastore": 102}`, 98},
		"schedule":  {`{"operation_type": "scan", "datastore": 101, "schedule_id": 7}`, 95},
		"result":    {`{"operation_type": "scan", "datastore": 101, "result": ["failure"]}`, 99},
		"container": {`{"operation_type": "scan", "datastore": 101, "container": 234}`, 101},
		"type":      {`{"operation_type": "profile", "datastore": 101}`, 97},
		"default":   {`{"operation_type": "scan", "datastore": 101, "result": ["success"]}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			profile := older(97, 101, "success", 2*time.Hour)
			profile.Type = "profile"
			api.Seed(scheduled, profile, older(98, 102, "success", time.Hour), older(99, 101, "failure", time.Hour),
				older(100, 101, "success", time.Minute))
			resource := api.protocol(t).manage(t, "qualytics_run_rerun")
			expectDiagnostics(t, resource.apply(t, latestConfig(101, "")))
			changed := `{"latest": ` + test.latest + `}`
			if test.source == 0 {
				resource.expectNoChange(t, changed)
				return
			}
			expectDiagnostics(t, resource.apply(t, changed))
			api.expectWrites(rerunOf(100), rerunOf(test.source), deleteOf(101))(t)
			resource.expectNoChange(t, changed)
		})
	}
}

// If no Run matches, the plan fails and names the filters.
func TestRunRerun_latestSelectsNone(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Seed(older(98, 102, "failure", time.Hour))
	p := api.protocol(t)
	const none = `error at latest: No Run to rerun: No Run matches operation_type = "scan", datastore = 102, result = \["success"\]. ` +
		`Correct the filters, or start the first Run`
	expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").plan(t, latestConfig(102, "")).Diagnostics, none)
	expectDiagnostics(t, p.planAction(t, "qualytics_run_rerun", latestConfig(102, "")), none)
	_, diagnostics := p.invoke(t.Context(), t, "qualytics_run_rerun", latestConfig(102, ""))
	expectDiagnostics(t, diagnostics, none)
	planned := p.manage(t, "qualytics_run_rerun").plan(t,
		`{"latest": {"operation_type": "sync", "datastore": 7, "container": 3, "schedule_id": 4, "result": ["failure", "aborted"]}}`)
	expectDiagnostics(t, planned.Diagnostics, `error at latest: No Run to rerun: No Run matches operation_type = "(sync|catalog)", `+
		`datastore = 7, container = 3, schedule_id = 4, result = \["failure" "aborted"\]`)
	expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").plan(t, latestConfig(0, "")).Diagnostics,
		"error at latest.*: Invalid datastore: latest.datastore must be the id of a datastore")
	api.expectWrites()(t)
}

// Moving between run_id and latest reruns only if the held Run does not match.
func TestRunRerun_movedToLatest(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	profile := older(97, 102, "success", time.Hour)
	profile.Type = "profile"
	api.Seed(older(98, 102, "success", time.Hour), profile)
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	expectDiagnostics(t, resource.apply(t, latestConfig(101, "")))
	resource.expectRerun(t, 101, 100)
	resource.expectNoChange(t, latestConfig(101, ""))
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	api.expectWrites(rerunOf(100))(t)
	expectDiagnostics(t, resource.apply(t, latestConfig(102, ""))) // another datastore
	resource.expectRerun(t, 102, 98)
	expectDiagnostics(t, resource.apply(t, `{"run_id": 98}`))
	expectDiagnostics(t, resource.apply(t, `{"latest": {"operation_type": "profile", "datastore": 102}}`)) // another type
	api.expectWrites(rerunOf(100), rerunOf(98), deleteOf(101), rerunOf(97), deleteOf(102))(t)
}

// If the record of run_id was deleted, the resource's own Run is rerun.
func TestRunRerun_sourceDeleted(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100`+release("1")+`}`))
	api.Remove(100)
	resource.expectNoChange(t, `{"run_id": 100`+release("1")+`}`)
	const warning = "warning at run_id: Run 100 no longer exists: .*Run 101, which this resource holds, " +
		"has the same configuration and is rerun instead."
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100`+release("2")+`}`), warning, warning)
	resource.expectRerun(t, 102, 100)
	api.expectWrites(rerunOf(100), rerunOf(101), deleteOf(101))(t)

	api.Remove(102)
	expectDiagnostics(t, resource.plan(t, `{"run_id": 100`+release("3")+`}`).Diagnostics,
		"error at run_id: Cannot read Run 100: .*Run 102, which this resource holds, does not exist either. "+
			"Set run_id to a Run that exists, or use latest.$")
}

// If run_id is the Run that the replaced resource held, the error explains how that happened.
func TestRunRerun_replacedSource(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	p := api.protocol(t)
	replaced := p.manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, replaced.apply(t, `{"run_id": 100}`))
	replacement := p.manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, replacement.applyAfter(t.Context(), t, `{"run_id": 101}`, func() { expectDiagnostics(t, replaced.destroy(t)) }),
		"error at run_id: Cannot read Run 101: .*This apply deleted the record of Run 101: "+
			"it replaced the resource.*use latest instead of run_id")
	api.expectWrites(rerunOf(100), deleteOf(101))(t)
	expectDiagnostics(t, replacement.apply(t, latestConfig(101, "")))
	replacement.expectRerun(t, 102, 100)
}

// An active source is waited for before it is rerun, within the timeout.
func TestRunRerun_activeSource(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Seed(older(90, 101, "running", 0))
	p := api.protocol(t)
	const active = "warning at latest: Run 90 is still active: Run 90 is `running`. The apply waits for it to end before it reruns it."
	const config = `{"latest": {"operation_type": "scan", "datastore": 101, "result": ["success", "running"]}, "timeouts": {"create": "%s"}}`
	resource := p.manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, fmt.Sprintf(config, "2s")), active,
		"error: Timed out while waiting for Run 90: Run 90 is still `running` after 2s \\(timeouts.create\\) "+
			"and cannot be rerun until it has ended. No Run was started.")
	api.expectWrites()(t)
	api.Inject(mockapi.Fault{Method: "GET", Path: "/api/operations/90", Skip: 1, Hook: func() { api.Finish(90, "failure", "") }})
	expectDiagnostics(t, resource.apply(t, fmt.Sprintf(config, "1m")), active)
	resource.expectRerun(t, 101, 90)
	api.expectWrites(rerunOf(90))(t)
}

// A run_id that is changed to a Run that does not exist is an error. The resource's own Run has
// another configuration.
func TestRunRerun_changedSourceMissing(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	expectDiagnostics(t, resource.apply(t, `{"run_id": 99}`),
		"error at run_id: Cannot read Run 99: .*\n\nSet run_id to a Run that exists, or use latest.$")
	api.Seed(scan(99, "success"))
	between := func() { api.Remove(99) }
	expectDiagnostics(t, resource.applyAfter(t.Context(), t, `{"run_id": 99}`, between), "error at run_id: Cannot read Run 99: ")
	api.expectWrites(rerunOf(100))(t)
	resource.expectRerun(t, 101, 100)
}

// If the record that the replaced resource held was the last one that matches, the error says so.
func TestRunRerun_replacedLast(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	p := api.protocol(t)
	resource := p.manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, latestConfig(101, "")))
	api.Remove(100)
	expectDiagnostics(t, resource.destroy(t))
	expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").apply(t, latestConfig(101, "")),
		`error at latest: No Run to rerun: No Run matches .*may have been the last one that matched. This apply has deleted: Run 101\.$`)
}

// The smallest valid ids are 1.
func TestRunRerun_smallestIDs(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Seed(mockapi.Run{ID: 1, Type: "scan", Result: "success", Datastore: mockapi.Datastore{ID: 1}})
	p := api.protocol(t)
	latest, byID := p.manage(t, "qualytics_run_rerun"), p.manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, latest.apply(t, latestConfig(1, "")))
	expectDiagnostics(t, byID.apply(t, `{"run_id": 1}`))
	latest.expectRerun(t, 101, 1)
	byID.expectRerun(t, 102, 1)
}

// While the API refuses a rerun, the Run that is in the way becomes the latest. It is not what the
// resource reruns: the gate would check the one table that somebody has scanned by hand.
func TestRunRerun_latestInTheWay(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	api.Seed(scan(150, "running"))
	api.Inject(mockapi.Fault{
		Method: "PUT", Status: 409, Body: `{"detail": "A scan of datastore 101 is already running"}`,
		Hook: func() { api.Finish(150, "success", "") },
	})
	expectDiagnostics(t, resource.apply(t, latestConfig(101, gateConfig)))
	resource.expectRerun(t, 151, 100)
}

// A Run that latest has selected while it was active is rerun, although latest does not select it any
// more when it has ended.
func TestRunRerun_latestEnds(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	api.Seed(scan(150, "running"))
	api.Inject(
		mockapi.Fault{Method: "GET", Path: "/api/operations/150", Hook: func() { api.Finish(150, "success", "") }},
		mockapi.Fault{Method: "PUT", Status: 409, Body: `{"detail": "A scan of datastore 101 is already running"}`},
	)
	expectDiagnostics(t, resource.apply(t, `{"latest": {"operation_type": "scan", "datastore": 101, "result": ["queued", "running"]}}`),
		"warning at latest: Run 150 is still active")
	resource.expectRerun(t, 151, 150)
}
