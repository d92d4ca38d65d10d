// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// and prepares two things.
func (p prepare) and(other prepare) prepare {
	return func(a *api) {
		p(a)
		other(a)
	}
}

// Every row of the fault table, through Terraform.
func TestAccFaults(t *testing.T) {
	for _, row := range faultTable {
		t.Run(row.phase+"/"+row.fault, func(t *testing.T) { row.test(t) })
	}
}

func (row faultRow) test(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	api.arguments = row.arguments
	var steps []resource.TestStep
	step := resource.TestStep{Config: api.config(rerunConfig(`triggers = { v = "1" }`))}
	if row.phase == updating || row.phase == refreshing || row.phase == destroying {
		steps = append(steps, step)
	}
	if row.phase == updating {
		step.Config = api.config(rerunConfig(`triggers = { v = "2" }`))
	}
	after := step

	step.PreConfig = func() {
		api.ResetRequests()
		api.Plan(row.outcome...)
		row.prepare(api)
	}
	step.Destroy = row.phase == destroying
	if row.phase == refreshing {
		step.PlanOnly = true
	}
	if row.says != nil {
		step.ExpectError = says(row.says...)
	}

	after.PreConfig = func() {
		api.ClearFaults()
		if got := api.writes(); row.repeated && !slices.Equal(slices.Compact(got), row.writes) {
			t.Errorf("changing requests: got %q, want any number of %q", got, row.writes)
		} else if !row.repeated {
			api.expectWrites(row.writes...)(t)
		}
		api.ResetRequests()
	}
	after.ConfigPlanChecks = planned(row.next)
	after.ConfigStateChecks = holds(row.holds, "success")
	after.Check = api.hasWritten(t, row.then...)

	acceptance(t, resource.TestCase{Steps: append(steps, step, after)})
	if _, exists := api.Run(100); !exists {
		t.Error("the source Run is gone")
	}
	if _, exists := api.Run(row.holds); exists {
		t.Errorf("Run %d is left behind", row.holds)
	}
}

var updateTable = flag.Bool("update", false, "write contributing/faults.md anew")

const faultsPage = "../../contributing/faults.md"

// The page for contributors is the table that is tested.
func TestFaultsPage(t *testing.T) {
	var page strings.Builder
	page.WriteString(faultsIntroduction)
	page.WriteString("| Phase | Fault | What the user sees | On the server | In the state | Next plan |\n|---|---|---|---|---|---|\n")
	for _, row := range faultTable {
		fmt.Fprintf(&page, "| %s | %s | %s | %s | %s | %s |\n", row.phase, row.fault, row.sees, row.server, row.state, plans[row.next])
	}
	page.WriteString(faultsElsewhere)
	if *updateTable {
		if err := os.WriteFile(faultsPage, []byte(page.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(faultsPage)
	if err != nil || string(written) != page.String() {
		t.Errorf("contributing/faults.md is not the table that is tested (%v); go test ./internal/provider -run TestFaultsPage -update writes it", err)
	}
}

var plans = map[plancheck.ResourceActionType]string{
	noop: "empty", create: "create", update: "update in place", replace: "replace",
}

const faultsIntroduction = `# What goes wrong, and what becomes of it

The promise: a Run is never started twice, never lost track of, and no record is deleted that is not ours. Each row of this table is a test (TestAccFaults in internal/provider/faults_test.go) that runs a real Terraform against the mock server, counts the changing requests, and then applies again without the fault. The page is written from the tested table: ` + "`go test ./internal/provider -run TestFaultsPage -update`" + `.

`

const faultsElsewhere = `
What happens to processes is tested in internal/provider/interrupt_test.go, with the provider as a process of its own:

| Phase | Fault | What the user sees | On the server | In the state | Test |
|---|---|---|---|---|---|
| waiting, new resource | Ctrl-C | warning: the next apply goes on waiting; dependents are not applied | one new Run, active | the new Run, not tainted | TestAccInterrupt_create |
| waiting, triggers changed | Ctrl-C | the same; the superseded record goes once the Run has succeeded | one new Run, active | the new Run | TestAccInterrupt_update |
| waiting | SIGTERM to the process group | the same | one new Run, active | the new Run, not tainted | TestAccInterrupt_terminated |
| waiting, new resource | provider killed (SIGKILL) | Terraform's error that the plugin did not respond | one new Run, active | nothing: Terraform saves what a provider has answered, and a killed one has not | TestAccInterrupt_killed |
| waiting, new resource | timeout, then terraform untaint | the next apply goes on waiting | one new Run | the new Run | TestAccUntaint |

The last but one is the limit of what a provider can do. The log has the new Run's id at level INFO, ` + "`terraform import`" + ` brings it under management.
`
