// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A refresh keeps a Run that a replica does not know, as long as the list has it, and what is known about
// a Run that cannot be read.
func TestRunRefresh_unread(t *testing.T) {
	t.Parallel()
	refused, unknown := mockapi.Fault{Status: 401}, mockapi.Fault{Status: 404, Body: `{"detail": "Operation not found"}`}
	for name, test := range map[string]struct {
		resource, result, path string
		fault                  mockapi.Fault
		want                   []string
	}{
		"resumed, unknown to a replica": {"qualytics_run_resume", "failure", poll90, unknown, nil},
		"resumed, refused":              {"qualytics_run_resume", "failure", poll90, refused, []string{"error: Cannot read Run 90: "}},
		"aborted, unknown to a replica": {"qualytics_run_abort", "running", poll90, unknown, nil},
		"aborted, refused":              {"qualytics_run_abort", "running", poll90, refused, []string{"error: Cannot read Run 90: "}},
		"rerun, unknown to a replica":   {"qualytics_run_rerun", "success", poll101, unknown, nil},
		"rerun, refused":                {"qualytics_run_rerun", "success", poll101, refused, []string{"error: Cannot read Run 101: "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Seed(scan(90, test.result))
			resource := api.protocol(t).manage(t, test.resource)
			expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`))
			before, private := resource.values(t), string(resource.private)
			api.ResetRequests()
			test.fault.Method, test.fault.Path = "GET", test.path
			api.Inject(test.fault)
			expectDiagnostics(t, resource.refresh(t), test.want...)
			if after := resource.values(t); !reflect.DeepEqual(before, after) {
				t.Errorf("the state has changed:\n got %v\nwant %v", after, before)
			}
			requests := []string{"GET " + test.path}
			if test.fault.Status == 404 {
				id := strings.TrimPrefix(test.path, "/api/operations/")
				requests = append(requests, "GET /api/operations?id="+id+"&page=1&size=1") // the list has it
			}
			if string(resource.private) != private {
				t.Errorf("the private state has changed: got %s, want %s", resource.private, private)
			}
			api.expectRequests(t, requests...)
		})
	}
}

// A Run with the id in the state that was created at another time, or on another datastore, is
// another Run: of another deployment, or of a restored database. It is never read into the state,
// waited for, aborted or deleted.
func TestOtherRun(t *testing.T) {
	t.Parallel()
	for name, replace := range map[string]func(*api){
		"created": func(a *api) { a.Change(101, func(run *mockapi.Run) { run.Created = run.Created.Add(-time.Hour) }) },
		"datastore": func(a *api) {
			a.Change(101, func(run *mockapi.Run) { run.Datastore = mockapi.Datastore{ID: 102, Name: "Other"} })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, resourceName := range []string{"qualytics_run_rerun", "qualytics_run"} {
				api := newAPI(t, mockapi.Options{Outcome: endless})
				config := `{"run_id": 100` + unawaited + `}`
				waiting := `{"run_id": 100}`
				if resourceName == "qualytics_run" {
					config, waiting = `{"operation_type": "scan", "datastore": 101`+unawaited+`}`, `{"operation_type": "scan", "datastore": 101}`
				}
				resource := api.protocol(t).manage(t, resourceName)
				expectDiagnostics(t, resource.apply(t, config))
				api.ResetRequests()
				replace(api)
				const want = "error: Cannot use Run 101: Run 101 in the state was created at .* on datastore 101, " +
					"but Run 101 of this deployment was created at .* on datastore (101|102). Nothing was changed."
				expectDiagnostics(t, resource.refresh(t), want)
				expectDiagnostics(t, resource.apply(t, waiting), want)
				expectDiagnostics(t, resource.destroy(t), want)
				api.expectWrites()(t)
			}
		})
	}
}

// The same holds for superseded records: the clean-up names the other Run and leaves it alone.
func TestOtherRun_superseded(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	expectDiagnostics(t, resource.apply(t, triggered("", "1")))
	api.Plan(failing)
	expectDiagnostics(t, resource.apply(t, triggered("", "2")), "error: Run 102 failed")
	api.Change(101, func(run *mockapi.Run) { run.Created = run.Created.Add(-time.Hour) })
	expectDiagnostics(t, resource.apply(t, triggered("", "3")),
		"warning: The record of the superseded Run 101 was not deleted: Cannot use Run 101. Run 101 in the state was created at")
	api.expectRuns(t, 100, 101, 103)
}

// Without a refresh, another Run with the id of the held one is not rerun either.
func TestOtherRun_source(t *testing.T) {
	t.Parallel()
	const other = "error: Cannot use Run 101: Run 101 in the state was created at "
	for name, test := range map[string]struct {
		first, second string
		change        func(*api)
		want          string
	}{
		"latest":           {latestConfig(101, release("1")), latestConfig(101, release("2")), func(*api) {}, other},
		"run_id of itself": {triggered("", "1"), `{"run_id": 101` + release("2") + `}`, func(*api) {}, other},
		"in place of a Run that is gone": {
			triggered("", "1"), triggered("", "2"), func(a *api) { a.Remove(100) }, "error at run_id: Cannot read Run 100: ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api, resource := newRerun(t)
			expectDiagnostics(t, resource.apply(t, test.first))
			api.Seed(older(101, 102, "success", 24*time.Hour))
			test.change(api)
			expectDiagnostics(t, resource.apply(t, test.second), test.want)
			api.expectWrites(rerunOf(100))(t)
		})
	}
}

// Databases round times that a response has shown.
func TestOtherRun_rounded(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	created := func(text string) func(map[string]any) { return func(run map[string]any) { run["created"] = text } }
	api.Inject(mockapi.Fault{Method: "POST", AfterEffect: true, Rewrite: created("2026-05-01T09:30:00.999999Z")},
		mockapi.Fault{Method: "GET", Path: poll101, Times: mockapi.Always, Rewrite: created("2026-05-01T09:30:01Z")})
	resource := api.protocol(t).manage(t, "qualytics_run")
	expectDiagnostics(t, resource.apply(t, startConfig(t, wholeScan, unawaited)))
	expectDiagnostics(t, resource.refresh(t))
}
