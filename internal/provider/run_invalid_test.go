// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// An invalid argument is an error on its attribute during the validation, of the resource and of the
// action of the same name.
func TestRuns_invalid(t *testing.T) {
	t.Parallel()
	const (
		rerun, resume, abort, start = "qualytics_run_rerun", "qualytics_run_resume", "qualytics_run_abort", "qualytics_run"
		noID                        = "error at run_id: Invalid run_id: .*whole number of 1 or more, not -1\\."
		noCount                     = "error at max_anomalies: Nothing to check max_anomalies: A Run of type `profile` does not count anomalies"
		noMatch                     = "Invalid Attribute Value Match"
		noWait                      = "error at max_anomalies: Nothing to check max_anomalies: max_anomalies is checked when the Run has ended"
	)
	p := newProtocol(t)
	for _, test := range []struct{ name, config, want string }{
		{rerun, `{"run_id": -1}`, noID},
		{resume, `{"run_id": -1}`, noID},
		{abort, `{"run_id": -1}`, noID},
		{resume, `{"run_id": 90, "fail_on": ["success"]}`, `error at fail_on.*: .*one of: \["failure" "aborted"\], got: "success"`},
		{resume, `{"run_id": 90, "fail_on": ["failure", "failure"]}`, "error at fail_on: .*duplicate"},
		{resume, `{"run_id": 90, "fail_on": [null]}`, "error at fail_on.*: Null List Value"},
		{rerun, `{"run_id": 1, "max_anomalies": -1}`, "error at max_anomalies: .*at least 0"},
		{rerun, `{"run_id": 1, "max_anomalies": 0, "wait_for_completion": false}`, noWait},
		{resume, `{"run_id": 1, "max_anomalies": 0, "wait_for_completion": false}`, noWait},

		{rerun, `{}`, `error: Missing Attribute Configuration: .*\[run_id,latest\]`},
		{rerun, `{"run_id": 1, "latest": {"operation_type": "scan", "datastore": 101}}`, "error at run_id: Invalid Attribute Combination"},
		{rerun, `{"latest": {"operation_type": "external_scan", "datastore": 101}}`, "error at latest.*operation_type.*: " + noMatch},
		{rerun, `{"latest": {"operation_type": "scan", "datastore": -1}}`, `error at latest.*: Invalid latest.datastore: .* not -1\.`},
		{rerun, `{"latest": {"operation_type": "scan", "datastore": 101, "result": []}}`, "error at latest.*result.*: .*at least 1"},
		{rerun, `{"latest": {"operation_type": "scan", "datastore": 101, "result": ["done"]}}`, "error at latest.*result.*: " + noMatch},
		{rerun, `{"latest": {"operation_type": "profile", "datastore": 101}, "max_anomalies": 0}`, noCount},
		{rerun, `{"latest": {"operation_type": "catalog", "datastore": 101}}`, ""},
		{rerun, `{"latest": {"operation_type": "scan", "datastore": 0}, "max_anomalies": 1}`, ""},
		{rerun, `{"run_id": 0}`, ""},

		{start, `{"operation_type": "external_scan", "datastore": 101}`, "error at operation_type: Invalid operation_type: An external_scan"},
		{start, `{"operation_type": "", "datastore": 101}`, "error at operation_type: Invalid operation_type: "},
		{start, `{"operation_type": "scan", "datastore": -1}`, "error at datastore: Invalid datastore: "},
		{start, `{"operation_type": "export", "datastore": 101, "max_anomalies": 0}`, "error at max_anomalies: Nothing to check max_anomalies"},
		{start, startConfig(t, `{"type": "scan"}`, ""), "error at settings: .*contain type. Set operation_type"},
		{start, startConfig(t, `{"datastore_id": 101}`, ""), "error at settings: .*contain datastore_id. Set datastore"},
		{start, startConfig(t, `["scan"]`, ""), "error at settings: Invalid settings: settings must be an object"},
		{start, startConfig(t, `"{}"`, ""), "error at settings: Invalid settings: .*use jsondecode"},
	} {
		for _, diagnostics := range [][]*tfprotov6.Diagnostic{
			p.validateResource(t, test.name, test.config), p.validateAction(t, test.name, test.config),
		} {
			expectDiagnostics(t, diagnostics, ifAny(test.want)...)
		}
	}

	expectDiagnostics(t, p.validateAction(t, "qualytics_run_delete", `{"run_id": -1}`), noID)
	const inTimeouts, noDuration = "error at timeouts.*: ", "Invalid duration: .* must be a duration greater than zero with a unit, .*not "
	for name, timeouts := range map[string]string{rerun: "create, delete, update", resume: "create, update", abort: "create, update"} {
		expectDiagnostics(t, p.validateAction(t, name, `{"run_id": 90, "timeout": "-1m"}`), `error at timeout: `+noDuration+`"-1m"`)
		expectDiagnostics(t, p.validateResource(t, name, `{"run_id": 90, "timeouts": {"create": "30"}}`), inTimeouts+noDuration+`"30"`)
		expectDiagnostics(t, p.validateResource(t, name, `{"run_id": 90, "timeouts": {"update": "0s"}}`), inTimeouts+noDuration+`"0s"`)
		expectDiagnostics(t, p.validateResource(t, name, `{"run_id": 90, "timeouts": {"create": "1m"}}`))
		expectDiagnostics(t, p.validateResource(t, name, `{"run_id": 90, "timeouts": {}}`), // its only name may be misspelled
			"warning at timeouts: No timeout set: timeouts sets none of "+timeouts+", so the defaults apply. .*check the spelling.$")
	}
}

// A fraction is reported once, as an error of the configuration and not as a bug of the provider.
func TestWholeNumbers(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	for _, diagnostics := range [][]*tfprotov6.Diagnostic{
		p.validateDataSource(t, "qualytics_operations", `{"limit": 1.5}`),
		p.validateDataSource(t, "qualytics_operations", `{"datastore": [101, 1.5]}`),
		p.validateList(t, `{"id": 1.5}`),
		p.validateResource(t, "qualytics_run_rerun", `{"run_id": 1.5}`), // although the ExactlyOneOf validator fails, too
		p.validateAction(t, "qualytics_run_abort", `{"run_id": 1.5}`),
	} {
		expectDiagnostics(t, diagnostics, "error at [a-z_]+.*: Invalid number: The value must be a whole number.$")
	}
}
