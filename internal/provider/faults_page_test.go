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

var updateTable = flag.Bool("update", false, "write contributing/faults.md")

const faultsPage = "../../contributing/faults.md"

// The page for contributors is generated from the tested table.
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
		t.Errorf("contributing/faults.md does not match the tested table (%v). Update it with\n"+
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
			cells[i] += " (by others)"
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

const faultsIntroduction = `# Faults and their outcome

Apart from the known limitations below, the provider never starts a Run twice, never loses track of a Run, and deletes
only its own records.

Each row of this table is a test (TestFaults in internal/provider/faults_test.go), and the test asserts each cell.
The resource reruns Run 100. In all phases except plan and create, it already holds Run 101, which counts as new on the
server. The test causes the fault in a new provider process, and checks every diagnostic, every changing request, the
Runs on the server and the state. Then it plans and applies again without the fault: the resource holds one successful
Run and plans no changes. Finally it destroys the resource. Only the original Runs, the Runs of others and those that an
error has named are left.

This page is generated from the tested table: ` + "`go test ./internal/provider -run TestFaultsPage -update`" + `.

`

const faultsElsewhere = `
## Tests elsewhere

With a real Terraform and the provider as a separate process:

- Some rows of the table: TestAccFaults.
- Ctrl-C while waiting: TestAccInterrupt_create.
- SIGTERM to the process group, to a busy provider and to an idle provider: TestAccInterrupt_terminated,
  TestAccInterrupt_terminatedProvider, TestAccInterrupt_idle.
- SIGKILL while waiting: TestAccInterrupt_killed.
- A timed-out create followed by terraform untaint: TestAccUntaint.

With the client alone:

- Connections that break before and after the effect, with a server that offers HTTP/2: TestOneRequestOnTheWire.
- Keep-alive connections that the server closes without notice: TestStartsDoNotUseKeptConnections.
- A Run that is created up to a minute after its request was lost: TestRunThatIsCreatedLate.
- Which Run is adopted, in all cases: TestMismatch, TestChoose, TestWhichRunIsAdopted.

Under random faults, with 20 resources, over HTTP/1.1 and HTTP/2: TestChaos.

## Known limitations

- If the provider is killed (SIGKILL) during a create, the Run is in no state, because Terraform saves only what a
  provider returns. The log has the line ` + "`Accepted: Run 101: ...`" + ` at level INFO. To keep the Run, run
  ` + "`terraform import`" + ` with that id before the next apply.
- If a server responds with 429 or 404 although it has started a Run, a second Run is started: a 429 is retried, and
  after a 404 the next apply starts a Run.
- Two pipelines may rerun the same Run with the same token at the same moment on two machines. If a response is lost
  and only one Run was started, the pipeline without a response adopts it, although it may be the other's. If both Runs
  were started, the error names both.
- For a new resource, a provider process knows the user of its token only after its first accepted start. If that
  request is lost without effect and a colleague reruns the same Run in that minute, the provider adopts the colleague's
  Run. An update knows the user from the Run that the resource holds.
`
