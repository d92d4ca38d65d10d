// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"math/big"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// resourceModel is the model of a resource that starts a Run and holds it. All such resources live
// the same life (run_lifecycle.go). The model says what is its own. state is the model of the prior
// state; nil in a create.
type resourceModel interface {
	// shared returns the attributes that all of these resources have.
	shared() *runModel
	// held returns the Run in the state, as far as it is known.
	held() *qualytics.Operation
	// action is what the resource does.
	action() qualytics.Action
	// wait returns the arguments of the gate, and gate the gate.
	wait() waitModel
	gate() gate
	// startsAnother reports whether the configuration requires another Run than the one in the state,
	// apart from triggers.
	startsAnother(state resourceModel) bool
	// starter returns what starts the Run. tokenID identifies the token in use.
	starter(state resourceModel, private privateState, tokenID string) starter
	// cleanUp returns the arguments about the records that the resource owns; nil: it owns none.
	cleanUp() *cleanUpModel
	// next says what happens next with a Run that failed the apply, and with one that is still active.
	next(run *qualytics.Operation, creates bool) (failed, unfinished string)

	// run_id is computed if latest selects the Run. planned is called with the Run that the plan has
	// found (nil: unknown), started with the id of the Run that was rerun, and keep if the held Run is
	// kept. named returns the id of the Run that the configuration names; 0: none.
	planned(source *qualytics.Operation, state resourceModel)
	started(source int64)
	keep(state resourceModel)
	named() int64
}

