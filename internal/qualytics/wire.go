// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// The types of the fields of a response. None of them fails: a field that is null, missing or of
// another JSON type on some deployment has no value, and costs neither its Run nor its list.

// text is a JSON string.
type text[S ~string] struct {
	value S
	known bool
}

// UnmarshalJSON implements json.Unmarshaler. It never fails, like those below.
func (t *text[S]) UnmarshalJSON(data []byte) error {
	if data[0] != '"' {
		return nil
	}
	t.known = true
	if raw := data[1 : len(data)-1]; bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		t.value = S(raw)
		return nil
	}
	return json.Unmarshal(data, &t.value)
}

func (t text[S]) pointer() *S {
	if !t.known {
		return nil
	}
	return &t.value
}

// integer is a whole number, which some deployments write as a float such as 411.0.
type integer struct {
	value int64
	known bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (i *integer) UnmarshalJSON(data []byte) error {
	value, err := strconv.ParseInt(string(data), 10, 64)
	if err == nil {
		i.value, i.known = value, true
		return nil
	}
	float, err := strconv.ParseFloat(string(data), 64)
	if err == nil && float == math.Trunc(float) && math.Abs(float) <= 1<<53 {
		i.value, i.known = int64(float), true
	}
	return nil
}

func (i integer) pointer() *int64 {
	if !i.known {
		return nil
	}
	return &i.value
}

// object is a JSON object that reads as a T, whose own fields never fail.
type object[T any] struct{ value *T }

// UnmarshalJSON implements json.Unmarshaler.
func (o *object[T]) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		return nil
	}
	o.value = new(T)
	return json.Unmarshal(data, o.value)
}

// list is a JSON list of objects. Other entries are left out.
type list[T any] struct {
	entries []*T
	known   bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *list[T]) UnmarshalJSON(data []byte) error {
	if data[0] != '[' {
		return nil
	}
	l.known = true
	if json.Unmarshal(data, &l.entries) != nil { // an entry is not an object
		var entries []object[T]
		_ = json.Unmarshal(data, &entries) // which never fails
		l.entries = nil
		for _, entry := range entries {
			l.entries = append(l.entries, entry.value)
		}
	}
	l.entries = slices.DeleteFunc(l.entries, func(entry *T) bool { return entry == nil })
	return nil
}

// optional reads a JSON value of any type as a T. It is nil for null and for another type.
func optional[T any](field json.RawMessage) *T {
	var value *T
	if json.Unmarshal(field, &value) != nil {
		return nil
	}
	return value
}

// orZero returns the value of an optional field, or its zero value.
func orZero[T any](value *T) T {
	if value == nil {
		var zero T
		return zero
	}
	return *value
}
