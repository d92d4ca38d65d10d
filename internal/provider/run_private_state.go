// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// privateState is the provider's own data about the Runs of a resource. Terraform stores it with
// the state.
type privateState struct {
	// Awaited: the apply that started the Run ended before the Run did. The next apply continues
	// waiting.
	Awaited bool `json:"awaited,omitempty"`
	// Failed: the Run failed the apply that waited for it. The next apply starts another.
	Failed bool `json:"failed,omitempty"`
	// Deleted: the Run's record was deleted outside Terraform. The next apply starts another Run.
	Deleted bool `json:"lost,omitempty"`
	// Superseded are earlier Runs of the resource whose records are still to be deleted.
	Superseded []int64 `json:"superseded,omitempty"`
}

// privateStateKey and the JSON names are those of version 0.1.
const privateStateKey = "ledger"

// privateStorage is the framework's private state, whose type is internal.
type privateStorage interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

func loadPrivateState(ctx context.Context, storage privateStorage, diags *diag.Diagnostics) privateState {
	var private privateState
	data, loadDiags := storage.GetKey(ctx, privateStateKey)
	diags.Append(loadDiags...)
	if len(data) == 0 || loadDiags.HasError() {
		return private
	}
	if err := json.Unmarshal(data, &private); err != nil {
		diags.AddError("Unreadable private state", "The provider cannot read its private state: "+sentence(err.Error())+reportBug)
	}
	return private
}

func (p privateState) save(ctx context.Context, storage privateStorage) diag.Diagnostics {
	data, err := json.Marshal(p)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unwritable private state", sentence(err.Error())+reportBug)}
	}
	return storage.SetKey(ctx, privateStateKey, data)
}

const reportBug = " This is a bug in the provider. Please report it."
