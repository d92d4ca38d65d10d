// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// What a destroy does with an active Run, and with one that was changed outside Terraform. The response
// to an abort decides nothing: the polls do. If a destroy fails, the resource stays in the state.
func TestDestroy(t *testing.T) {
	t.Parallel()
	const (
		keep      = `, "delete_on_destroy": false`
		waits     = `, "abort_on_destroy": false`
		briefly   = `, "timeouts": {"delete": "500ms"}`
		forbidden = "error: Cannot abort Run 101: .*Editor team permission"
	)
	aborting := func(status int, effect bool) func(*api) {
		return func(a *api) {
			a.Inject(mockapi.Fault{
				Method: "PUT", Path: "/api/operations/abort/*", Status: status, AfterEffect: effect, Times: mockapi.Always,
			})
		}
	}
	polling := func(fault mockapi.Fault, hook func(*api)) func(*api) {
		return func(a *api) {
			fault.Method, fault.Path, fault.Hook = "GET", poll101, func() { hook(a) }
			a.Inject(fault)
		}
	}
	ends := func(a *api) { a.Finish(101, "success", "") }
	gone := func(a *api) { a.Remove(101) }
	for name, test := range map[string]struct {
		arguments string
		prepare   func(*api)
		writes    []string
		want      string
	}{
		"deleted":           {"", gone, nil, ""},
		"ended":             {"", ends, []string{delete101}, ""},
		"kept":              {keep, func(*api) {}, []string{abort101}, ""},
		"kept, ended":       {keep, ends, nil, ""},
		"left running":      {keep + waits, func(*api) {}, nil, ""},
		"waited for":        {waits, polling(mockapi.Fault{Skip: 2}, ends), []string{delete101}, ""},
		"deleted meanwhile": {"", polling(mockapi.Fault{Skip: 1}, gone), []string{abort101, delete101}, ""},
		"aborted, 204":      {"", aborting(204, true), []string{abort101, delete101}, ""},
		"aborted, 409":      {"", aborting(409, true), []string{abort101, delete101}, ""},
		"aborted, 504":      {"", aborting(504, true), []string{abort101, delete101}, ""},
		"not aborted, 403":  {"", aborting(403, false), []string{abort101}, forbidden},
		"kept, not aborted": {keep, aborting(403, false), []string{abort101}, forbidden},
		"not aborted, 501":  {briefly, aborting(501, false), []string{abort101}, "error: Cannot abort Run 101: .*HTTP status 501"},
		"unreadable":        {"", polling(mockapi.Fault{Status: 401}, func(*api) {}), nil, "error: Cannot read Run 101: .*HTTP status 401"},
		"deleted by somebody": {waits, func(a *api) {
			ends(a)
			a.Inject(mockapi.Fault{Method: "DELETE", Hook: func() { gone(a) }, Status: 409, Body: `{"detail": "stopping"}`})
		}, []string{delete101}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{Outcome: endless})
			provider := testProvider()
			provider.notFoundGrace = time.Hour // the destroy must ignore the grace period
			p := serveProtocol(t, provider)
			expectDiagnostics(t, p.configure(t, api.json(`"poll_interval": "10ms", "max_retries": 0`)))
			resource := p.manage(t, "qualytics_run_rerun")
			expectDiagnostics(t, resource.apply(t, `{"run_id": 100`+unawaited+test.arguments+`}`))
			api.ResetRequests()
			test.prepare(api)
			expectDiagnostics(t, resource.destroy(t), ifAny(test.want)...)
			api.expectWrites(test.writes...)(t)
			if exists := resource.exists(t); exists != (test.want != "") {
				t.Errorf("the resource is in the state: %t", exists)
			}
		})
	}
}

// A destroy deletes each record on its own, and keeps the resource while one is left.
func TestRunRerun_destroyRefused(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	expectDiagnostics(t, resource.apply(t, triggered("", "1")))
	api.Plan(failing)
	expectDiagnostics(t, resource.apply(t, triggered("", "2")), "error: Run 102 failed")
	api.ResetRequests()
	api.Inject(mockapi.Fault{Method: "DELETE", Status: 403})
	expectDiagnostics(t, resource.destroy(t), "error: Cannot delete Run 102: .*Editor team permission")
	api.expectWrites(deleteOf(102), deleteOf(101))(t)
	expectDiagnostics(t, resource.destroy(t))
	api.expectWrites(deleteOf(102), deleteOf(101), deleteOf(102))(t)
	api.expectRuns(t, 100)
}

// A destroy that times out ends with the link to the Run.
func TestDestroy_timeout(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{Outcome: endless})
	resource := api.protocol(t).manage(t, "qualytics_run_rerun")
	const briefly = `, "abort_on_destroy": false, "timeouts": {"delete": "100ms"}`
	expectDiagnostics(t, resource.apply(t, triggered(unawaited+briefly, "1")))
	expectDiagnostics(t, resource.destroy(t), "error: Cannot wait for the end of Run 101: .*timeouts.delete.*\n\nOpen it: ")
}

// A state that version 0.1 has imported has no run_id, and both flags set. A destroy before the first
// apply leaves the Run alone.
func TestDestroy_importOfVersion01(t *testing.T) {
	t.Parallel()
	api, resource := newRerun(t)
	resource.importRun(t, "100")
	value := resource.with(t, resource.unpack(t, resource.state), "run_id", nil)
	value = resource.with(t, resource.with(t, value, "delete_on_destroy", true), "abort_on_destroy", true)
	resource.state, resource.private = resource.pack(t, value), nil
	expectDiagnostics(t, resource.refresh(t))
	expectDiagnostics(t, resource.destroy(t))
	api.expectRequests(t, "GET /api/operations/100")
}
