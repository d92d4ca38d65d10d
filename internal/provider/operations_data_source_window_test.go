// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A window selects Runs by creation time, together with filters, sorts and limit. total ignores the
// window.
func TestOperations_window(t *testing.T) {
	t.Parallel()
	api := newHistory(t)
	p := api.protocol(t)
	at := func(day int) string { return fmt.Sprintf("2026-05-%02dT23:30:00Z", day) } // the creation time of the Run of that day
	for _, test := range []struct {
		config string
		total  int64
		ids    []any
	}{
		{`"created_after": "` + at(3) + `"`, 7, int64s(7, 6, 5, 4, 3)},
		{`"created_before": "` + at(3) + `"`, 7, int64s(2, 1)},
		{`"created_after": "` + at(3) + `", "created_before": "` + at(6) + `"`, 7, int64s(5, 4, 3)},
		{`"created_after": "` + at(2) + `", "limit": 2, "sort_created": "asc"`, 7, int64s(2, 3)},
		{`"created_after": "` + at(2) + `", "finished": true, "sort_duration": "asc", "limit": 1`, 5, int64s(2)},
		{`"created_after": "` + at(2) + `", "result": ["success"], "datastore": [101, 102]`, 3, int64s(3, 2)},
	} {
		config := "{" + test.config + "}"
		expectDiagnostics(t, p.validateDataSource(t, "qualytics_operations", config))
		state, diagnostics := p.read(t, "qualytics_operations", config)
		expectDiagnostics(t, diagnostics)
		expectListed(t, config, state, test.total, test.ids)
	}

	expectDiagnostics(t, p.validateList(t, `{"created_after": "`+at(3)+`", "created_before": "`+at(6)+`"}`))
	results, diagnostics := p.list(t,
		`{"created_after": "`+at(3)+`", "created_before": "`+at(6)+`", "finished": true, "sort_created": "asc"}`, 2, false)
	expectDiagnostics(t, diagnostics)
	if ids := fmt.Sprint(idsOf(results)); ids != "[3 4]" {
		t.Errorf("the list resource returned the Runs %s", ids)
	}
}

// A deployment that ignores the sort cannot list a window.
func TestOperations_windowUnsorted(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Inject(mockapi.Fault{
		Status: 200,
		Times:  mockapi.Always,
		Body: `{"items": [
			{"id": 1, "result": "success", "created": "2026-05-01T00:00:00Z"},
			{"id": 2, "result": "success", "created": "2026-05-02T00:00:00Z"}
		], "total": 2}`,
	})
	_, diagnostics := api.protocol(t).read(t, "qualytics_operations", `{"created_after": "2026-05-01T00:00:00Z"}`)
	expectDiagnostics(t, diagnostics,
		"error: Cannot list Runs: .*not sorted by created.*The deployment ignores `sort_created`.* Use `created_date` instead.")
}
