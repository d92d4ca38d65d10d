// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Only the attributes in fields are set. ids and total are still complete.
func TestOperations_fields(t *testing.T) {
	t.Parallel()
	p := newHistory(t).protocol(t)
	read := func(config string) (map[string]any, []any) {
		expectDiagnostics(t, p.validateDataSource(t, "qualytics_operations", config))
		state, diagnostics := p.read(t, "qualytics_operations", config)
		expectDiagnostics(t, diagnostics)
		operations, _ := state["operations"].([]any)
		return state, operations
	}
	_, whole := read(`{"datastore": [102]}`)
	want, _ := whole[0].(map[string]any)
	if names := slices.Sorted(maps.Keys(want)); !slices.Equal(names, slices.Sorted(slices.Values(operationObject.names()))) {
		t.Fatalf("a Run has the attributes %q", names)
	}
	for _, fields := range [][]string{{"id", "result", "end_time"}, {"datastore", "status"}, {"duration_seconds"}, operationObject.names()} {
		state, operations := read(fmt.Sprintf(`{"datastore": [102], "fields": %s}`, quoted(fields)))
		if got := fmt.Sprint(state["ids"], state["total"]); got != "[2] 1" {
			t.Errorf("%q: got the ids and the total %s", fields, got)
		}
		expected := map[string]any{}
		for name, value := range want {
			expected[name] = nil
			if slices.Contains(fields, name) {
				expected[name] = value
			}
		}
		if !reflect.DeepEqual(operations, []any{expected}) {
			t.Errorf("%q: got %v, want %v", fields, operations, expected)
		}
	}
}

func quoted(words []string) string {
	elements := make([]string, 0, len(words))
	for _, word := range words {
		elements = append(elements, strconv.Quote(word))
	}
	return "[" + strings.Join(elements, ", ") + "]"
}

func TestOperations_invalidFields(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	for fields, want := range map[string]string{
		`[]`:                     "error at fields: .*at least 1 elements, got: 0",
		`["id", "ended"]`:        `error at fields.*: .*one of: \["id" "type" "result" .*\], got: "ended"`,
		`["id", "result", "id"]`: `error at fields.*: Duplicate List Value: .*"id"`,
		`["id", null]`:           "error at fields.*: Null List Value",
		`["datastore.name"]`:     `error at fields.*: .*got: "datastore.name"`,
	} {
		expectDiagnostics(t, p.validateDataSource(t, "qualytics_operations", `{"fields": `+fields+`}`), want)
	}
}
