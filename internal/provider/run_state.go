// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// privateState is what the provider remembers of a resource beside its attributes. Terraform drops
// it when a tainted resource is replaced, and does not restore it if the replacement fails. So
// nothing in it may open a gate by its absence, or own a record: without it, the Run is judged by
// what the state shows.
//
//	          set by                                cleared by               leads to
//	Awaited   the start of a Run to wait for        its end, or a refresh    waiting in the next apply
//	Imported  an import                             the next apply           adopting the configuration
//	Unjudged  the apply after an import             the next Run             not judging the Run
//	Deleted   a refresh or wait without a record    a refresh that has one   another Run, or keeping the state
//	Ended     the end of a Run that shows none      the next Run             not waiting for it again
type privateState struct {
	Awaited  bool `json:"awaited,omitempty"`
	Imported bool `json:"imported,omitempty"`
	Unjudged bool `json:"accepted,omitempty"` // the name of an earlier version
	Deleted  bool `json:"lost,omitempty"`     // the name of version 0.1
	Ended    bool `json:"ended,omitempty"`    // with an end time, but an active result

	// Resumed is the Run as it was before it was resumed. Polls that still show it do not count.
	Resumed *previousRun `json:"resumed,omitempty"`

	// TokenID identifies the token that started the Run; empty if this resource has not started it.
	// User is who triggers the Runs that are started with it; empty if unknown.
	User    string `json:"user,omitempty"`
	TokenID string `json:"token,omitempty"`

	// Superseded is where versions 0.1 and 0.2 kept what is now the attribute superseded_runs.
	Superseded []int64 `json:"superseded,omitempty"`
}

// previousRun tells whether a Run has continued since it was resumed.
type previousRun struct {
	Result    qualytics.Result    `json:"result"`
	StartTime qualytics.Timestamp `json:"start_time"`
	EndTime   qualytics.Timestamp `json:"end_time"`
}

// shows reports whether a poll still shows the Run as it was before it was resumed, or as aborted for
// that. It is false for nil, which stands for a Run that was not resumed.
func (p *previousRun) shows(run *qualytics.Operation) bool {
	if p == nil {
		return false
	}
	before := qualytics.Operation{Result: p.Result, StartTime: p.StartTime, EndTime: p.EndTime}
	return (before.Finished() || run.Result == qualytics.ResultAborted) && !run.ContinuedSince(&before)
}

// knownUser returns who triggers the Runs of this resource, if they were started with this token.
func (p *privateState) knownUser(tokenID string) string {
	if p.TokenID != tokenID {
		return ""
	}
	return p.User
}

// privateStateKey is the name of version 0.1.
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

func (p *privateState) save(ctx context.Context, storage privateStorage) diag.Diagnostics {
	data, err := json.Marshal(p)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unwritable private state", sentence(err.Error())+reportBug)}
	}
	return storage.SetKey(ctx, privateStateKey, data)
}

// resourceState is the state of one resource during a call, and where to save it.
type resourceState struct {
	model       resourceModel
	private     *privateState
	state       *tfsdk.State
	identity    *tfsdk.ResourceIdentity // nil for resources without one
	storage     privateStorage
	diagnostics *diag.Diagnostics
}

// hold saves a Run in the state, so that Terraform keeps it even if the call fails later.
func (s resourceState) hold(ctx context.Context, run *qualytics.Operation) {
	s.model.shared().Run = newHeldRun(run)
	s.save(ctx)
}

// save saves the model, the identity and the private state.
func (s resourceState) save(ctx context.Context) {
	raw, diags := store(ctx, s.state.Schema, s.model)
	s.diagnostics.Append(diags...)
	if diags.HasError() {
		return
	}
	s.state.Raw = raw
	if s.identity != nil {
		s.diagnostics.Append(s.identity.SetAttribute(ctx, path.Root("id"), s.model.shared().Run.id())...)
	}
	s.diagnostics.Append(s.private.save(ctx, s.storage)...)
}

// learnUser remembers who triggered a Run. Only a Run that this resource has started tells: an
// imported one may be somebody else's.
func (p *privateState) learnUser(run *qualytics.Operation) {
	if p.TokenID != "" && run.TriggeredBy != nil {
		p.User = *run.TriggeredBy
	}
}
