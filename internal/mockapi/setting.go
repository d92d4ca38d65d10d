// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// setting checks the value of a setting, and records at its location what is not valid. None may be
// null: whoever does not set it leaves it out.
type setting func(r *rejections, location []any, value any)

var (
	boolean = typed[bool]("bool_type", "a valid boolean")
	word    = typed[string]("string_type", "a valid string")
	number  = typed[json.Number]("float_type", "a valid number")
	words   = listOf(word)
)

// typed accepts the values of a JSON type.
func typed[T any](kind, expected string) setting {
	return func(r *rejections, location []any, value any) {
		if _, ok := value.(T); !ok {
			r.unexpected(location, kind, expected, value, nil)
		}
	}
}

func integer(r *rejections, location []any, value any) {
	given, ok := value.(json.Number)
	if !ok {
		r.unexpected(location, "int_type", "a valid integer", value, nil)
		return
	}
	if _, err := strconv.ParseInt(given.String(), 10, 64); err != nil {
		r.unexpected(location, "int_from_float", "a valid integer, got a number with a fractional part", value, nil)
	}
}

func moment(r *rejections, location []any, value any) {
	given, ok := value.(string)
	if !ok {
		r.unexpected(location, "datetime_type", "a valid datetime", value, nil)
		return
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if _, err := time.Parse(layout, given); err == nil {
			return
		}
	}
	const reason = "invalid datetime or date"
	r.unexpected(location, "datetime_from_date_parsing", "a valid datetime or date, "+reason, value, map[string]any{"error": reason})
}

// oneOf accepts these strings.
func oneOf(values ...string) setting {
	return func(r *rejections, location []any, value any) {
		if given, ok := value.(string); !ok || !slices.Contains(values, given) {
			r.noChoice(location, value, values)
		}
	}
}

// listOf accepts a list of valid items.
func listOf(item setting) setting {
	return func(r *rejections, location []any, value any) {
		items, ok := value.([]any)
		if !ok {
			r.unexpected(location, "list_type", "a valid list", value, nil)
		}
		for i, one := range items {
			item(r, append(slices.Clone(location), i), one)
		}
	}
}
