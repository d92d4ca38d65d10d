// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const testToken = "test-token-9f4b"

var (
	endless = mockapi.Outcome{Running: mockapi.Never}
	failing = mockapi.Outcome{Result: "failure", Message: "Connection to the warehouse lost"}
)

// api is the mock server of one test.
type api struct {
	*mockapi.Server
	url       string
	arguments string // more arguments of the provider
}

// newAPI serves one successful scan, Run 100, whose reruns succeed after a moment.
func newAPI(t *testing.T, options mockapi.Options) *api {
	t.Helper()
	options.Token = testToken
	if reflect.ValueOf(options.Outcome).IsZero() {
		options.Outcome = mockapi.Outcome{Running: 20 * time.Millisecond}
	}
	server := mockapi.New(options)
	server.Seed(scan(100, "success"))
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	return &api{Server: server, url: listener.URL}
}

func scan(id int64, result string) mockapi.Run {
	return mockapi.Run{
		ID: id, Type: "scan", Result: result, Datastore: mockapi.Datastore{ID: 101, Name: "Warehouse", StoreType: "jdbc", Type: "snowflake"},
	}
}

// config returns a configuration: the provider block for this server, then text.
func (a *api) config(text string) string {
	return fmt.Sprintf("provider \"qualytics\" {\n  url           = %q\n  token         = %q\n  poll_interval = \"10ms\"\n%s\n}\n",
		a.url, testToken, a.arguments) + text
}

// writes returns the changing requests, in order.
func (a *api) writes() []string {
	var writes []string
	for _, request := range a.Requests() {
		if request.Method != http.MethodGet {
			writes = append(writes, request.String())
		}
	}
	return writes
}

// expectWrites returns a check of all changing requests so far.
func (a *api) expectWrites(want ...string) func(*testing.T) {
	return func(t *testing.T) {
		t.Helper()
		if got := a.writes(); !slices.Equal(got, want) {
			t.Errorf("changing requests:\n got %q\nwant %q", got, want)
		}
	}
}

// hasWritten is expectWrites as a check of a step.
func (a *api) hasWritten(t *testing.T, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		a.expectWrites(want...)(t)
		return nil
	}
}

// expectRuns checks which Runs exist.
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

// testProvider returns a provider with short pauses.
func testProvider() *qualyticsProvider {
	return &qualyticsProvider{
		version: "test", environment: os.Getenv,
		retryWait: time.Millisecond, searchTimeout: 250 * time.Millisecond, patience: 2 * time.Second,
	}
}

var factories = map[string]func() (tfprotov6.ProviderServer, error){
	"qualytics": func() (tfprotov6.ProviderServer, error) { return serve(testProvider()), nil },
}

// afterDestroy returns a check of the requests and the remaining Runs after the last destroy.
func (a *api) afterDestroy(t *testing.T, runs []int64, writes ...string) func(*terraform.State) error {
	return func(*terraform.State) error {
		a.expectWrites(writes...)(t)
		a.expectRuns(t, runs...)
		return nil
	}
}

// emptyPlan checks that the plan after an apply is empty.
var emptyPlan = resource.ConfigPlanChecks{
	PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
}

// doing checks the planned action of a resource, and that the plan after the apply is empty.
func doing(address string, action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	checks := emptyPlan
	checks.PreApply = []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}
	return checks
}

// has checks which Run a resource holds, and its result.
func has(address string, id int64, result string) []statecheck.StateCheck {
	return []statecheck.StateCheck{
		statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), number64(id)),
		statecheck.ExpectKnownValue(address, tfjsonpath.New("result"), word(result)),
	}
}

func number64(value int64) knownvalue.Check { return knownvalue.Int64Exact(value) }

func word(value string) knownvalue.Check { return knownvalue.StringExact(value) }

// acceptance runs the steps with a real Terraform.
func acceptance(t *testing.T, testCase resource.TestCase) {
	t.Helper()
	testCase.ProtoV6ProviderFactories = factories
	resource.ParallelTest(t, testCase)
}

// says matches output that contains the phrases in order, even if Terraform wraps its lines.
func says(phrases ...string) *regexp.Regexp {
	for i, phrase := range phrases {
		words := strings.Fields(phrase)
		for j := range words {
			words[j] = regexp.QuoteMeta(words[j])
		}
		phrases[i] = strings.Join(words, `[\s│]+`)
	}
	return regexp.MustCompile(`(?s)` + strings.Join(phrases, `.*`))
}

// first returns the first element. It fails the test if there is none.
func first[T any](t *testing.T, several []T) T {
	t.Helper()
	if len(several) == 0 {
		t.Fatal("got no elements, want at least one")
	}
	return several[0]
}
