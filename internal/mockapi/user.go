// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import "hash/fnv"

// user returns the user with this name as a Run shows it: null if nobody has acted. The id is made
// up, but always the same for a name.
func user(name string) any {
	if name == "" {
		return nil
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name))
	return map[string]any{"id": 1 + hash.Sum32()%100_000, "name": name, "email": name}
}
