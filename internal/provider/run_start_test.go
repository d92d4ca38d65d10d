// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// If the clean-up of another resource deletes the latest Run after it was looked up, it is looked up
// once more.
func TestStart_latestDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Seed(older(150, 101, "success", -time.Minute))
	api.Inject(mockapi.Fault{Method: "PUT", Hook: func() { api.Remove(150) }, Status: 404, Body: `{"detail": "Run 150 does not exist"}`})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, latestConfig(101, "")))
	resource.expectRerun(t, 151, 100)
	api.expectWrites(rerunOf(150), rerunOf(100))(t)
}

// A 404 that is not about the Run is explained as such.
func TestStart_somethingElseNotFound(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Inject(mockapi.Fault{Method: "PUT", Status: 404, Body: `{"detail": "Datastore 101 not found"}`})
	expectDiagnostics(t, api.protocol(t).manage(t, "qualytics_run_rerun").apply(t, latestConfig(101, "")),
		"error at latest: Cannot rerun Run 100: .*Datastore 101 not found.*The Run exists, but the API did not find something else")
	api.expectWrites(rerunOf(100))(t)
}

// If the server ignores a filter of latest, the wrong Run must not be rerun.
func TestStart_ignoredFilters(t *testing.T) {
	t.Parallel()
	for _, filter := range []string{"container", "schedule_id", "datastore", "operation_type", "result"} {
		t.Run(filter, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{IgnoredFilters: []string{filter}})
			wanted := older(90, 101, "success", time.Hour)
			wanted.Containers = []mockapi.Container{{ID: 7, Name: "orders", ContainerType: "table"}}
			wanted.Schedule = &mockapi.Schedule{ID: 12, Name: "Nightly"}
			newer := older(150, 101, "success", -time.Minute)
			newer.Containers = []mockapi.Container{{ID: 8, Name: "customers", ContainerType: "table"}}
			switch filter {
			case "datastore":
				newer.Datastore.ID = 102
			case "operation_type":
				newer.Type = "profile"
			case "result":
				newer.Result = "failure"
			}
			if filter != "container" {
				newer.Containers = wanted.Containers
			}
			if filter != "schedule_id" {
				newer.Schedule = wanted.Schedule
			}
			api.Seed(wanted, newer)
			config := `{"latest": {"operation_type": "scan", "datastore": 101, "container": 7, "schedule_id": 12}}`
			expectDiagnostics(t, api.protocol(t).manage(t, "qualytics_run_rerun").apply(t, config),
				"error at latest: No Run to rerun: The Qualytics API returned Runs that do not match the filters of latest, .*Set run_id instead.$")
			api.expectWrites()(t)
		})
	}
}

// If the server ignores the sort, the latest Run is unknown.
func TestStart_ignoredSort(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	const run = `{"id": %d, "type": "scan", "result": "success", "created": "2026-05-0%dT00:00:00Z", "datastore": {"id": 101}}`
	api.Inject(mockapi.Fault{
		Path: listPath, Status: 200, Times: mockapi.Always, Body: `{"items": [` + fmt.Sprintf(run+","+run, 5, 1, 6, 2) + `], "total": 2}`,
	})
	expectDiagnostics(t, resource.plan(t, latestConfig(101, "")).Diagnostics, "error at latest: No Run to rerun: .*did not sort them")
}

