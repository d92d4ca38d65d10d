// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// supportOf is the API page's specification of one action.
type supportOf struct {
	action      string // the name in the provider
	request     string // the request for Run 90
	done        string
	unsupported []string // types of operation
	from        []string // results
	possible    string   // the text in errors
}

var supportTable = []supportOf{
	{
		action: "rerun", request: "PUT /api/operations/rerun/90", done: "rerun",
		unsupported: []string{"external_scan"},
		from:        []string{"success", "failure", "aborted"},
		possible: "Only a Run with result `success`, `failure` or `aborted` can be rerun, and only of type `sync`, `profile`, `scan`, " +
			"`export`, `materialize` or `promote`.",
	},
	{
		action: "resume", request: resume90, done: "resumed",
		unsupported: []string{"sync", "catalog", "external_scan", "export", "materialize"},
		from:        []string{"failure", "aborted"},
		possible:    "Only a Run with result `aborted` or `failure` can be resumed, and only of type `profile`, `scan` or `promote`.",
	},
	{
		action: "abort", request: abort90, done: "aborted",
		from: []string{"queued", "running"},
	},
	{
		action: "delete", request: "DELETE /api/operations/90", done: "deleted",
		from: []string{"success", "failure", "aborted"},
		possible: "Only a Run with result `success`, `failure` or `aborted` can be deleted. " +
			".*To delete an active Run, abort it first with qualytics_run_abort.",
	},
}

// allTypes are the types of operation.
var allTypes = []string{"sync", "catalog", "profile", "scan", "external_scan", "export", "materialize", "promote", "promote_quality_check"}

// Each action with each type and each result: the diagnostics of the plan, and those of the action if the
// Run changes after the plan. The plan of the resource of the same name has the same diagnostics.
func TestRunAction_support(t *testing.T) {
	t.Parallel()
	for _, row := range supportTable {
		for _, runType := range allTypes {
			t.Run(row.action+" "+runType, func(t *testing.T) {
				t.Parallel()
				api := newAPI(t, mockapi.Options{})
				p := api.protocol(t)
				for _, result := range []string{"queued", "running", "success", "failure", "aborted"} {
					api.Seed(mockapi.Run{ID: 90, Type: runType, Result: result})
					api.ResetRequests()
					planned := row.planned(runType, result)
					expectDiagnostics(t, p.planAction(t, "qualytics_run_"+row.action, `{"run_id": 90}`), planned...)
					api.expectRequests(t, read90)
					if row.action != "delete" && strings.HasSuffix(runType, "scan") { // no resource deletes a Run
						resource := p.manage(t, "qualytics_run_"+row.action)
						expectDiagnostics(t, resource.plan(t, `{"run_id": 90}`).Diagnostics, planned...)
					}
					arguments, writes := `{"run_id": 90}`, []string{row.request}
					if row.waits(result) {
						arguments, writes = `{"run_id": 90, "timeout": "1s"}`, nil
					}
					_, diagnostics := p.invoke(t.Context(), t, "qualytics_run_"+row.action, arguments)
					expectDiagnostics(t, diagnostics, row.invoked(runType, result)...)
					api.expectWrites(writes...)(t)
				}
			})
		}
	}
}

// waits reports whether the action waits for the Run to end before it sends a changing request.
func (row supportOf) waits(result string) bool {
	return row.action == "rerun" && (result == "queued" || result == "running")
}

func (row supportOf) planned(runType, result string) []string {
	const at, cannot = "error at run_id: ", "Cannot %s Run 90: "
	active := result == "queued" || result == "running"
	switch {
	case slices.Contains(row.unsupported, runType):
		return []string{fmt.Sprintf(at+cannot+"Run 90 is of type `%s`, which cannot be %s. %s", row.action, runType, row.done, row.possible)}
	case slices.Contains(row.from, result), row.action == "abort":
		return nil
	case active && row.action == "rerun":
		return []string{
			fmt.Sprintf("warning at run_id: Run 90 is still active: Run 90 is `%s`. The apply waits for it to end before it reruns it.", result),
		}
	case active:
		return []string{
			fmt.Sprintf("warning at run_id: Run 90 must end before the apply: Run 90 is `%s`. The apply fails unless the Run has ended by then. %s",
				result, row.possible),
		}
	default:
		return []string{fmt.Sprintf(at+cannot+"The result of Run 90 is `%s`. %s", row.action, result, row.possible)}
	}
}

func (row supportOf) invoked(runType, result string) []string {
	refused := "error at run_id: Cannot %s Run 90: %s returned HTTP status 409: Run 90 cannot be %s: %s.\n\n%s"
	switch {
	case row.action == "abort" && (result != "queued" && result != "running"):
		return []string{`warning: Run 90 .*ended with the result .` + result + `.. It ended before it could be aborted.`}
	case row.action == "abort":
		return nil
	case row.waits(result):
		return []string{
			`error: Timed out while waiting for Run 90: Run 90 is still .` + result + `. after 1s \(timeout\) ` +
				`and cannot be rerun until it has ended. No Run was started.`,
		}
	case slices.Contains(row.unsupported, runType):
		return []string{
			fmt.Sprintf(refused, row.action, strings.Replace(row.request, " ", " http.*", 1), row.done,
				"not supported by Runs of type "+runType, row.possible),
		}
	case slices.Contains(row.from, result):
		return nil
	default:
		return []string{
			fmt.Sprintf(refused, row.action, strings.Replace(row.request, " ", " http.*", 1), row.done, "its result is "+result, row.possible),
		}
	}
}
