// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// invalidFilters are invalid values of the filters, with their diagnostics.
var invalidFilters = []struct{ config, want string }{
	{`{"id": -1}`, "error at id: Invalid id: The value must be an id, a whole number of 1 or more, not -1\\."},
	{`{"schedule_id": -7}`, "error at schedule_id: .*whole number of 1 or more, not -7\\."},
	{
		`{"operation_type": "scans"}`,
		`error at operation_type: .*one of: \["sync" "catalog" "profile" "scan" "external_scan" "export" "materialize" "promote"\], got: "scans"`,
	},
	{`{"result": []}`, "error at result: .*at least 1 elements, got: 0"},
	{`{"result": ["success", "done"]}`, `error at result.*: .*one of: \["queued" "running" "success" "failure" "aborted"\], got: "done"`},
	{`{"result": [null]}`, "error at result.*: Null List Value"},
	{
		`{"created_after": "2026-05-01"}`,
		`error at created_after: Invalid time: The value must be an RFC 3339 time, such as "2026-05-01T00:00:00Z" .*, not "2026-05-01"`,
	},
	{`{"created_before": "2026-05-01T00:00:00"}`, `error at created_before: Invalid time: .*not "2026-05-01T00:00:00"`},
	{
		`{"created_after": "2026-05-02T00:00:00Z", "created_before": "2026-05-01T00:00:00Z"}`,
		"error at created_before: Invalid window of time: created_before must be later than created_after, " +
			"but 2026-05-01T00:00:00Z is not later than 2026-05-02T00:00:00Z",
	},
	{
		`{"created_after": "2026-05-01T12:00:00Z", "created_before": "2026-05-01T14:00:00+02:00"}`,
		"error at created_before: Invalid window of time: ",
	},
	{
		`{"created_date": "2026-02-30"}`,
		`error at created_date: Invalid date: The value must be a valid date in the form YYYY-MM-DD, .*not "2026-02-30"`,
	},
	{`{"created_date": "2026-5-1"}`, `error at created_date: Invalid date: .*not "2026-5-1"`},
	{`{"start_date": "2026-05-01T00:00:00Z"}`, `error at start_date: Invalid date: `},
	{`{"end_date": ""}`, `error at end_date: Invalid date: .*not ""`},
	{`{"datastore": []}`, "error at datastore: .*at least 1 elements, got: 0"},
	{`{"datastore": [101, -101]}`, "error at datastore.*: .*whole number of 1 or more, not -101\\."},
	{`{"datastore": [null]}`, "error at datastore.*: Null List Value"},
	{`{"container": []}`, "error at container: .*at least 1 elements, got: 0"},
	{`{"container": [-5]}`, "error at container.*: .*whole number of 1 or more, not -5\\."},
	{`{"container": [501, null]}`, "error at container.*: Null List Value"},
	{`{"offset": 1441}`, "error at offset: .*between -1440 and 1440, got: 1441"},
	{`{"offset": -1441}`, "error at offset: .*between -1440 and 1440, got: -1441"},
	{`{"sort_created": "up"}`, `error at sort_created: .*one of: \["asc" "desc"\], got: "up"`},
	{`{"sort_duration": "ASC"}`, `error at sort_duration: .*one of: \["asc" "desc"\], got: "ASC"`},
}

func TestOperations_invalid(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	for limit, want := range map[string]string{"0": "got: 0", "-1": "got: -1", "1000001": "got: 1000001"} {
		expectDiagnostics(t, p.validateDataSource(t, "qualytics_operations", `{"limit": `+limit+`}`),
			"error at limit: .*between 1 and 1000000, "+want)
	}
	for _, test := range invalidFilters {
		expectDiagnostics(t, p.validateDataSource(t, "qualytics_operations", test.config), test.want)
		expectDiagnostics(t, p.validateList(t, test.config), test.want)
	}
}