// A start whose response is lost when the apply is interrupted is reported as such, although an
// earlier conflict was waited out. It is not repeated.
func TestStart_lostAfterConflict(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]string{
		"qualytics_run_rerun":  `{"run_id": 100}`,
		"qualytics_run_resume": `{"run_id": 90}`,
		"qualytics_run":        `{"operation_type": "scan", "datastore": 101}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Seed(scan(90, "failure"))
			ctx, interrupt := context.WithCancel(t.Context())
			starts := func(r *http.Request) bool { return r.Method != http.MethodGet }
			api.Inject(
				mockapi.Fault{Match: starts, Status: 409, Body: `{"detail": "busy"}`},
				mockapi.Fault{Match: starts, Hook: interrupt, Close: true},
			)
			expectDiagnostics(t, api.protocol(t).manage(t, name).applyAfter(ctx, t, config, func() {}),
				"error: Cannot .*It is not known whether a Run was started")
			if writes := api.writes(); len(writes) != 2 {
				t.Errorf("requests that start a Run: %q, want 2", writes)
			}
		})
	}
}

// A conflict with the Run that the same request has started, beside another one like it, is a lost
// start. It is not waited out, which would start a second Run.
func TestStart_conflictWithItself(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Inject(mockapi.Fault{
		Method: "PUT", Hook: func() { api.Start(100, func(*mockapi.Run) {}) }, AfterEffect: true, Status: 409, Body: `{"detail": "busy"}`,
	})
	expectDiagnostics(t, api.protocol(t).manage(t, "qualytics_run_rerun").apply(t, `{"run_id": 100}`),
		"error at run_id: Cannot rerun Run 100: .*It is not known whether a Run was started")
	api.expectWrites(rerun100)(t)
}

// The error of a failed create says what the next apply does with the Run, which depends on the
// arguments about the destroy.
func TestStart_failedCreate(t *testing.T) {
	t.Parallel()
	for arguments, want := range map[string][2]string{
		``:                             {"deletes the record of this Run and reruns", "aborts that Run and starts over"},
		`, "abort_on_destroy": false`:  {"deletes the record of this Run and reruns", "waits until that Run has ended and starts over"},
		`, "delete_on_destroy": false`: {"keeps the record of this Run and reruns", "aborts that Run and starts over"},
		`, "delete_on_destroy": false, "abort_on_destroy": false`: {
			"keeps the record of this Run and reruns", "leaves that Run running and starts over",
		},
	} {
		t.Run(arguments, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Plan(failing, endless)
			p := api.protocol(t)
			config := fmt.Sprintf(`{"run_id": 100%s, "timeouts": {"create": "2s"}}`, arguments)
			expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").apply(t, config), "error: Run 101 failed: .*the next apply "+want[0])
			expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").apply(t, config), "error: Timed out .*the next apply "+want[1])
		})
	}
}

// A record that the API refuses to delete for good costs a rerun a warning with the reason, and a
// destroy an error, after a few requests.
func TestRecords_referenced(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	expectDiagnostics(t, resource.apply(t, triggered("", "1")))
	api.Change(101, func(run *mockapi.Run) { run.ReferencedBy = "report 12" })
	expectDiagnostics(t, resource.apply(t, triggered("", "2")),
		"warning: The record of the superseded Run 101 was not deleted: Cannot delete Run 101. .*409.*report 12")
	resource.expectRun(t, 102, "success")
	expectDiagnostics(t, resource.destroy(t), "error: Cannot delete Run 101: .*409.*report 12.*something else keeps its record")
	api.expectRuns(t, 100, 101)
	api.expectWrites(rerunOf(100), rerunOf(100), deleteOf(101), deleteOf(101), deleteOf(101),
		deleteOf(102), deleteOf(101), deleteOf(101), deleteOf(101))(t)
	api.Change(101, func(run *mockapi.Run) { run.ReferencedBy = "" })
	expectDiagnostics(t, resource.destroy(t))
	api.expectRuns(t, 100)
}

// Who started an imported Run says nothing about who starts the Runs of this resource.
func TestStart_importedRunOfColleague(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{User: "terraform@service.example.com"})
	colleague := scan(90, "running")
	colleague.TriggeredBy = "ann@example.com"
	api.Seed(colleague)
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	resource.importRun(t, "90")
	expectDiagnostics(t, resource.refresh(t))
	expectDiagnostics(t, resource.refresh(t))
	api.Inject(mockapi.Fault{Method: "GET", Path: poll90, Skip: 1, Hook: func() { api.Finish(90, "success", "") }})
	expectDiagnostics(t, resource.apply(t, `{"run_id": 90`+release("1")+`}`))
	resource.expectRun(t, 90, "success")
	api.Inject(mockapi.Fault{Method: "PUT", AfterEffect: true, Close: true})
	expectDiagnostics(t, resource.apply(t, `{"run_id": 90`+release("2")+`}`),
		"warning: The response to the rerun was lost: .*found and adopted: Run 101")
	resource.expectRun(t, 101, "success")
	api.expectWrites(rerunOf(90))(t)
}

// The resources that cannot import a Run name the one that can.
func TestImport_unsupported(t *testing.T) {
	t.Parallel()
	p := newAPI(t, mockapi.Options{}).protocol(t)
	for _, name := range []string{"qualytics_run", "qualytics_run_resume", "qualytics_run_abort"} {
		response, err := p.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: name, ID: "100"})
		if err != nil {
			t.Fatal(err)
		}
		expectDiagnostics(t, response.Diagnostics, "error: Import is not supported: Only qualytics_run_rerun can import a Run")
	}
}

// An imported Run that does not count anomalies cannot pass max_anomalies, so the plan says so.
func TestImport_otherType(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	sync := scan(90, "success")
	sync.Type = "sync"
	api.Seed(sync)
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	resource.importRun(t, "90")
	expectDiagnostics(t, resource.refresh(t))
	expectDiagnostics(t, resource.plan(t, `{"run_id": 100, "max_anomalies": 0}`).Diagnostics,
		"error at max_anomalies: Nothing to check max_anomalies: A Run of type `sync` does not count anomalies.")
	expectDiagnostics(t, resource.plan(t, `{"run_id": 100}`).Diagnostics)
}
