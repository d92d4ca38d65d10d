// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import "fmt"

// typed is a value whose type a schema or the framework fixes. It panics with both types for any other,
// which is a bug in the provider.
func typed[T any](value any) T {
	fixed, ok := value.(T)
	if !ok {
		panic(fmt.Sprintf("got a value of type %T, want %T", value, fixed))
	}
	return fixed
}