// Ids of 0, which mocked providers return, pass validation. Lookups reject them without a request.
func TestLookups_zeroID(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	p := api.protocol(t)
	for _, test := range []struct{ name, config, want string }{
		{"qualytics_operations", `{"id": 0}`, "error at id: Invalid id: id must be the id of a Run, a whole number of 1 or more, not 0."},
		{
			"qualytics_operations",
			`{"schedule_id": 0}`,
			"error at schedule_id: Invalid schedule_id: schedule_id must be the id of a schedule, .*not 0.",
		},
		{
			"qualytics_operations",
			`{"datastore": [101, 0]}`,
			`error at datastore.*1.*: Invalid datastore\[1\]: datastore\[1\] must be the id of a datastore, .*not 0.`,
		},
		{
			"qualytics_operations",
			`{"container": [0]}`,
			`error at container.*0.*: Invalid container\[0\]: container\[0\] must be the id of a container, .*not 0.`,
		},
		{"qualytics_operation", `{"id": 0}`, "error at id: Invalid id: id must be the id of a Run, a whole number of 1 or more, not 0."},
		{
			"qualytics_operation_containers",
			`{"operation_id": 0}`,
			"error at operation_id: Invalid operation_id: operation_id must be the id of a Run, a whole number of 1 or more, not 0.",
		},
	} {
		expectDiagnostics(t, p.validateDataSource(t, test.name, test.config))
		_, diagnostics := p.read(t, test.name, test.config)
		expectDiagnostics(t, diagnostics, test.want)
		if test.name == "qualytics_operations" {
			expectDiagnostics(t, p.validateList(t, test.config))
			_, diagnostics = p.list(t, test.config, 0, false)
			expectDiagnostics(t, diagnostics, test.want)
		}
	}
	api.expectRequests(t)
}

// More ids than fit one URL are refused before anything is sent.
func TestOperations_tooManyValues(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = strconv.Itoa(1000 + i)
	}
	_, diagnostics := api.protocol(t).read(t, "qualytics_operations", `{"datastore": [`+strings.Join(ids, ",")+`]}`)
	expectDiagnostics(t, diagnostics, "error at datastore: Invalid datastore: Too many values: .*Split the lookup into several")
	api.expectRequests(t)
}

// Only the attributes in fields are set. ids and total are still complete.
func TestOperations_fields(t *testing.T) {
	t.Parallel()
	p := newHistory(t).protocol(t)
	read := func(config string) (map[string]any, []any) {
		expectDiagnostics(t, p.validateDataSource(t, "qualytics_operations", config))
		state, diagnostics := p.read(t, "qualytics_operations", config)
		expectDiagnostics(t, diagnostics)
		operations, _ := state["operations"].([]any)
		return state, operations
	}
	_, whole := read(`{"datastore": [102]}`)
	want, _ := whole[0].(map[string]any)
	if names := slices.Sorted(maps.Keys(want)); !slices.Equal(names, slices.Sorted(slices.Values(operationObject.names()))) {
		t.Fatalf("a Run has the attributes %q", names)
	}
	for _, fields := range [][]string{{"id", "result", "end_time"}, {"datastore", "status"}, {"duration_seconds"}, operationObject.names()} {
		state, operations := read(fmt.Sprintf(`{"datastore": [102], "fields": %s}`, quoted(fields)))
		if got := fmt.Sprint(state["ids"], state["total"]); got != "[2] 1" {
			t.Errorf("%q: got the ids and the total %s", fields, got)
		}
		expected := map[string]any{}
		for name, value := range want {
			expected[name] = nil
			if slices.Contains(fields, name) {
				expected[name] = value
			}
		}
		if !reflect.DeepEqual(operations, []any{expected}) {
			t.Errorf("%q: got %v, want %v", fields, operations, expected)
		}
	}
}

func quoted(words []string) string {
	elements := make([]string, 0, len(words))
	for _, word := range words {
		elements = append(elements, strconv.Quote(word))
	}
	return "[" + strings.Join(elements, ", ") + "]"
}

func TestOperations_invalidFields(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	for fields, want := range map[string]string{
		`[]`:                     "error at fields: .*at least 1 elements, got: 0",
		`["id", "ended"]`:        `error at fields.*: .*one of: \["id" "type" "result" .*\], got: "ended"`,
		`["id", "result", "id"]`: `error at fields.*: Duplicate List Value: .*"id"`,
		`["id", null]`:           "error at fields.*: Null List Value",
		`["datastore.name"]`:     `error at fields.*: .*got: "datastore.name"`,
	} {
		expectDiagnostics(t, p.validateDataSource(t, "qualytics_operations", `{"fields": `+fields+`}`), want)
	}
}

// A date or a time that is known only after apply passes validation.
func TestOperations_unknownTimes(t *testing.T) {
	t.Parallel()
	for _, valid := range []validator.String{pointInTime{}, calendarDate{}} {
		var resp validator.StringResponse
		valid.ValidateString(t.Context(), validator.StringRequest{ConfigValue: types.StringUnknown()}, &resp)
		expectDiagnostics(t, protocolDiagnostics(resp.Diagnostics))
	}
}
