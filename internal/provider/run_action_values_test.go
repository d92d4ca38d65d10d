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
	const noRun = "error at run_id: Missing Configuration for Required Attribute"
	for name, test := range map[string]struct{ action, config, want string }{
		"misspelled result":    {"run_rerun", `{"run_id": 100, "fail_on": ["failed"]}`, "error at fail_on.*: Invalid Attribute Value Match"},
		"timeout without unit": {"run_rerun", `{"run_id": 100, "timeout": "90"}`, "error at timeout: Invalid duration"},
		"negative number":      {"run_rerun", `{"run_id": 100, "max_anomalies": -1}`, "error at max_anomalies: .*at least 0"},
		"fraction":             {"run_rerun", `{"run_id": 100.5}`, "error at run_id: Invalid number: The value must be a whole number."},
		"neither":              {"run_rerun", `{}`, `error: Missing Attribute Configuration: .*\[run_id,latest\]`},
		"run_id and latest": {
			"run_rerun", `{"run_id": 100, "latest": {"operation_type": "scan", "datastore": 102}}`, "error at run_id: Invalid Attribute Combination",
		},
		"nothing to resume": {"run_resume", `{"run_id": null}`, noRun},
		"nothing to abort":  {"run_abort", `{"run_id": null}`, noRun},
		"nothing to delete": {"run_delete", `{"run_id": null}`, noRun},
		"external scan":     {"run", `{"operation_type": "external_scan", "datastore": 101}`, "error at operation_type: Invalid operation_type"},
		"type that counts no anomalies": {
			"run", `{"operation_type": "profile", "datastore": 101, "max_anomalies": 0}`, "error at max_anomalies: Nothing to check",
		},
		"gate without waiting": {
			"run", `{"operation_type": "scan", "datastore": 101, "max_anomalies": 0, "wait_for_completion": false}`,
			"error at max_anomalies: Nothing to check",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			p := api.protocol(t)
			expectDiagnostics(t, p.planAction(t, "qualytics_"+test.action, test.config), test.want)
			_, diagnostics := p.invoke(t.Context(), t, "qualytics_"+test.action, test.config)
			expectDiagnostics(t, diagnostics, test.want)
			api.expectRequests(t)
		})
	}
}
