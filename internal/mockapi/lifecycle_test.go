// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

var (
	types = []string{
		"sync", "catalog", "profile", "scan", "external_scan", "export", "materialize", "promote", "promote_quality_check",
	}
	results   = []string{"queued", "running", "success", "failure", "aborted"}
	resumable = []string{"profile", "scan", "promote", "promote_quality_check"}
)

// All combinations of action, type and state.
func TestLifecycleTable(t *testing.T) {
	actions := []struct {
		name, method, path, done string
		types, results           []string
	}{
		{"abort", http.MethodPut, "/api/operations/abort/%d", "aborted", types, []string{"queued", "running"}},
		{"resume", http.MethodPut, "/api/operations/run/%d", "resumed", resumable, []string{"failure", "aborted"}},
		{
			"force", http.MethodPut, "/api/operations/run/%d?force_abort=true", "resumed", resumable,
			[]string{"queued", "running", "failure", "aborted"},
		},
		{"unforced", http.MethodPut, "/api/operations/run/%d?force_abort=false", "resumed", resumable, []string{"failure", "aborted"}},
		{
			"rerun", http.MethodPut, "/api/operations/rerun/%d", "rerun", without(types, "external_scan"),
			[]string{"success", "failure", "aborted"},
		},
		{"delete", http.MethodDelete, "/api/operations/%d", "deleted", types, []string{"success", "failure", "aborted"}},
	}
	for _, action := range actions {
		for _, runType := range types {
			for _, result := range results {
				t.Run(action.name+"/"+runType+"/"+result, func(t *testing.T) {
					api := start(t, mockapi.Options{}, mockapi.Run{ID: 5, Type: runType, Result: result})
					before, _ := api.Run(5)
					response := api.call(t, action.method, fmt.Sprintf(action.path, 5))
					after, kept := api.Run(5)

					switch {
					case !slices.Contains(action.types, runType):
						response.expect(t, 409, fmt.Sprintf(
							`{"detail":"Run 5 cannot be %s: not supported by Runs of type %s"}`, action.done, runType))
					case !slices.Contains(action.results, result):
						response.expect(t, 409, fmt.Sprintf(
							`{"detail":"Run 5 cannot be %s: its result is %s"}`, action.done, result))
					case action.name == "delete":
						response.expect(t, 204, "")
						equal(t, "kept", kept, false)
						return
					default:
						equal(t, "status", response.status, 200)
						return
					}
					equal(t, "Runs", len(api.Runs()), 1)
					equal(t, "Run", after, before)
				})
			}
		}
	}
}

func without(all []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == one })
}
