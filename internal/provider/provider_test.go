// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// lookUp100 reads Run 100, which requires a configured provider.
const lookUp100 = "\ndata \"qualytics_operation\" \"one\" { id = 100 }\n"

// An invalid provider block is an error on the argument.
func TestAccProvider_invalid(t *testing.T) {
	for name, test := range map[string]struct{ config, want string }{
		"missing": {
			config: `provider "qualytics" { token = "test-token-9f4b" }` + lookUp100,
			want:   `(?s)Error: Missing url.*in provider "qualytics".*Set url in the provider block`,
		},
		"url": {
			config: "provider \"qualytics\" {\n  url   = \"qualytics.example.com\"\n  token = \"test-token-9f4b\"\n}\n" + lookUp100,
			want:   `(?s)Error: Invalid url.*url   = "qualytics.example.com".*set in the provider block`,
		},
		"duration": {
			config: "provider \"qualytics\" {\n  request_timeout = \"0s\"\n}\n" + lookUp100,
			want:   `(?s)Error: Invalid duration.*request_timeout = "0s"`,
		},
		"unknown": {
			config: `
				resource "terraform_data" "deployment" { input = "https://qualytics.example.com" }
				provider "qualytics" {
				  url   = terraform_data.deployment.output
				  token = "test-token-9f4b"
				}` + lookUp100,
			want: `(?s)Error: Value known only after apply.*url   = terraform_data.deployment.output.*QUALYTICS_URL`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			acceptance(t, resource.TestCase{Steps: []resource.TestStep{
				{Config: test.config, ExpectError: regexp.MustCompile(test.want)},
			}})
		})
	}
}

// The User-Agent contains the versions of the provider and of Terraform.
func TestAccProvider_userAgent(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	acceptance(t, resource.TestCase{Steps: []resource.TestStep{{Config: api.config(lookUp100), ConfigPlanChecks: emptyPlan}}})
	agent := regexp.MustCompile(`^terraform-provider-qualytics/test Terraform/1\.\d+\.\d+`)
	for _, request := range api.Requests() {
		if got := request.Header.Get("User-Agent"); !agent.MatchString(got) {
			t.Errorf("User-Agent: got %q", got)
		}
	}
}
