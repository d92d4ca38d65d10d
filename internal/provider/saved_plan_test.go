// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A saved plan does not contain a token from the environment or from an ephemeral variable, as
// documented. It contains a token from a variable that is only sensitive.
func TestAccSavedPlan_token(t *testing.T) {
	const ephemeral = `variable "token" {
  type      = string
  sensitive = true
  ephemeral = true
}
`
	for name, test := range map[string]struct {
		variable, argument string
		env                string
		shows              bool
	}{
		"environment": {env: "QUALYTICS_TOKEN"},
		"ephemeral":   {variable: ephemeral, argument: "token = var.token", env: "TF_VAR_token"},
		"sensitive": {
			variable: strings.Replace(ephemeral, "  ephemeral = true\n", "", 1), argument: "token = var.token", env: "TF_VAR_token", shows: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			w := newWorkspace(t, fmt.Sprintf("%sprovider \"qualytics\" {\n  url = %q\n  %s\n  poll_interval = \"10ms\"\n}\n",
				test.variable, api.url, test.argument)+rerunConfig(""))
			w.env = append(w.env, test.env+"="+testToken)
			output, code := w.run("plan", "-out=saved")
			if code != 0 {
				if name == "ephemeral" && strings.Contains(output, "Unsupported argument") {
					t.Skip("requires Terraform 1.10 or OpenTofu 1.11")
				}
				t.Fatal(output)
			}
			if got := archiveContains(t, filepath.Join(w.dir, "saved"), testToken); got != test.shows {
				t.Errorf("the token is in the saved plan: %t, want %t", got, test.shows)
			}
			w.expect([]string{"apply", "saved"}, "1 added")
		})
	}
}

// archiveContains reports whether a file in a zip archive contains a text.
func archiveContains(t *testing.T, path, text string) bool {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = archive.Close() })
	for _, file := range archive.File {
		reader, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	return false
}
