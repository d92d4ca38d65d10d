// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

func TestInvalidParameters(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	const (
		types   = `'catalog', 'profile', 'scan', 'external_scan', 'export', 'materialize' or 'promote'`
		results = `'queued', 'running', 'success', 'failure' or 'aborted'`
	)
	entry := func(kind, location, message, input, context string) string {
		if context != "" {
			context = `"ctx":{` + context + `},`
		}
		return `{` + context + `"input":"` + input + `","loc":["query",` + location +
			`],"msg":"Input should be ` + message + `","type":"` + kind + `"}`
	}
	integer := func(location, input string) string {
		return entry("int_parsing", location, "a valid integer, unable to parse string as an integer", input, "")
	}
	boolean := func(location, input string) string {
		return entry("bool_parsing", location, "a valid boolean, unable to interpret input", input, "")
	}
	enum := func(location, input, expected string) string {
		return entry("enum", location, expected, input, `"expected":"`+expected+`"`)
	}
	date := func(location, input, reason string) string {
		return entry("date_from_datetime_parsing", location, "a valid date or datetime, "+reason, input, `"error":"`+reason+`"`)
	}
	const outside, shape = "day or month value is outside expected range", "input is not YYYY-MM-DD"
	tests := []struct{ path, want string }{
		{"/api/operations?id=abc", integer(`"id"`, "abc")},
		{"/api/operations?id=", integer(`"id"`, "")},
		{"/api/operations?id=1.5", integer(`"id"`, "1.5")},
		{"/api/operations?schedule_id=x", integer(`"schedule_id"`, "x")},
		{"/api/operations?operation_type=scann", enum(`"operation_type"`, "scann", types)},
		{"/api/operations?operation_type=", enum(`"operation_type"`, "", types)},
		{"/api/operations?operation_type=SCAN", enum(`"operation_type"`, "SCAN", types)},
		{"/api/operations?finished=maybe", boolean(`"finished"`, "maybe")},
		{"/api/operations?finished=2", boolean(`"finished"`, "2")},
		{"/api/operations?result=done", enum(`"result",0`, "done", results)},
		{"/api/operations?result=success&result=", enum(`"result",1`, "", results)},
		{"/api/operations?created_date=2026-02-30", date(`"created_date"`, "2026-02-30", outside)},
		{"/api/operations?start_date=2026-13-01", date(`"start_date"`, "2026-13-01", outside)},
		{"/api/operations?end_date=yesterday", date(`"end_date"`, "yesterday", shape)},
		{"/api/operations?end_date=2026-2-3", date(`"end_date"`, "2026-2-3", shape)},
		{"/api/operations?created_date=2026-02-03T00:00:00Z", date(`"created_date"`, "2026-02-03T00:00:00Z", shape)},
		{"/api/operations?datastore=1&datastore=b", integer(`"datastore",1`, "b")},
		{"/api/operations?container=a&container=1", integer(`"container",0`, "a")},
		{"/api/operations?has_logs=", boolean(`"has_logs"`, "")},
		{"/api/operations?offset=1h", integer(`"offset"`, "1h")},
		{"/api/operations?sort_created=up", enum(`"sort_created"`, "up", `'asc' or 'desc'`)},
		{"/api/operations?sort_duration=down", enum(`"sort_duration"`, "down", `'asc' or 'desc'`)},
		{"/api/operations?page=0", entry("greater_than_equal", `"page"`, "greater than or equal to 1", "0", `"ge":1`)},
		{"/api/operations?page=x", integer(`"page"`, "x")},
		{"/api/operations?size=0", entry("greater_than_equal", `"size"`, "greater than or equal to 1", "0", `"ge":1`)},
		{"/api/operations?size=101", entry("less_than_equal", `"size"`, "less than or equal to 100", "101", `"le":100`)},
		{"/api/operations/1/containers?size=101", entry("less_than_equal", `"size"`, "less than or equal to 100", "101", `"le":100`)},
		{"/api/operations/1/containers?page=-1", entry("greater_than_equal", `"page"`, "greater than or equal to 1", "-1", `"ge":1`)},
		{"/api/operations?size=500&result=a&result=b&id=c", strings.Join([]string{
			integer(`"id"`, "c"),
			enum(`"result",0`, "a", results),
			enum(`"result",1`, "b", results),
			entry("less_than_equal", `"size"`, "less than or equal to 100", "500", `"le":100`),
		}, ",")},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			api.call(t, http.MethodGet, test.path).expect(t, http.StatusUnprocessableEntity, `{"detail":[`+test.want+`]}`)
		})
	}
	t.Run("force_abort", func(t *testing.T) {
		api.call(t, http.MethodPut, "/api/operations/run/1?force_abort=please").
			expect(t, http.StatusUnprocessableEntity, `{"detail":[`+boolean(`"force_abort"`, "please")+`]}`)
	})
}

func TestBooleans(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1}, mockapi.Run{ID: 2, Result: "running"})
	for _, value := range []string{"true", "TRUE", "t", "yes", "Y", "on", "1"} {
		equal(t, value, ids(api.get(t, "/api/operations?finished="+value)), []int64{1})
	}
	for _, value := range []string{"false", "False", "f", "no", "N", "Off", "0"} {
		equal(t, value, ids(api.get(t, "/api/operations?finished="+value)), []int64{2})
	}
}
