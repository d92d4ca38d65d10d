// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"os"
	"testing"
)

// The lock files of the deployments that the tests make up go with the tests.
func TestMain(m *testing.M) {
	directory, err := os.MkdirTemp("", "qualytics-test-")
	if err != nil {
		panic(err)
	}
	if err := os.Setenv("TMPDIR", directory); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(directory)
	os.Exit(code)
}
