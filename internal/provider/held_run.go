// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

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
		ID:          *orZero(h.wholeNumber("id")),
		Type:        qualytics.OperationType(h.text("type")),
		Result:      qualytics.Result(h.text("result")),
		Created:     qualytics.Timestamp(h.text("created")),
		StartTime:   qualytics.Timestamp(h.text("start_time")),
		EndTime:     qualytics.Timestamp(h.text("end_time")),
		TriggeredBy: new(h.text("triggered_by")),
		Status:      h.counters(),
	}
	if url := h.text("url"); url != "" {
		run.URL = &url
	}
	if datastore := heldRun(read[map[string]tftypes.Value](h["datastore"])); datastore != nil {
		run.Datastore = &qualytics.Datastore{ID: datastore.wholeNumber("id")}
		if name := datastore.text("name"); name != "" {
			run.Datastore.Name = &name
		}
	}
	return run
}

func (h heldRun) id() int64 { return *orZero(h.wholeNumber("id")) }

func (h heldRun) text(name string) string { return read[string](h[name]) }

func (h heldRun) wholeNumber(name string) *int64 {
	if h[name].IsNull() || !h[name].IsKnown() {
		return nil
	}
	number := read[big.Float](h[name])
	whole, _ := number.Int64()
	return &whole
}

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

func orZero(value *int64) *int64 {
	if value == nil {
		return new(int64)
	}
	return value
}
