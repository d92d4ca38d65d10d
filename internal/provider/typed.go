// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import "fmt"

// typed asserts the type of a value, which a schema or the framework guarantees. It panics with
// both types if they differ, which is a bug in the provider.
func typed[T any](value any) T {
	fixed, ok := value.(T)
	if !ok {
		panic(fmt.Sprintf("got a value of type %T, want %T", value, fixed))
	}
	return fixed
}
