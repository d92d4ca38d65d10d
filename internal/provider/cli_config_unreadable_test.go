// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package provider

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A file that cannot be read is ignored as long as no setting is missing. Otherwise the error
// explains the problem. The provider never blocks on the file.
func TestCLIConfig_unreadable(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		home func(home, path string) string // prepares a home directory and returns the value of HOME
		want string
	}{
		"no HOME": {func(string, string) string { return "" }, "the home directory is unknown: "},
		"a FIFO": {func(home, path string) string {
			must(syscall.Mkfifo(path, 0o600))
			return home
		}, "it cannot be read: .*config.yaml is not a regular file"},
		"a device": {func(home, path string) string {
			must(os.Symlink("/dev/zero", path))
			return home
		}, "it cannot be read: .*config.yaml is not a regular file"},
		"a huge file": {func(home, path string) string {
			must(os.WriteFile(path, []byte("token: x\n"+strings.Repeat("#", largestCLIConfig)), 0o600))
			return home
		}, "it cannot be read: .*config.yaml is larger than 1 MiB"},
		"no permission": {func(home, path string) string {
			if os.Geteuid() == 0 {
				must(os.Symlink("config.yaml/config.yaml", path)) // root may read everything
				return home
			}
			must(os.WriteFile(path, []byte("token: x\n"), 0))
			return home
		}, "it cannot be read: "},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			path := filepath.Join(home, ".qualytics", "config.yaml")
			must(os.Mkdir(filepath.Dir(path), 0o700))
			t.Setenv("HOME", test.home(home, path))
			readsWith(t, api, api.json(`"max_retries": 0`), testToken)
			ignored := ".*\n\nThe provider ignores ~/.qualytics/config.yaml: " + test.want
			expectDiagnostics(t, newProtocol(t).configure(t, `{"url": "https://qualytics.example.com"}`), "error at token: Missing token"+ignored)
			expectDiagnostics(t, newProtocol(t).configure(t, `{"token": "test-token-9f4b"}`), "error at url: Missing url"+ignored)
		})
	}
}
