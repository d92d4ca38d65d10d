// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/querycheck/queryfilter"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// query returns a list block for this server.
func (a *api) query(arguments string) string {
	return a.config("list \"qualytics_run_rerun\" \"test\" {\n  provider = qualytics\n" + arguments + "\n}\n")
}

// A real terraform query: filters, identity, display name, resource and limit.
func TestAccRunRerunList(t *testing.T) {
	api := newHistory(t)
	const runs = "qualytics_run_rerun.test"
	id := func(id int64) map[string]knownvalue.Check { return map[string]knownvalue.Check{"id": number64(id)} }
	acceptance(t, resource.TestCase{
		TerraformVersionChecks: withActions(t),
		Steps: []resource.TestStep{
			{
				Query: true,
				Config: api.query(`
					include_resource = true
					config {
					  finished     = true
					  sort_created = "desc"
					  datastore    = [101, 102]
					}`),
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength(runs, 4),
					querycheck.ExpectIdentity(runs, id(1)),
					querycheck.ExpectIdentity(runs, id(2)),
					querycheck.ExpectIdentity(runs, id(3)),
					querycheck.ExpectIdentity(runs, id(4)),
					querycheck.ExpectNoIdentity(runs, id(5)),
					querycheck.ExpectResourceDisplayName(runs, queryfilter.ByResourceIdentity(id(2)),
						word("profile on Orders: success, 2026-05-03T00:30:00.000000Z")),
					querycheck.ExpectResourceKnownValues(runs, queryfilter.ByResourceIdentity(id(4)), []querycheck.KnownValueCheck{
						{Path: tfjsonpath.New("id"), KnownValue: number64(4)},
						{Path: tfjsonpath.New("run_id"), KnownValue: number64(4)},
						{Path: tfjsonpath.New("type"), KnownValue: word("external_scan")},
						{Path: tfjsonpath.New("result"), KnownValue: word("failure")},
					}),
				},
			},
			{
				Query:  true,
				Config: api.query("limit = 2\n config {\n sort_created = \"asc\"\n}"),
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength(runs, 2),
					querycheck.ExpectIdentity(runs, id(1)),
					querycheck.ExpectIdentity(runs, id(2)),
				},
			},
			{
				Query:       true,
				Config:      api.query("config {\n created_date = \"2026-02-30\"\n}"),
				ExpectError: says(`The value must be a valid date in the form YYYY-MM-DD, such as "2026-05-01", not "2026-02-30".`),
			},
			{
				PreConfig:   func() { api.Inject(mockapi.Fault{Status: 403, Times: mockapi.Always}) },
				Query:       true,
				Config:      api.query("config {}"),
				ExpectError: says("Cannot list Runs", "HTTP status 403"),
			},
		},
	})
	api.expectWrites()(t)
}
