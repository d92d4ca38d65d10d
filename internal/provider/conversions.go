// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// goStrings returns the elements of a list of strings.
func goStrings[S ~string](list types.List) []S {
	values := make([]S, 0, len(list.Elements()))
	for _, element := range list.Elements() {
		values = append(values, S(typed[types.String](element).ValueString()))
	}
	return values
}

// plainStrings converts words of the API to strings for the validators.
func plainStrings[S ~string](words []S) []string {
	plain := make([]string, 0, len(words))
	for _, word := range words {
		plain = append(plain, string(word))
	}
	return plain
}

// goIDs returns the elements of a list of ids. It reports invalid ids.
func goIDs(diags *diag.Diagnostics, object string, list types.List) []int64 {
	values := make([]int64, 0, len(list.Elements()))
	for i, element := range list.Elements() {
		id := typed[types.Int64](element)
		expectID(diags, path.Root(object).AtListIndex(i), object, id)
		values = append(values, id.ValueInt64())
	}
	return values
}

// goTime parses a time that pointInTime has validated. It returns nil if none is set.
func goTime(value types.String) *time.Time {
	parsed, err := time.Parse(time.RFC3339, value.ValueString())
	if err != nil {
		return nil
	}
	return &parsed
}

func stringValues(words []string) []attr.Value {
	values := make([]attr.Value, 0, len(words))
	for _, word := range words {
		values = append(values, types.StringValue(word))
	}
	return values
}

// trueIfNull returns the value of an argument that defaults to true.
func trueIfNull(value types.Bool) bool { return value.IsNull() || value.ValueBool() }

// durationOr parses a duration that positiveDuration has validated, or returns the fallback.
func durationOr(value types.String, fallback time.Duration) time.Duration {
	duration, err := time.ParseDuration(value.ValueString())
	if err != nil {
		return fallback
	}
	return duration
}

func int64Or(value types.Int64, fallback int64) int64 {
	if value.IsNull() {
		return fallback
	}
	return value.ValueInt64()
}

// typed asserts the type of a value, which a schema or the framework guarantees. It panics with
// both types if they differ, which is a bug in the provider.
func typed[T any](value any) T {
	fixed, ok := value.(T)
	if !ok {
		panic(fmt.Sprintf("got a value of type %T, want %T", value, fixed))
	}
	return fixed
}
