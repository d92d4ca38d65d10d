// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"reflect"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A refresh keeps a resumed or aborted Run whose record was deleted, and what is known about a Run
// that cannot be read. Either way, it sends one request.
func TestRunRefresh_unread(t *testing.T) {
	t.Parallel()
	const (
		poll90  = "/api/operations/90"
		missing = `{"detail": "Run 90 does not exist"}`
	)
	refused, unknown := mockapi.Fault{Status: 401}, mockapi.Fault{Status: 404, Body: missing}
	for name, test := range map[string]struct {
		resource, result, path string
		fault                  mockapi.Fault
		want                   []string
	}{
		"resumed, unknown to a replica": {"qualytics_run_resume", "failure", poll90, unknown, nil},
		"resumed, refused":              {"qualytics_run_resume", "failure", poll90, refused, []string{"error: Cannot read Run 90: "}},
		"aborted, unknown to a replica": {"qualytics_run_abort", "running", poll90, unknown, nil},
		"aborted, refused":              {"qualytics_run_abort", "running", poll90, refused, []string{"error: Cannot read Run 90: "}},
		"rerun, refused":                {"qualytics_run_rerun", "success", poll101, refused, []string{"error: Cannot read Run 101: "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Seed(scan(90, test.result))
			resource := api.protocol(t).manage(t, test.resource)
			expectDiagnostics(t, resource.apply(t, `{"run_id": 90}`))
			before, private := resource.values(t), string(resource.private)
			api.ResetRequests()
			test.fault.Method, test.fault.Path = "GET", test.path
			api.Inject(test.fault)
			expectDiagnostics(t, resource.refresh(t), test.want...)
			if after := resource.values(t); !reflect.DeepEqual(before, after) {
				t.Errorf("the state has changed:\n got %v\nwant %v", after, before)
			}
			requests := []string{"GET " + test.path}
			if test.fault.Status == 404 {
				requests = append(requests, "GET /api/operations?id=90&page=1&size=1") // the list has it
			}
			if string(resource.private) != private {
				t.Errorf("the private state has changed: got %s, want %s", resource.private, private)
			}
			api.expectRequests(t, requests...)
		})
	}
}
