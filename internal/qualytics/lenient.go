// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"encoding/json"
	"math"
	"strconv"
)

// optional reads a field that may be null, missing or, on some deployments, of another JSON type.
// All of these read as nil: an unexpected field must not make its Run unreadable.
func optional[T any](field json.RawMessage) *T {
	var value *T
	if json.Unmarshal(field, &value) != nil {
		return nil
	}
	return value
}

// optionalInt reads a whole number, which some deployments write as a float such as 411.0. Anything
// else reads as nil.
func optionalInt(field json.RawMessage) *int64 {
	number := optional[json.Number](field)
	if number == nil || field[0] == '"' {
		return nil
	}
	if whole, err := number.Int64(); err == nil {
		return &whole
	}
	float, err := strconv.ParseFloat(number.String(), 64)
	if err != nil || float != math.Trunc(float) || math.Abs(float) > 1<<53 {
		return nil
	}
	whole := int64(float)
	return &whole
}

// optionalList reads a list, and omits entries that are not a T.
func optionalList[T any](field json.RawMessage) []T {
	entries := optional[[]json.RawMessage](field)
	if entries == nil {
		return nil
	}
	values := make([]T, 0, len(*entries))
	for _, entry := range *entries {
		if value := optional[T](entry); value != nil {
			values = append(values, *value)
		}
	}
	return values
}

// orZero returns the value of an optional field, or its zero value.
func orZero[T any](value *T) T {
	if value == nil {
		var zero T
		return zero
	}
	return *value
}
