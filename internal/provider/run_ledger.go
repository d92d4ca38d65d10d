// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// ledger is what a resource has to remember of its Runs that is nobody else's business. It is kept in
// the resource's private state.
type ledger struct {
	// Awaited: the apply that asked for the Run ended before the Run did. The next one goes on waiting.
	Awaited bool `json:"awaited,omitempty"`
	// Failed: the Run failed the apply that waited for it. The next one asks for another.
	Failed bool `json:"failed,omitempty"`
	// Lost: the Run's record was deleted outside Terraform. The next apply asks for another.
	Lost bool `json:"lost,omitempty"`
	// Superseded are earlier Runs of the resource whose records are yet to be deleted.
	Superseded []int64 `json:"superseded,omitempty"`
}

const ledgerKey = "ledger"

// privateState is the framework's private state, whose type has no name outside of it.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func loadLedger(ctx context.Context, private privateState) (ledger, diag.Diagnostics) {
	var kept ledger
	data, diags := private.GetKey(ctx, ledgerKey)
	if len(data) == 0 || diags.HasError() {
		return kept, diags
	}
	if err := json.Unmarshal(data, &kept); err != nil {
		diags.AddError("Unreadable private state", "The provider cannot read what it has noted about the resource's Runs: "+err.Error()+". This is a bug in the provider; please report it.")
	}
	return kept, diags
}

func (l ledger) save(ctx context.Context, private privateState) diag.Diagnostics {
	data, err := json.Marshal(l)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unwritable private state", err.Error())}
	}
	return private.SetKey(ctx, ledgerKey, data)
}
