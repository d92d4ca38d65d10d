// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The response to a resume and the first polls may still show the old end of the Run, and the response to
// a rerun may copy the end and the counters of the source. Neither ends a wait or opens a gate.
func TestStale(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options mockapi.Options
		config  string
		want    string
	}{
		"qualytics_run_resume": {
			mockapi.Options{StaleStarts: true, DetailLag: 200 * time.Millisecond, Outcome: failing}, `{"run_id": 90}`, "error: Run 90 failed: ",
		},
		"qualytics_run_rerun": {
			mockapi.Options{StaleStarts: true, Outcome: identifying(6)},
			`{"run_id": 100, "max_anomalies": 0}`,
			"error: Run 101 did not pass max_anomalies: .*identified 6 anomalies",
		},
	} {
		serve := func(t *testing.T) *protocol {
			t.Helper()
			api := newAPI(t, test.options)
			api.Seed(scan(90, "aborted"))
			api.Change(100, func(run *mockapi.Run) { run.Status["anomalies_identified"] = 0 })
			return api.protocol(t)
		}
		t.Run(name+"/resource", func(t *testing.T) {
			t.Parallel()
			expectDiagnostics(t, serve(t).manage(t, name).apply(t, test.config), test.want)
		})
		t.Run(name+"/action", func(t *testing.T) {
			t.Parallel()
			_, diagnostics := serve(t).invoke(t.Context(), t, name, test.config)
			expectDiagnostics(t, diagnostics, test.want)
		})
	}
}

// A Run in a page of one item is read like any other.
func TestWrappedRun(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{WrappedRun: true})
	p := api.protocol(t)
	resource := p.manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	resource.expectRerun(t, 101, 100)
	resource.expectNoChange(t, `{"run_id": 100}`)
	state, diagnostics := p.read(t, "qualytics_operation", `{"id": 101}`)
	expectDiagnostics(t, diagnostics)
	if state["id"] != int64(101) || state["result"] != "success" {
		t.Errorf("got %v", state)
	}
	expectDiagnostics(t, resource.destroy(t))
	api.expectRuns(t, 100)
}

// Where sync and catalog are different types to the API, either name finds the Runs of both.
func TestLiteralTypes(t *testing.T) {
	t.Parallel()
	for _, asked := range []string{"sync", "catalog"} {
		t.Run(asked, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{LiteralTypes: true})
			sync, catalog := older(90, 101, "success", time.Hour), older(91, 101, "success", 2*time.Hour)
			sync.Type, catalog.Type = "sync", "catalog"
			api.Seed(sync, catalog)
			p := api.protocol(t)
			config := fmt.Sprintf(`{"operation_type": %q, "sort_created": "desc"}`, asked)
			state, diagnostics := p.read(t, "qualytics_operations", config)
			expectDiagnostics(t, diagnostics)
			expectListed(t, asked, state, 2, int64s(90, 91))
			results, diagnostics := p.list(t, config, 10, false)
			expectDiagnostics(t, diagnostics)
			if ids := idsOf(results); !reflect.DeepEqual(ids, int64s(90, 91)) {
				t.Errorf("the list resource lists %v", ids)
			}
			latest := fmt.Sprintf(`{"latest": {"operation_type": %q, "datastore": 101}}`, asked)
			expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").apply(t, latest))
			api.expectWrites(rerunOf(90))(t)
		})
	}
}
