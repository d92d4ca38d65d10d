// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"archive/zip"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// No output, log, plan or state contains the token, even if the server echoes it.
func TestAccTokenSecrecy(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	echo := scan(100, "success")
	echo.ID, echo.Message = 110, "sent by "+testToken
	api.Seed(echo)
	w := newWorkspace(t, `
		provider "qualytics" { poll_interval = "10ms" }
		data "qualytics_operation" "echo" { id = 110 }
		resource "qualytics_run_rerun" "test" { run_id = 100 }
	`)
	log := filepath.Join(w.dir, "terraform.log")
	w.env = append(w.env, "QUALYTICS_URL="+api.url, "QUALYTICS_TOKEN=\t"+testToken+"\n", "TF_LOG=TRACE", "TF_LOG_PATH="+log)

	api.Inject(mockapi.Fault{
		Method: "PUT", Status: 400, Body: `{"detail": "not with ` + testToken + `"}`, Header: map[string][]string{"X-Echo": {testToken}},
	})
	output, code := w.run(applied...)
	if code == 0 || !says("not with (token)").MatchString(output) {
		t.Errorf("the refused apply:\n%s", output)
	}
	api.Inject(mockapi.Fault{Method: "PUT", Status: 307, Header: map[string][]string{"Location": {"https://example.com/" + testToken}}})
	redirected, _ := w.run(applied...)
	planned, _ := w.run("plan", "-out=saved.plan")
	done := w.expect([]string{"apply", "saved.plan"}, "1 added")

	texts := map[string]string{
		"output": output + redirected + planned + done, "log": w.read("terraform.log"), "state": w.read("terraform.tfstate"),
		"plan": unzip(t, filepath.Join(w.dir, "saved.plan")),
	}
	for name, text := range texts {
		if strings.Contains(text, testToken) {
			t.Errorf("the token is in the %s", name)
		}
	}
	if !strings.Contains(texts["state"], "sent by (token)") || !strings.Contains(texts["log"], "Qualytics API request completed") {
		t.Error("the state or the log is incomplete")
	}
	for _, request := range api.Requests() {
		if got := request.Header.Get("Authorization"); got != "Bearer "+testToken {
			t.Errorf("%s was sent with %q", request, got)
		}
		if strings.Contains(request.Header.Get("User-Agent")+request.String(), testToken) {
			t.Errorf("the token is in %s or its User-Agent", request)
		}
	}
}

// A saved plan does not contain a token from an ephemeral variable, as documented. It contains a
// token from a variable that is only sensitive.
func TestAccTokenSecrecy_variable(t *testing.T) {
	for name, ephemeral := range map[string]bool{"ephemeral": true, "sensitive": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needs(t, "1.11")
			api := newAPI(t, mockapi.Options{})
			w := newWorkspace(t, fmt.Sprintf(`
				variable "token" {
				  type      = string
				  sensitive = true
				  ephemeral = %t
				}
				provider "qualytics" {
				  url           = %q
				  token         = var.token
				  poll_interval = "10ms"
				}
			`, ephemeral, api.url)+rerunConfig(""))
			w.env = append(w.env, "TF_VAR_token="+testToken)
			w.expect([]string{"plan", "-out=saved.plan"})
			if kept := strings.Contains(unzip(t, filepath.Join(w.dir, "saved.plan")), testToken); kept == ephemeral {
				t.Errorf("the token is in the saved plan: %t", kept)
			}
			w.expect([]string{"apply", "saved.plan"}, "1 added")
		})
	}
}

// unzip returns the text of all files in a zip archive.
func unzip(t *testing.T, path string) string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = archive.Close() })
	var text strings.Builder
	for _, file := range archive.File {
		reader, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&text, reader); err != nil {
			t.Fatal(err)
		}
	}
	return text.String()
}
