// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// query reads the parameters of one request.
type query struct {
	rejections

	values url.Values
}

func parse(r *http.Request) *query {
	return &query{values: r.URL.Query()}
}

// reject records that the value at index of the named parameter is not valid. The index is -1 for a
// parameter that is not a list.
func (q *query) reject(name string, index int, kind, expected string, context map[string]any) {
	location, input := q.locate(name, index)
	q.unexpected(location, kind, expected, input, context)
}

func (q *query) rejectChoice(name string, index int, values []string) {
	location, input := q.locate(name, index)
	q.noChoice(location, input, values)
}

// locate returns where the value at index of the named parameter is, and the value.
func (q *query) locate(name string, index int) (location []any, input string) {
	location = []any{"query", name}
	if index >= 0 {
		return append(location, index), q.values[name][index]
	}
	input, _ = q.last(name)
	return location, input
}

// last returns the value of a parameter that is not a list. If there are several, the last one
// counts.
func (q *query) last(name string) (string, bool) {
	values := q.values[name]
	if len(values) == 0 {
		return "", false
	}
	return values[len(values)-1], true
}

func (q *query) integer(name string) (int64, bool) {
	value, ok := q.last(name)
	if !ok {
		return 0, false
	}
	return q.parseInteger(name, -1, value)
}

func (q *query) integers(name string) []int64 {
	var numbers []int64
	for index, value := range q.values[name] {
		if number, ok := q.parseInteger(name, index, value); ok {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

func (q *query) parseInteger(name string, index int, value string) (int64, bool) {
	number, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	if err != nil {
		q.reject(name, index, "int_parsing", "a valid integer, unable to parse string as an integer", nil)
	}
	return number, err == nil
}

// boundedInteger returns an integer from 1 to limit, or fallback if there is none.
func (q *query) boundedInteger(name string, limit, fallback int64) int64 {
	number, ok := q.integer(name)
	switch {
	case !ok:
		return fallback
	case number < 1:
		q.reject(name, -1, "greater_than_equal", "greater than or equal to 1", map[string]any{"ge": 1})
	case number > limit:
		q.reject(name, -1, "less_than_equal", fmt.Sprintf("less than or equal to %d", limit), map[string]any{"le": limit})
	}
	return number
}

// boolean accepts the values that the API's framework accepts.
func (q *query) boolean(name string) (value, ok bool) {
	given, ok := q.last(name)
	if !ok {
		return false, false
	}
	switch strings.ToLower(given) {
	case "true", "t", "yes", "y", "on", "1":
		return true, true
	case "false", "f", "no", "n", "off", "0":
		return false, true
	}
	q.reject(name, -1, "bool_parsing", "a valid boolean, unable to interpret input", nil)
	return false, false
}

// choice returns one of the values, or "" if there is none.
func (q *query) choice(name string, values ...string) string {
	value, ok := q.last(name)
	if ok && !slices.Contains(values, value) {
		q.rejectChoice(name, -1, values)
	}
	return value
}

func (q *query) choices(name string, values ...string) []string {
	for index, value := range q.values[name] {
		if !slices.Contains(values, value) {
			q.rejectChoice(name, index, values)
		}
	}
	return q.values[name]
}

// date returns a calendar date, or "" if there is none.
func (q *query) date(name string) string {
	value, ok := q.last(name)
	if !ok {
		return ""
	}
	if _, err := time.Parse(time.DateOnly, value); err != nil {
		reason := "input is not YYYY-MM-DD"
		if strings.Contains(err.Error(), "out of range") {
			reason = "day or month value is outside expected range"
		}
		q.reject(name, -1, "date_from_datetime_parsing", "a valid date or datetime, "+reason, map[string]any{"error": reason})
	}
	return value
}
