// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// A fraction is reported as an error of the configuration, not as a bug of the provider.
func TestWholeNumbers(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	const want = "error at [a-z_]+.*: Invalid number: The value must be a whole number.$"
	expectDiagnostics(t, p.validateDataSource(t, "qualytics_operations", `{"limit": 1.5}`), want)
	expectDiagnostics(t, p.validateDataSource(t, "qualytics_operations", `{"datastore": [101, 1.5]}`), want)
	expectDiagnostics(t, p.validateList(t, `{"id": 1.5}`), want)
	resource, err := p.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: "qualytics_run_rerun", Config: jsonConfig(`{"run_id": 1.5}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	expectDiagnostics(t, resource.Diagnostics, want) // once, although the ExactlyOneOf validator fails, too
	actions, ok := p.server.(tfprotov6.ActionServer)
	if !ok {
		t.Fatal("the provider has no actions")
	}
	action, err := actions.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{
		ActionType: "qualytics_run_abort", Config: jsonConfig(`{"run_id": 1.5}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	expectDiagnostics(t, action.Diagnostics, want)
}
