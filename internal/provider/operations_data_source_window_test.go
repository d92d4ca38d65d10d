// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

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
		{`"created_after": "2026-05-04T01:30:00+02:00"`, 7, int64s(7, 6, 5, 4, 3)},
		{`"created_after": "2026-05-03T23:30:00.000001Z"`, 7, int64s(7, 6, 5, 4)},
		{`"created_before": "` + at(3) + `"`, 7, int64s(2, 1)},
		{`"created_after": "` + at(3) + `", "created_before": "` + at(6) + `"`, 7, int64s(5, 4, 3)},
		{`"created_after": "` + at(8) + `"`, 7, int64s()},
		{`"created_before": "` + at(1) + `"`, 7, int64s()},
		{`"created_after": "` + at(2) + `", "limit": 2`, 7, int64s(7, 6)},
		{`"created_after": "` + at(2) + `", "limit": 2, "sort_created": "asc"`, 7, int64s(2, 3)},
		{`"created_before": "` + at(5) + `", "limit": 2, "sort_created": "desc"`, 7, int64s(4, 3)},
		{`"created_after": "` + at(2) + `", "finished": true, "sort_duration": "desc"`, 5, int64s(5, 4, 3, 2)},
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

// No page beyond the start of the window is requested.
func TestOperations_windowPages(t *testing.T) {
	t.Parallel()
	api := newLongHistory(t, 2000) // one second apart, starting at midnight
	state, diagnostics := api.protocol(t).read(t, "qualytics_operations", `{"created_after": "2026-05-01T00:31:40Z"}`)
	expectDiagnostics(t, diagnostics)
	expectListed(t, "the last 100 Runs", state, 2000, down(2000, 1901))
	if requests := api.requestLines(); len(requests) > 2 {
		t.Errorf("got the requests %q", requests)
	}
}

// A time that is known only after apply passes validation.
func TestOperations_windowUnknown(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	typ := p.schemas.DataSourceSchemas["qualytics_operations"].ValueType().(tftypes.Object)
	for name, known := range map[string]string{"created_after": "created_before", "created_before": "created_after"} {
		attributes := map[string]tftypes.Value{}
		for attribute, typ := range typ.AttributeTypes {
			attributes[attribute] = tftypes.NewValue(typ, nil)
		}
		attributes[name] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
		attributes[known] = tftypes.NewValue(tftypes.String, "2026-05-01T00:00:00Z")
		config, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, attributes))
		if err != nil {
			t.Fatal(err)
		}
		validated, err := p.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
			TypeName: "qualytics_operations", Config: &config,
		})
		if err != nil {
			t.Fatal(err)
		}
		expectDiagnostics(t, validated.Diagnostics)
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
