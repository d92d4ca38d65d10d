// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// invalidFilters are values of the filters that cannot mean anything, each with the diagnostic about it.
var invalidFilters = []struct{ config, want string }{
	{`{"id": 0}`, "error at id: Invalid Attribute Value: Attribute id value must be at least 1, got: 0"},
	{`{"id": -1}`, "error at id: .*at least 1, got: -1"},
	{`{"schedule_id": 0}`, "error at schedule_id: .*at least 1, got: 0"},
	{`{"operation_type": "scans"}`, `error at operation_type: .*one of: \["sync" "catalog" "profile" "scan" "external_scan" "export" "materialize" "promote"\], got: "scans"`},
	{`{"operation_type": "SCAN"}`, `error at operation_type: .*got: "SCAN"`},
	{`{"operation_type": ""}`, `error at operation_type: .*got: ""`},
	{`{"result": []}`, "error at result: .*at least 1 elements, got: 0"},
	{`{"result": ["success", "done"]}`, `error at result.*: .*one of: \["queued" "running" "success" "failure" "aborted"\], got: "done"`},
	{`{"result": [null]}`, "error at result.*: Null List Value"},
	{`{"created_date": "2026-02-30"}`, `error at created_date: Invalid date: The value must be a date that exists, as YYYY-MM-DD, .*not "2026-02-30"`},
	{`{"created_date": "2025-02-29"}`, `error at created_date: Invalid date: .*not "2025-02-29"`},
	{`{"created_date": "2026-5-1"}`, `error at created_date: Invalid date: .*not "2026-5-1"`},
	{`{"start_date": "01.05.2026"}`, `error at start_date: Invalid date: .*not "01.05.2026"`},
	{`{"start_date": "2026-05-01T00:00:00Z"}`, `error at start_date: Invalid date: `},
	{`{"end_date": "2026-13-01"}`, `error at end_date: Invalid date: .*not "2026-13-01"`},
	{`{"end_date": ""}`, `error at end_date: Invalid date: .*not ""`},
	{`{"datastore": []}`, "error at datastore: .*at least 1 elements, got: 0"},
	{`{"datastore": [101, 0]}`, "error at datastore.*: .*at least 1, got: 0"},
	{`{"datastore": [null]}`, "error at datastore.*: Null List Value"},
	{`{"container": []}`, "error at container: .*at least 1 elements, got: 0"},
	{`{"container": [-5]}`, "error at container.*: .*at least 1, got: -5"},
	{`{"container": [501, null]}`, "error at container.*: Null List Value"},
	{`{"offset": 1441}`, "error at offset: .*between -1440 and 1440, got: 1441"},
	{`{"offset": -1441}`, "error at offset: .*between -1440 and 1440, got: -1441"},
	{`{"sort_created": "up"}`, `error at sort_created: .*one of: \["asc" "desc"\], got: "up"`},
	{`{"sort_duration": "ASC"}`, `error at sort_duration: .*one of: \["asc" "desc"\], got: "ASC"`},
}

func TestOperations_invalid(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	tests := append([]struct{ config, want string }{
		{`{"limit": 0}`, "error at limit: .*between 1 and 1000000, got: 0"},
		{`{"limit": -1}`, "error at limit: .*between 1 and 1000000, got: -1"},
		{`{"limit": 1000001}`, "error at limit: .*between 1 and 1000000, got: 1000001"},
	}, invalidFilters...)
	for _, test := range tests {
		t.Run(test.config, func(t *testing.T) {
			t.Parallel()
			expectSaid(t, p.validateDataSource(t, "qualytics_operations", test.config), test.want)
		})
	}
}

// A real Terraform shows the error on the argument, and asks the API nothing.
func TestAccOperations_invalid(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	acceptance(t, resource.TestCase{Steps: []resource.TestStep{{
		Config: api.config(`
			data "qualytics_operations" "test" {
			  created_date = "2026-02-30"
			  result       = []
			}`),
		ExpectError: says("must be a date that exists", `not "2026-02-30"`),
	}}})
	api.expectSeen(t)
}
