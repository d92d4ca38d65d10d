// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// applyAndInvoke applies a resource and invokes the action of the same name, each with a server of
// its own, and passes the diagnostics of both.
func applyAndInvoke(
	t *testing.T, name, config string, serve func(*testing.T) *api, expect func(*testing.T, *api, []*tfprotov6.Diagnostic),
) {
	t.Helper()
	t.Run("resource", func(t *testing.T) {
		t.Parallel()
		api := serve(t)
		expect(t, api, api.protocol(t).manage(t, name).apply(t, config))
	})
	t.Run("action", func(t *testing.T) {
		t.Parallel()
		api := serve(t)
		_, diagnostics := api.protocol(t).invoke(t.Context(), t, name, config)
		expect(t, api, diagnostics)
	})
}

// The response to a resume and the first polls may still show the old end of the Run. They do not
// count.
func TestStale_resumed(t *testing.T) {
	t.Parallel()
	serve := func(t *testing.T) *api {
		t.Helper()
		api := newAPI(t, mockapi.Options{StaleStarts: true, DetailLag: 200 * time.Millisecond, Outcome: failing})
		api.Seed(scan(90, "aborted"))
		return api
	}
	applyAndInvoke(t, "qualytics_run_resume", `{"run_id": 90}`, serve, func(t *testing.T, _ *api, got []*tfprotov6.Diagnostic) {
		t.Helper()
		expectDiagnostics(t, got, "error: Run 90 failed: ")
	})
}

// The response to a rerun may copy the end and the counters of the source. It does not open the
// gate.
func TestStale_rerun(t *testing.T) {
	t.Parallel()
	serve := func(t *testing.T) *api {
		t.Helper()
		api := newAPI(t, mockapi.Options{StaleStarts: true, Outcome: identifying(6)})
		api.Change(100, func(run *mockapi.Run) { run.Status["anomalies_identified"] = 0 })
		return api
	}
	config := `{"run_id": 100, "max_anomalies": 0}`
	applyAndInvoke(t, "qualytics_run_rerun", config, serve, func(t *testing.T, _ *api, got []*tfprotov6.Diagnostic) {
		t.Helper()
		expectDiagnostics(t, got, "error: Run 101 did not pass max_anomalies: .*identified 6 anomalies")
	})
}

// While kept connections are cut, a gateway shows its placeholder certificate. A Run that was polled
// before is polled on.
func TestWait_placeholderCertificate(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{Outcome: endless})
	var placeholders atomic.Int32 // still to be shown
	broken := &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}, MinVersion: tls.VersionTLS12}
	listener := httptest.NewUnstartedServer(api.Server)
	listener.Config.ErrorLog = quiet
	listener.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		if placeholders.Add(-1) >= 0 {
			return broken, nil
		}
		return nil, nil //nolint:nilnil // the usual configuration
	}}
	listener.StartTLS()
	t.Cleanup(listener.Close)
	authority := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: listener.Certificate().Raw})
	if err := os.WriteFile(authority, block, 0o600); err != nil {
		t.Fatal(err)
	}
	api.url = listener.URL
	p := newProtocol(t)
	expectDiagnostics(t, p.configure(t, api.json(fmt.Sprintf(`"poll_interval": "10ms", "max_retries": 0, "ca_cert_file": %q`, authority))))
	cut := make(chan struct{})
	api.Inject(
		mockapi.Fault{Method: "GET", Path: poll101, Skip: 1, Hook: func() {
			placeholders.Store(3)
			go func() {
				defer close(cut)
				listener.CloseClientConnections()
			}()
		}},
		mockapi.Fault{Method: "GET", Path: poll101, Skip: 1, Times: mockapi.Always, Hook: func() {
			if placeholders.Load() < 0 {
				api.Finish(101, "success", "")
			}
		}},
	)
	resource := p.manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	resource.expectRun(t, 101, "success")
	<-cut
	if left := placeholders.Load(); left >= 0 {
		t.Errorf("%d placeholder certificates were not shown", left+1)
	}
}

// selfSigned returns a certificate that nobody trusts.
func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"placeholder"}}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