// runModel is embedded in the models of all resources that hold a Run.
type runModel struct {
	Run      heldRun        `tfsdk:"-"`
	Triggers types.Map      `tfsdk:"triggers"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

func (m *runModel) shared() *runModel { return m }

func (m *runModel) held() *qualytics.Operation { return m.Run.operation() }

// Most resources own no records, and name the Run to act on.
func (m *runModel) cleanUp() *cleanUpModel                      { return nil }
func (m *runModel) planned(*qualytics.Operation, resourceModel) {}
func (m *runModel) started(int64)                               {}
func (m *runModel) keep(resourceModel)                          {}
func (m *runModel) named() int64                                { return 0 }

// schemaOf is the schema of a plan, a state or a configuration, whose type is internal.
type schemaOf interface{ Type() attr.Type }

// load reads a plan, a state or a configuration into a model: the Run as it is, everything else by
// the framework's reflection.
func load(ctx context.Context, raw tftypes.Value, schema schemaOf, model resourceModel) diag.Diagnostics {
	arguments, held := maps.Clone(read[map[string]tftypes.Value](raw)), heldRun{} // As shares its map
	typ := argumentsType(schema)
	for name := range heldObject.typ.AttributeTypes {
		if _, isArgument := typ.AttrTypes[name]; !isArgument {
			held[name] = arguments[name]
			delete(arguments, name)
		}
	}
	object, err := typ.ValueFromTerraform(ctx, tftypes.NewValue(typ.TerraformType(ctx), arguments))
	if err != nil {
		return unreadable(err)
	}
	diags := typed[types.Object](object).As(ctx, model, basetypes.ObjectAsOptions{}) // replaces the whole model
	model.shared().Run = held
	return diags
}

// store is the inverse of load.
func store(ctx context.Context, schema schemaOf, model resourceModel) (tftypes.Value, diag.Diagnostics) {
	typ := argumentsType(schema)
	object, diags := types.ObjectValueFrom(ctx, typ.AttrTypes, model)
	if diags.HasError() {
		return tftypes.Value{}, diags
	}
	arguments, err := object.ToTerraformValue(ctx)
	if err != nil {
		return tftypes.Value{}, unreadable(err)
	}
	values := maps.Clone(read[map[string]tftypes.Value](arguments))
	for name, value := range model.shared().Run {
		if _, isArgument := typ.AttrTypes[name]; !isArgument {
			values[name] = value
		}
	}
	return tftypes.NewValue(schema.Type().TerraformType(ctx), values), diags
}

// argumentsType is the type of a resource without the attributes of its Run. An attribute of the same
// name but of another type is an argument.
func argumentsType(schema schemaOf) types.ObjectType {
	arguments := maps.Clone(typed[attr.TypeWithAttributeTypes](schema.Type()).AttributeTypes())
	maps.DeleteFunc(arguments, func(name string, typ attr.Type) bool {
		held, ok := heldObject.typ.AttributeTypes[name]
		return ok && typ.TerraformType(context.Background()).Equal(held)
	})
	return types.ObjectType{AttrTypes: arguments}
}

func unreadable(err error) diag.Diagnostics {
	return diag.Diagnostics{diag.NewErrorDiagnostic("Unexpected attributes", sentence(err.Error())+reportBug)}
}

const (
	defaultWaitTimeout   = 60 * time.Minute
	defaultDeleteTimeout = 10 * time.Minute
)

// runAttributes returns the attributes of a resource that holds a Run: those of the Run, those that
// all such resources have, and its own.
func runAttributes(
	ctx context.Context, action qualytics.Action, timeoutOpts timeouts.Opts, own ...map[string]schema.Attribute,
) map[string]schema.Attribute {
	attributes := resourceAttributes(heldObject.attributes())
	attributes["triggers"] = schema.MapAttribute{
		Optional:    true,
		ElementType: types.StringType,
		MarkdownDescription: "Arbitrary map of values. When any value changes, the Run is " + words[action].participle +
			" again. An empty map is the same as omitting it.",
	}
	attributes["timeouts"] = timeoutsAttribute(ctx, timeoutOpts)
	for _, attributesOfOne := range own {
		maps.Copy(attributes, attributesOfOne)
	}
	return attributes
}

// timeoutsAttribute returns the standard timeouts attribute. Each timeout must be greater than
// zero.
func timeoutsAttribute(ctx context.Context, opts timeouts.Opts) schema.Attribute {
	attribute := typed[schema.SingleNestedAttribute](timeouts.Attributes(ctx, opts))
	attribute.MarkdownDescription = "How long each operation may take."
	attribute.Validators = []validator.Object{setsTimeout{}}
	for name, nested := range attribute.Attributes {
		timeout := typed[schema.StringAttribute](nested)
		timeout.Validators = []validator.String{positiveDuration{}} // its error names the attribute
		attribute.Attributes[name] = timeout
	}
	return attribute
}

// heldRun is the Run that a resource holds: the values of heldObject in a plan or a state.
type heldRun map[string]tftypes.Value

func newHeldRun(run *qualytics.Operation) heldRun { return heldObject.values(run, every) }

// unknownRun is a Run that is not started yet.
func unknownRun() heldRun {
	unknown := heldRun{}
	for name, typ := range heldObject.typ.AttributeTypes {
		unknown[name] = tftypes.NewValue(typ, tftypes.UnknownValue)
	}
	return unknown
}

// followed returns the plan of a Run that is waited for. Only its id is sure to stay: the API may
// change anything else meanwhile, such as the name of a type, a datastore or a user.
func (h heldRun) followed() heldRun {
	followed := unknownRun()
	followed["id"] = h["id"]
	return followed
}

// operation returns the Run, as far as it decides what to do: its identity, its result, and what
// the gate and the diagnostics need. Unknown values count as missing.
func (h heldRun) operation() *qualytics.Operation {
	run := &qualytics.Operation{
		ID:        h.id(),
		Type:      qualytics.OperationType(h.text("type")),
		Result:    qualytics.Result(h.text("result")),
		Created:   qualytics.Timestamp(h.text("created")),
		StartTime: qualytics.Timestamp(h.text("start_time")),
		EndTime:   qualytics.Timestamp(h.text("end_time")),
		Status:    h.counters(),
	}
	if url := h.text("url"); url != "" {
		run.URL = &url
	}
	if datastore := heldRun(read[map[string]tftypes.Value](h["datastore"])); datastore != nil {
		run.Datastore = &qualytics.Datastore{}
		if id := datastore.id(); id != 0 {
			run.Datastore.ID = &id
		}
		if name := datastore.text("name"); name != "" {
			run.Datastore.Name = &name
		}
	}
	return run
}

func (h heldRun) id() int64 {
	number := read[big.Float](h["id"])
	id, _ := number.Int64()
	return id
}

func (h heldRun) text(name string) string { return read[string](h[name]) }

func (h heldRun) counters() qualytics.Counters {
	counters := qualytics.Counters{}
	for name, value := range read[map[string]tftypes.Value](h["status"]) {
		counters[name] = nil
		if value.IsKnown() && !value.IsNull() {
			counters[name] = new(read[big.Float](value))
		}
	}
	return counters
}

// read returns the Go value of a tftypes value, or the zero value if it is null, unknown or
// missing.
func read[T any](value tftypes.Value) T {
	var into T
	if value.Type() == nil || value.IsNull() || !value.IsKnown() || value.As(&into) != nil {
		var zero T
		return zero
	}
	return into
}
