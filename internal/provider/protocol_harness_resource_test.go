// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// managed is a resource whose state is passed from call to call, as Terraform does.
type managed struct {
	*protocol
	name    string
	schema  *tfprotov6.Schema
	state   *tfprotov6.DynamicValue
	private []byte
}

// manage returns a resource without a state.
func (p *protocol) manage(t *testing.T, name string) *managed {
	t.Helper()
	m := &managed{protocol: p, name: name, schema: p.schemas.ResourceSchemas[name]}
	m.state = m.pack(t, tftypes.NewValue(m.schema.ValueType(), nil))
	return m
}

// newRerun returns a server, and a resource without a state that can rerun its Run 100.
func newRerun(t *testing.T) (*api, *managed) {
	t.Helper()
	api := newAPI(t, mockapi.Options{})
	return api, api.protocol(t).manage(t, "qualytics_run_rerun")
}

func (m *managed) pack(t *testing.T, value tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	packed, err := tfprotov6.NewDynamicValue(m.schema.ValueType(), value)
	if err != nil {
		t.Fatal(err)
	}
	return &packed
}

func (m *managed) unpack(t *testing.T, value *tfprotov6.DynamicValue) tftypes.Value {
	t.Helper()
	unpacked, err := value.Unmarshal(m.schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	return unpacked
}

// values returns the attributes in the state.
func (m *managed) values(t *testing.T) map[string]any {
	t.Helper()
	values, _ := plain(t, m.state, m.schema.ValueType()).(map[string]any)
	return values
}

// proposed returns the configuration, with computed attributes from the state, or unknown without
// one.
func (m *managed) proposed(t *testing.T, config string) *tfprotov6.DynamicValue {
	t.Helper()
	value := m.unpack(t, jsonConfig(config))
	attributes, prior := must[map[string]tftypes.Value](value), map[string]tftypes.Value{}
	if state := m.unpack(t, m.state); !state.IsNull() {
		prior = must[map[string]tftypes.Value](state)
	}
	for _, attribute := range m.schema.Block.Attributes {
		if !attribute.Computed || !attributes[attribute.Name].IsNull() {
			continue
		}
		attributes[attribute.Name] = tftypes.NewValue(attribute.ValueType(), tftypes.UnknownValue)
		if kept, ok := prior[attribute.Name]; ok {
			attributes[attribute.Name] = kept
		}
	}
	return m.pack(t, tftypes.NewValue(value.Type(), attributes))
}

func (m *managed) plan(t *testing.T, config string) *tfprotov6.PlanResourceChangeResponse {
	t.Helper()
	return m.planWithin(t.Context(), t, config)
}

func (m *managed) planWithin(ctx context.Context, t *testing.T, config string) *tfprotov6.PlanResourceChangeResponse {
	t.Helper()
	planned, err := m.server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: m.name, PriorState: m.state, PriorPrivate: m.private, Config: jsonConfig(config), ProposedNewState: m.proposed(t, config),
	})
	if err != nil {
		t.Fatal(err)
	}
	return planned
}

// apply plans and applies a configuration, and returns the diagnostics of both.
func (m *managed) apply(t *testing.T, config string) []*tfprotov6.Diagnostic {
	t.Helper()
	return m.applyAfter(t.Context(), t, config, func() {})
}

// applyAfter is apply, but calls between after the plans.
func (m *managed) applyAfter(ctx context.Context, t *testing.T, config string, between func()) []*tfprotov6.Diagnostic {
	t.Helper()
	planned := m.planWithin(ctx, t, config)
	if failed(planned.Diagnostics) || m.unpack(t, planned.PlannedState).Equal(m.unpack(t, m.state)) { // Terraform applies no such plan
		return planned.Diagnostics
	}
	return append(planned.Diagnostics, m.applyFinal(ctx, t, config, planned, between)...)
}

// applyPlanned applies a saved plan.
func (m *managed) applyPlanned(t *testing.T, config string, planned *tfprotov6.PlanResourceChangeResponse) []*tfprotov6.Diagnostic {
	t.Helper()
	return m.applyFinal(t.Context(), t, config, planned, func() {})
}

