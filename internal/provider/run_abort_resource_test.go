// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const (
	stopped = "qualytics_run_abort.test"
	abort90 = "PUT /api/operations/abort/90"
)

// newRunning serves Run 90, a scan that is active until it is aborted.
func newRunning(t *testing.T, options mockapi.Options) *api {
	t.Helper()
	api := newAPI(t, options)
	api.Seed(scan(90, "running"))
	return api
}

// One abort and one wait. A destroy sends no request.
func TestAccRunAbort_life(t *testing.T) {
	api := newRunning(t, mockapi.Options{AbortDelay: 50 * time.Millisecond})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{90, 100}, abort90),
		Steps: []resource.TestStep{{
			Config:           api.config(`resource "qualytics_run_abort" "test" { run_id = 90 }`),
			ConfigPlanChecks: doing(stopped, plancheck.ResourceActionCreate),
			ConfigStateChecks: append(has(stopped, 90, "aborted"),
				statecheck.ExpectKnownValue(stopped, tfjsonpath.New("end_time"), knownvalue.NotNull()),
				statecheck.ExpectKnownValue(stopped, tfjsonpath.New("datastore").AtMapKey("name"), word("Warehouse"))),
		}},
	})
}

// Each value of triggers and each run_id aborts or resumes once. Other arguments send no request.
func TestTriggers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		result string
		writes []string
	}{
		"qualytics_run_abort":  {"running", []string{abort90, abort90, "PUT /api/operations/abort/91"}},
		"qualytics_run_resume": {"failure", []string{resume90, resume90, "PUT /api/operations/run/91"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			resource := api.protocol(t).manage(t, name)
			for i, config := range []string{
				`{"run_id": 90, "triggers": {"v": "1"}`, `{"run_id": 90, "triggers": {"v": "2"}`, `{"run_id": 91, "triggers": {"v": "2"}`,
			} {
				api.Seed(scan(90, test.result), scan(91, test.result))
				expectDiagnostics(t, resource.apply(t, config+"}"))
				expectDiagnostics(t, resource.apply(t, config+`, "timeouts": {"create": "5m"}}`))
				api.expectWrites(test.writes[:i+1]...)(t)
			}
		})
	}
}

// A Run that ends before it could be aborted is not an error, whether it has ended before the request or
// ends during the wait.
func TestRunAbort_endsByItself(t *testing.T) {
	t.Parallel()
	const want = "warning: Run 90 succeeded: .* It ended before it could be aborted.$"
	api := newRunning(t, mockapi.Options{AbortDelay: 24 * time.Hour})
	api.Inject(mockapi.Fault{Method: "GET", Path: poll90, Skip: 3, Hook: func() { api.Finish(90, "success", "") }})
	for _, requests := range [][]string{{read90, read90, abort90, read90, read90}, {read90, read90, abort90, read90}} {
		api.ResetRequests()
		resource := api.protocol(t).manage(t, "qualytics_run_abort")
		expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`), want)
		api.expectRequests(t, requests...)
		resource.expectRun(t, 90, "success")
		resource.expectNoChange(t, `{"run_id": 90}`)
	}
}

// A refused abort leaves nothing in the state.
func TestRunAbort_refused(t *testing.T) {
	t.Parallel()
	api := newRunning(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run_abort")
	api.Forbid(101)
	expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`),
		"error at run_id: Cannot abort Run 90: PUT http.*/api/operations/abort/90 returned HTTP status 403: .*\n\n"+
			"The token's user needs the Editor team permission .*to abort a Run.")
	expectDiagnostics(t, resource.applyAfter(t.Context(), t, `{"run_id": 90}`, func() { api.Remove(90) }),
		"error at run_id: Cannot abort Run 90: .*HTTP status 404: Run 90 does not exist.")
	if resource.exists(t) {
		t.Error("the resource is in the state although nothing was aborted")
	}
}
