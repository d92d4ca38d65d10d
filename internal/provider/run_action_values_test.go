// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// Terraform validates an action before it knows the values of variables and resources, and not again.
// So the plan and the invocation reject what the validation would have rejected.
func TestRunActions_valuesKnownLate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ action, config, want string }{
		"misspelled result":     {"qualytics_run_rerun", `{"run_id": 100, "fail_on": ["failed"]}`, "error at fail_on.*: Invalid Attribute Value Match"},
		"timeout without unit":  {"qualytics_run_rerun", `{"run_id": 100, "timeout": "90"}`, "error at timeout: Invalid duration"},
		"negative number":       {"qualytics_run_rerun", `{"run_id": 100, "max_anomalies": -1}`, "error at max_anomalies: .*at least 0"},
		"fraction":              {"qualytics_run_rerun", `{"run_id": 100.5}`, "error at run_id: Invalid number: The value must be a whole number."},
		"run_id and latest":     {"qualytics_run_rerun", `{"run_id": 100, "latest": {"operation_type": "scan", "datastore": 102}}`, "error"},
		"neither":               {"qualytics_run_rerun", `{}`, `error: Missing Attribute Configuration: .*\[run_id,latest\]`},
		"nothing to resume":     {"qualytics_run_resume", `{"run_id": null}`, "error at run_id: Missing Configuration"},
		"nothing to abort":      {"qualytics_run_abort", `{"run_id": null}`, "error at run_id: Missing Configuration"},
		"nothing to delete":     {"qualytics_run_delete", `{"run_id": null}`, "error at run_id: Missing Configuration"},
		"external scan":         {"qualytics_run", `{"operation_type": "external_scan", "datastore": 101}`, "error at operation_type: Invalid operation_type"},
		"type without a number": {"qualytics_run", `{"operation_type": "profile", "datastore": 101, "max_anomalies": 0}`, "error at max_anomalies: Nothing"},
		"gate without waiting": {
			"qualytics_run", `{"operation_type": "scan", "datastore": 101, "max_anomalies": 0, "wait_for_completion": false}`,
			"error at max_anomalies: Nothing to check",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			p := api.protocol(t)
			expectDiagnostics(t, p.planAction(t, test.action, test.config), test.want)
			_, diagnostics := p.invoke(t.Context(), t, test.action, test.config)
			expectDiagnostics(t, diagnostics, test.want)
			api.expectRequests(t)
		})
	}
}
