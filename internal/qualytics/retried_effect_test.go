// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"net/http"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const deletePath, abortPath = "/api/operations/100", "/api/operations/abort/100"

// A retried delete succeeds on a 404 if an earlier attempt may have deleted the record.
func TestDeleteRetryGets404(t *testing.T) {
	later := http.Header{"Retry-After": {"0"}}
	for name, test := range map[string]struct {
		exists bool
		fault  mockapi.Fault
		kind   Kind
	}{
		"the first response was lost":  {true, mockapi.Fault{Close: true, AfterEffect: true}, KindUnknown},
		"the first response was a 502": {true, mockapi.Fault{Status: 502, AfterEffect: true}, KindUnknown},
		"no such Run":                  {false, mockapi.Fault{Skip: 9}, KindNotFound},
		"no such Run, after a 429":     {false, mockapi.Fault{Status: 429}, KindNotFound},
		"no such Run, after a 503":     {false, mockapi.Fault{Status: 503, Header: later}, KindNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			service := serve(t, mockapi.Options{}, nil)
			if test.exists {
				service.Seed(scan(100, "success"))
			}
			test.fault.Method, test.fault.Path = http.MethodDelete, deletePath
			service.Inject(test.fault)
			err := service.client.Delete(t.Context(), 100)
			equal(t, "kind", KindOf(err), test.kind)
			equal(t, "failed", err != nil, test.kind != KindUnknown)
			equal(t, "Runs", service.ids(), []int64{})
		})
	}
}

// A retried abort succeeds on a 409 if an earlier attempt has aborted the Run.
func TestAbortRetryGets409(t *testing.T) {
	for name, test := range map[string]struct {
		result string // of the Run before the abort
		ends   string // its result when the first response is lost; "": the abort's
		fault  mockapi.Fault
		kind   Kind
	}{
		"the first response was lost":   {"running", "", mockapi.Fault{Close: true, AfterEffect: true}, KindUnknown},
		"finished meanwhile":            {"running", "success", mockapi.Fault{Close: true}, KindConflict},
		"finished long ago":             {"success", "", mockapi.Fault{Skip: 9}, KindConflict},
		"aborted long ago":              {"aborted", "", mockapi.Fault{Skip: 9}, KindConflict},
		"aborted long ago, after a 429": {"aborted", "", mockapi.Fault{Status: 429}, KindConflict},
	} {
		t.Run(name, func(t *testing.T) {
			service := serve(t, mockapi.Options{}, []mockapi.Run{scan(100, test.result)})
			test.fault.Path = abortPath
			if test.ends != "" {
				test.fault.Hook = func() { service.Finish(100, test.ends, "") }
			}
			service.Inject(test.fault)
			run, err := service.client.Abort(t.Context(), 100)
			if test.kind != KindUnknown {
				equal(t, "kind", failure(t, err).Kind, test.kind)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "result", run.Result, ResultAborted)
		})
	}
}
