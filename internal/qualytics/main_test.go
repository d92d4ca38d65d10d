// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"os"
	"testing"
)

// TestMain keeps the lock files of the tests in a temporary directory. A process that a test starts
// shares it.
func TestMain(m *testing.M) {
	if url := os.Getenv(otherProcess); url != "" {
		os.Exit(actAsOtherProcess(url))
	}
	directory, err := os.MkdirTemp("", "qualytics-test-")
	if err != nil {
		panic(err)
	}
	for _, name := range []string{"XDG_CACHE_HOME", "LocalAppData", "HOME"} { // on Linux, Windows, macOS
		if err := os.Setenv(name, directory); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	_ = os.RemoveAll(directory)
	os.Exit(code)
}
