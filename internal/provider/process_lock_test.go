// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// otherProcess is the environment variable that makes the test binary another process, which reruns
// Run 100 of the deployment at a URL.
const otherProcess = "QUALYTICS_TEST_OTHER_PROCESS"

func actAsOtherProcess(url string) int {
	client, err := qualytics.New(qualytics.Config{URL: url, Token: testToken})
	if err != nil {
		return 1
	}
	source, err := client.Operation(context.Background(), 100)
	if err != nil {
		return 1
	}
	if _, err := client.Rerun(context.Background(), source, ""); err != nil {
		return 1
	}
	return 0
}

// While another process starts a Run on the datastore, an apply waits, says so in the log, and starts
// nothing. At its timeout, the error names the lock file.
func TestRunRerun_anotherProcessStarts(t *testing.T) {
	server := mockapi.New(mockapi.Options{Token: testToken})
	server.Seed(scan(100, "success"))
	starting, proceed := make(chan bool), make(chan bool)
	server.Inject(mockapi.Fault{Method: "PUT", Hook: func() {
		close(starting)
		select {
		case <-proceed:
		case <-t.Context().Done():
		}
	}})
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	other := exec.CommandContext(t.Context(), executable)
	other.Env = append(os.Environ(), otherProcess+"="+listener.URL)
	other.Stdout, other.Stderr = os.Stdout, os.Stderr
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- other.Wait() }()
	select {
	case <-starting:
	case err := <-ended:
		t.Fatalf("the other process has started nothing: %v", err)
	}

	const config = `{"run_id": 100, "timeouts": {"create": "2m"}}`
	synctest.Test(t, func(t *testing.T) {
		api := newAPIInMemory(t, listener.URL, 0, mockapi.Options{})
		var log bytes.Buffer
		began, rerun := time.Now(), api.protocol(t).manage(t, "qualytics_run_rerun")
		diagnostics := rerun.applyAfter(tflogtest.RootLogger(t.Context(), &log), t, config, func() {})
		if took := time.Since(began); took < 110*time.Second || took > 2*time.Minute {
			t.Errorf("took %v", took)
		}
		lines, err := tflogtest.MultilineJSONDecode(&log)
		if err != nil {
			t.Fatal(err)
		}
		file, logged := "", 0
		for _, line := range lines {
			if line["@message"] == "Qualytics start waits for another process" {
				file, logged = typed[string](line["file"]), logged+1
			}
		}
		if logged != 4 { // every 30 s
			t.Errorf("logged %d times", logged)
		}
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
		expectDiagnostics(t, diagnostics, "error: Cannot rerun Run 100: PUT .* was not completed: .* nothing was started "+
			`\(another process on this machine is starting a Run on datastore 101 and holds the lock file `+regexp.QuoteMeta(file)+": ")
		api.expectRuns(t, 100)
	})

	close(proceed)
	if err := <-ended; err != nil {
		t.Errorf("the other process: %v", err)
	}
	synctest.Test(t, func(t *testing.T) {
		api := newAPIInMemory(t, listener.URL, 0, mockapi.Options{})
		expectDiagnostics(t, api.protocol(t).manage(t, "qualytics_run_rerun").apply(t, config))
		api.expectRuns(t, 100, 101)
	})
}
