// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var updateTable = flag.Bool("update", false, "write contributing/faults.md anew")

const faultsPage = "../../contributing/faults.md"

// The page for contributors is the table that is tested: each cell is what a test asserts.
func TestFaultsPage(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	page.WriteString(faultsIntroduction)
	page.WriteString("| Phase | Fault | Diagnostics | Changing requests | New Runs on the server | State | Next plan | Next apply |\n")
	page.WriteString("|---|---|---|---|---|---|---|---|\n")
	for _, row := range faultTable {
		fmt.Fprintf(&page, "| %s | %s | %s | %s | %s | %s | %s | %s |\n",
			row.phase, row.fault, row.diagnosticsCell(), row.requestsCell(), row.serverCell(), row.state, row.next, requestsCell(row.then))
	}
	page.WriteString(faultsElsewhere)
	if *updateTable {
		if err := os.WriteFile(faultsPage, []byte(page.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(faultsPage)
	if err != nil || string(written) != page.String() {
		t.Errorf("contributing/faults.md is not the table that is tested (%v): write it with\n"+
			"go test ./internal/provider -run TestFaultsPage -update", err)
	}
}

func (row *faultRow) diagnosticsCell() string {
	cells := make([]string, len(row.says))
	for i, diagnostic := range row.says {
		cells[i] = fmt.Sprintf("%s: %s: “%s”", diagnostic.severity, diagnostic.summary, diagnostic.phrase)
	}
	return orNone(cells, "<br>")
}

func (row *faultRow) requestsCell() string {
	if row.repeated {
		return requestsCell(row.requests) + ", any number of times"
	}
	return requestsCell(row.requests)
}

func requestsCell(requests []string) string {
	cells := make([]string, len(requests))
	for i, request := range requests {
		cells[i] = "`" + strings.Replace(request, "/api/operations/", "", 1) + "`"
	}
	return orNone(cells, ", ")
}

func (row *faultRow) serverCell() string {
	cells := make([]string, len(row.server))
	for i, id := range row.server {
		cells[i] = strconv.FormatInt(id, 10)
		switch {
		case slices.Contains(row.others, id):
			cells[i] += " (somebody else's)"
		case slices.Contains(row.orphans, id):
			cells[i] += " (named by the error)"
		case id == row.beside:
			cells[i] += " (another resource's)"
		}
	}
	return orNone(cells, ", ")
}

func orNone(cells []string, separator string) string {
	if len(cells) == 0 {
		return "none"
	}
	return strings.Join(cells, separator)
}

const faultsIntroduction = `# What goes wrong, and what becomes of it

The promise: a Run is never started twice, never lost track of, and no record is deleted that is not ours.

Each row of this table is a test (TestFaults in internal/provider/faults_test.go), and each cell is what it asserts.
The resource reruns Run 100. In every phase but plan and create, it holds Run 101 before, which counts as new on the
server. A test provokes the fault in a provider process of its own, and checks every diagnostic, every changing
request, the Runs on the server and the state. Then it plans and applies again without the fault, after which the
resource holds one successful Run and plans no changes. Finally it destroys the resource, which leaves nothing behind
but what was there before, what is somebody else's and what an error has named.

The page is written from the tested table: ` + "`go test ./internal/provider -run TestFaultsPage -update`" + `.

`

const faultsElsewhere = `
## Tests elsewhere

With a real Terraform and the provider as a process of its own:

- Some rows of the table: TestAccFaults.
- Ctrl-C while waiting: TestAccInterrupt_create, TestAccInterrupt_update.
- SIGTERM to the process group, to a busy provider, to an idle one: TestAccInterrupt_terminated,
  TestAccInterrupt_terminatedProvider, TestAccInterrupt_idle.
- SIGKILL while waiting: TestAccInterrupt_killed.
- A timed-out create, then terraform untaint: TestAccUntaint.

With the client alone:

- HTTP/2 streams that are reset with PROTOCOL_ERROR, REFUSED_STREAM or INTERNAL_ERROR, and GOAWAY, before and after
  the effect: TestOnePUTOnTheWire.
- Kept connections that the server closes unannounced: TestStartsDoNotUseKeptConnections.
- A Run that is created up to a minute after the request for it was lost: TestRunThatIsCreatedLate.
- Which Run is adopted, in all cases: TestWhichRunIsAdopted.

Under random faults, with 50 resources, over HTTP/1.1 and HTTP/2: TestChaos in internal/provider and in
internal/qualytics.

## What cannot be mended

- A provider that is killed (SIGKILL) during a create leaves a Run that is in no state: Terraform saves what a
  provider has responded, and a killed one has not. The log has the line ` + "`Accepted: Run 101: ...`" + ` at level
  INFO; ` + "`terraform import`" + ` with that id before the next apply keeps the Run.
- A server that responds with 429 or 404 after it has started a Run says that it has not. The provider believes it: a
  429 is retried and starts a second Run, and after a 404 the next apply does.
- Two pipelines with one token that start the same at the same moment on two machines, while a response is lost,
  cannot be told apart: where only one of the two Runs is there, the pipeline that lost its response adopts it
  although it may be the other's. Where both are there, the error names them.
- Until a provider process has had a start accepted, it does not know which user its token belongs to. If its first
  response is lost without effect and a colleague reruns the same in that minute, it adopts the colleague's Run.
`