// A Retry-After that is longer than a request waits is an error at once, which says when to try
// again.
func TestRetryAfter_long(t *testing.T) {
	t.Parallel()
	serve := func(t *testing.T) *api {
		t.Helper()
		api := newAPI(t, mockapi.Options{})
		api.Inject(mockapi.Fault{
			Method: "PUT", Status: 429, Header: http.Header{"Retry-After": {"3600"}}, Body: `{"detail": "slow down"}`, Times: mockapi.Always,
		})
		return api
	}
	applyAndInvoke(t, "qualytics_run_rerun", `{"run_id": 100}`, serve, func(t *testing.T, a *api, got []*tfprotov6.Diagnostic) {
		t.Helper()
		expectDiagnostics(t, got, "error: Cannot rerun Run 100: .*HTTP status 429: slow down.*no more requests for 1h0m0s")
		a.expectWrites(rerun100)(t)
	})
}

// patient returns a provider with the pauses of the released one.
func (a *api) patient(t *testing.T) *protocol {
	t.Helper()
	provider := testProvider()
	provider.retryWait = 0
	p := serveProtocol(t, provider)
	expectDiagnostics(t, p.configure(t, a.json(`"poll_interval": "10ms"`)))
	return p
}

// If the API does not accept a request within the timeout, the error has its last response.
func TestTimeout_rateLimited(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Seed(scan(90, "running"))
	api.Inject(mockapi.Fault{Method: "PUT", Status: 429, Body: `{"detail": "slow down, please"}`, Times: mockapi.Always})
	p := api.patient(t)
	const last = "the last response was HTTP 429: slow down, please"
	expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").apply(t, `{"run_id": 100, "timeouts": {"create": "2s"}}`),
		"error.*: Cannot rerun Run 100: .*"+last)
	_, diagnostics := p.invoke(t.Context(), t, "qualytics_run_abort", `{"run_id": 90, "timeout": "2s"}`)
	expectDiagnostics(t, diagnostics, "error.*: Cannot abort Run 90: .*"+last)
	api.expectRuns(t, 90, 100)
}

// A Run in a page of one item is read like any other.
func TestWrappedRun(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{WrappedRun: true})
	p := api.protocol(t)
	resource := p.manage(t, "qualytics_run_rerun")
	expectDiagnostics(t, resource.apply(t, `{"run_id": 100}`))
	resource.expectRerun(t, 101, 100)
	resource.expectNoChange(t, `{"run_id": 100}`)
	state, diagnostics := p.read(t, "qualytics_operation", `{"id": 101}`)
	expectDiagnostics(t, diagnostics)
	if state["id"] != int64(101) || state["result"] != "success" {
		t.Errorf("got %v", state)
	}
	expectDiagnostics(t, resource.destroy(t))
	api.expectRuns(t, 100)
}

// Where sync and catalog are different types to the API, either name finds the Runs of both.
func TestLiteralTypes(t *testing.T) {
	t.Parallel()
	for _, newest := range []string{"sync", "catalog"} {
		for _, asked := range []string{"sync", "catalog"} {
			t.Run(asked+", newest "+newest, func(t *testing.T) {
				t.Parallel()
				api := newAPI(t, mockapi.Options{LiteralTypes: true})
				for id, runType := range []string{"sync", "catalog"} {
					age := 2 * time.Hour
					if runType == newest {
						age = time.Hour
					}
					run := older(int64(90+id), 101, "success", age)
					run.Type = runType
					api.Seed(run)
				}
				newestID, other := int64(90), int64(91)
				if newest == "catalog" {
					newestID, other = other, newestID
				}
				p := api.protocol(t)
				state, diagnostics := p.read(t, "qualytics_operations", fmt.Sprintf(`{"operation_type": %q, "sort_created": "desc"}`, asked))
				expectDiagnostics(t, diagnostics)
				expectListed(t, asked, state, 2, int64s(newestID, other))
				results, diagnostics := p.list(t, fmt.Sprintf(`{"operation_type": %q, "sort_created": "desc"}`, asked), 10, false)
				expectDiagnostics(t, diagnostics)
				if ids := idsOf(results); !reflect.DeepEqual(ids, int64s(newestID, other)) {
					t.Errorf("the list resource lists %v", ids)
				}
				latest := fmt.Sprintf(`{"latest": {"operation_type": %q, "datastore": 101}}`, asked)
				expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").apply(t, latest))
				api.expectWrites(rerunOf(newestID))(t)
			})
		}
	}
}
