// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"net/http"
	"strings"
)

// rejections collects what is invalid in a request, for a single response with status 422 in the
// format of the API's framework.
type rejections struct {
	errors []map[string]any
}

func (r *rejections) invalid() bool {
	return len(r.errors) > 0
}

func (r *rejections) unprocessable() response {
	return reply(http.StatusUnprocessableEntity, map[string]any{"detail": r.errors})
}

// add records what is wrong at a location, such as "query", "result", 0.
func (r *rejections) add(location []any, kind, message string, input any, context map[string]any) {
	entry := map[string]any{"type": kind, "loc": location, "msg": message, "input": input}
	if context != nil {
		entry["ctx"] = context
	}
	r.errors = append(r.errors, entry)
}

// unexpected records that the input at a location is not what is expected there.
func (r *rejections) unexpected(location []any, kind, expected string, input any, context map[string]any) {
	r.add(location, kind, "Input should be "+expected, input, context)
}

// noChoice records that the input at a location is none of the values.
func (r *rejections) noChoice(location []any, input any, values []string) {
	last := len(values) - 1
	expected := "'" + strings.Join(values[:last], "', '") + "' or '" + values[last] + "'"
	r.unexpected(location, "enum", expected, input, map[string]any{"expected": expected})
}
