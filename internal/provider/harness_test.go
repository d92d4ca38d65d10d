// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const testToken = "test-token-9f4b"

// api is the mock server of one test.
type api struct {
	*mockapi.Server
	url string
}

// newAPI serves the API with one successful scan, Run 100, whose reruns succeed after a moment.
func newAPI(t *testing.T, options mockapi.Options) *api {
	t.Helper()
	options.Token = testToken
	if options.Outcome == (mockapi.Outcome{}) {
		options.Outcome = mockapi.Outcome{Running: 20 * time.Millisecond}
	}
	server := mockapi.New(options)
	server.Seed(scan(100, "success"))
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	return &api{Server: server, url: listener.URL}
}

func scan(id int64, result string) mockapi.Run {
	return mockapi.Run{ID: id, Type: "scan", Result: result, Datastore: mockapi.Datastore{ID: 101, Name: "Warehouse", StoreType: "jdbc", Type: "snowflake"}}
}

// config is a configuration for this server: the provider block, then the given text.
func (a *api) config(text string) string {
	return fmt.Sprintf("provider \"qualytics\" {\n  url           = %q\n  token         = %q\n  poll_interval = \"10ms\"\n}\n", a.url, testToken) +
		text
}

// writes are the requests that change something, in order.
func (a *api) writes() []string {
	var writes []string
	for _, request := range a.Requests() {
		if request.Method != http.MethodGet {
			writes = append(writes, request.String())
		}
	}
	return writes
}

// expectWrites is a check that exactly these changing requests have been made so far.
func (a *api) expectWrites(want ...string) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		if got := a.writes(); !slices.Equal(got, want) {
			t.Errorf("changing requests:\n got %q\nwant %q", got, want)
		}
	}
}

// expectRuns is a check that exactly these Runs exist.
func (a *api) expectRuns(t *testing.T, want ...int64) {
	t.Helper()
	var got []int64
	for _, run := range a.Runs() {
		got = append(got, run.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("Runs on the server: got %v, want %v", got, want)
	}
}

// testProvider is the provider with pauses that tests can afford.
func testProvider() *qualyticsProvider {
	return &qualyticsProvider{version: "test", retryWait: time.Millisecond}
}

var factories = map[string]func() (tfprotov6.ProviderServer, error){
	"qualytics": providerserver.NewProtocol6WithError(testProvider()),
}

// emptyPlan is what follows every apply.
var emptyPlan = resource.ConfigPlanChecks{
	PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
}

// acceptance runs steps with a real Terraform.
func acceptance(t *testing.T, testCase resource.TestCase) {
	t.Helper()
	testCase.ProtoV6ProviderFactories = factories
	resource.Test(t, testCase)
}
