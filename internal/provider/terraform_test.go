// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// terraformPath returns the Terraform or OpenTofu of the acceptance tests, or "".
func terraformPath() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// terraformVersion returns the first line of terraform version: a name, then "v" and the version.
var terraformVersion = sync.OnceValue(func() string {
	output, _ := exec.CommandContext(context.Background(), terraformPath(), "version").Output()
	line, _, _ := strings.Cut(string(output), "\n")
	return line
})

// isOpenTofu reports whether the acceptance tests run OpenTofu, whose features differ from those of
// the same version of Terraform.
func isOpenTofu() bool { return strings.HasPrefix(terraformVersion(), "OpenTofu") }

// needs skips a test that requires a newer Terraform. OpenTofu has no actions and queries, which
// Terraform 1.14 added.
func needs(t *testing.T, version string) {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests run with TF_ACC=1")
	}
	if isOpenTofu() && slices.Compare(versionNumbers(version), []int{1, 14}) >= 0 {
		t.Skip("not available in OpenTofu")
	}
	if _, installed, _ := strings.Cut(terraformVersion(), " v"); slices.Compare(versionNumbers(installed), versionNumbers(version)) < 0 {
		t.Skipf("requires Terraform %s", version)
	}
}

// versionNumbers returns the numbers of a version such as 1.14.0-rc1.
func versionNumbers(version string) []int {
	release, _, _ := strings.Cut(version, "-")
	var numbers []int
	for part := range strings.SplitSeq(release, ".") {
		number, _ := strconv.Atoi(part)
		numbers = append(numbers, number)
	}
	return numbers
}