// applyFinal applies a plan as Terraform does: it plans again with what is known by then, rejects a
// plan in which something has changed that was known, and applies the second plan after between.
func (m *managed) applyFinal(
	ctx context.Context, t *testing.T, config string, planned *tfprotov6.PlanResourceChangeResponse, between func(),
) []*tfprotov6.Diagnostic {
	t.Helper()
	final := m.planWithin(ctx, t, config)
	if failed(final.Diagnostics) {
		return final.Diagnostics
	}
	m.expectKept(t, planned.PlannedState, final.PlannedState)
	if m.unpack(t, final.PlannedState).Equal(m.unpack(t, m.state)) {
		return nil
	}
	between()
	applied, err := m.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: m.name, PriorState: m.state, Config: jsonConfig(config),
		PlannedState: final.PlannedState, PlannedPrivate: final.PlannedPrivate,
	})
	if err != nil {
		t.Fatal(err)
	}
	m.state, m.private = applied.NewState, applied.Private
	if !failed(applied.Diagnostics) {
		m.expectKept(t, final.PlannedState, m.state)
	}
	return applied.Diagnostics
}

// expectKept checks that a later plan or state has what the plan knew.
func (m *managed) expectKept(t *testing.T, planned, later *tfprotov6.DynamicValue) {
	t.Helper()
	was, is := must[map[string]tftypes.Value](m.unpack(t, planned)), must[map[string]tftypes.Value](m.unpack(t, later))
	for name, value := range was {
		if value.IsFullyKnown() && !value.Equal(is[name]) {
			t.Errorf("%s was planned as %s and is %s", name, value, is[name])
		}
	}
}

func (m *managed) destroy(t *testing.T) []*tfprotov6.Diagnostic {
	t.Helper()
	gone := m.pack(t, tftypes.NewValue(m.schema.ValueType(), nil))
	planned, err := m.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: m.name, PriorState: m.state, PriorPrivate: m.private, Config: gone, ProposedNewState: gone,
	})
	if err != nil {
		t.Fatal(err)
	}
	m.private = planned.PlannedPrivate
	return append(planned.Diagnostics, m.delete(t)...)
}

// delete is the apply of a planned destroy.
func (m *managed) delete(t *testing.T) []*tfprotov6.Diagnostic {
	t.Helper()
	gone := m.pack(t, tftypes.NewValue(m.schema.ValueType(), nil))
	applied, err := m.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: m.name, PriorState: m.state, PlannedState: gone, PlannedPrivate: m.private, Config: gone,
	})
	if err != nil {
		t.Fatal(err)
	}
	m.state, m.private = applied.NewState, applied.Private
	return applied.Diagnostics
}

func (m *managed) refresh(t *testing.T) []*tfprotov6.Diagnostic {
	t.Helper()
	read, err := m.server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: m.name, CurrentState: m.state, Private: m.private,
	})
	if err != nil {
		t.Fatal(err)
	}
	m.state, m.private = read.NewState, read.Private
	return read.Diagnostics
}

// expectNoChange checks that a new plan of the configuration is empty.
func (m *managed) expectNoChange(t *testing.T, config string) {
	t.Helper()
	expectDiagnostics(t, m.refresh(t))
	planned := m.plan(t, config)
	expectDiagnostics(t, planned.Diagnostics)
	if before, after := m.unpack(t, m.state), m.unpack(t, planned.PlannedState); !before.Equal(after) {
		t.Errorf("the plan is not empty:\nbefore %s\nafter  %s", before, after)
	}
}

func (p *protocol) validateResource(t *testing.T, name, config string) []*tfprotov6.Diagnostic {
	t.Helper()
	return p.validateResourceValue(t, name, jsonConfig(config))
}

func (p *protocol) validateResourceValue(t *testing.T, name string, config *tfprotov6.DynamicValue) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := p.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: name, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}
