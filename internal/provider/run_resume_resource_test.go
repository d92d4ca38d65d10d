// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const (
	resumed  = "qualytics_run_resume.test"
	resume90 = "PUT /api/operations/run/90"
)

// newFailed serves Run 90, a failed scan.
func newFailed(t *testing.T, options mockapi.Options) *api {
	t.Helper()
	api := newAPI(t, options)
	api.Seed(scan(90, "failure"))
	return api
}

// One resume and one wait. A destroy sends no request.
func TestAccRunResume_life(t *testing.T) {
	api := newFailed(t, mockapi.Options{})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{90, 100}, resume90),
		Steps: []resource.TestStep{{
			Config:           api.config(`resource "qualytics_run_resume" "test" { run_id = 90 }`),
			ConfigPlanChecks: doing(resumed, plancheck.ResourceActionCreate),
			ConfigStateChecks: append(has(resumed, 90, "success"),
				statecheck.ExpectKnownValue(resumed, tfjsonpath.New("type"), word("scan")),
				statecheck.ExpectKnownValue(resumed, tfjsonpath.New("end_time"), knownvalue.NotNull()),
				statecheck.ExpectKnownValue(resumed, tfjsonpath.New("force_abort"), knownvalue.Bool(false)),
				statecheck.ExpectKnownValue(resumed, tfjsonpath.New("wait_for_completion"), knownvalue.Bool(true)),
				statecheck.ExpectKnownValue(resumed, tfjsonpath.New("fail_on"),
					knownvalue.ListExact([]knownvalue.Check{word("failure"), word("aborted")})),
			),
		}},
	})
}
