// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// An invalid argument is an error on its attribute: during validation or, if the check needs the
// file system or the client, when the provider is configured.
func TestConfigure_invalid(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	noPEM := filepath.Join(directory, "no.pem")
	if err := os.WriteFile(noPEM, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		config          string
		validate, apply string
	}{
		{
			config: `{"request_timeout": "soon"}`,
			validate: `error at request_timeout: Invalid duration: request_timeout must be a duration greater than zero with a unit, ` +
				`such as "30s" or "10m", not "soon".$`,
		},
		{
			config:   `{"request_timeout": "0s"}`,
			validate: `error at request_timeout: Invalid duration: request_timeout must be a duration greater than zero .*not "0s"`,
		},
		{config: `{"poll_interval": "10"}`, validate: `error at poll_interval: Invalid duration: .* with a unit, .*not "10".$`},
		{config: `{"max_retries": -1}`, validate: "error at max_retries: Invalid Attribute Value: .*between 0 and 100, got: -1"},
		{config: `{"max_retries": 1.5}`, validate: "error at max_retries: Invalid number: The value must be a whole number.$"},
		{config: `{"max_retries": 101}`, validate: "error at max_retries: Invalid Attribute Value: .*between 0 and 100, got: 101"},

		{config: `{"url": ""}`, apply: `error at url: Invalid url: The url \(set in the provider block\) is empty; it must be`},
		{
			config: `{"url": "qualytics.example.com"}`,
			apply:  `error at url: Invalid url: The url \(set in the provider block\) must be a URL that starts with https://`,
		},
		{config: `{"token": ""}`, apply: `error at token: Invalid token: The token \(set in the provider block\) is empty`},
		{config: `{"token": "Bearer test-token-9f4b"}`, apply: `error at token: Invalid token: .*without the word "Bearer"`},
		{config: `{"token": "test-token-9f4b\nmore"}`, apply: "error at token: Invalid token: .*contains white space"},
		{
			config: fmt.Sprintf(`{"ca_cert_file": %q}`, filepath.Join(directory, "none.pem")),
			apply:  "error at ca_cert_file: Invalid ca_cert_file: The ca_cert_file cannot be read: open .*none.pem",
		},
		{
			config: `{"ca_cert_file": "~colleague/ca.pem"}`,
			apply:  "error at ca_cert_file: Invalid ca_cert_file: The ca_cert_file starts with ~, which cannot be expanded: .* Set the full path.$",
		},
		{
			config: fmt.Sprintf(`{"ca_cert_file": %q}`, noPEM),
			apply:  "error at ca_cert_file: Invalid ca_cert_file: .*no.pem contains no certificate in PEM form",
		},
	} {
		t.Run(test.config, func(t *testing.T) {
			t.Parallel()
			p := newProtocol(t)
			resp, err := p.server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: jsonConfig(test.config)})
			if err != nil {
				t.Fatal(err)
			}
			if test.validate != "" {
				expectDiagnostics(t, resp.Diagnostics, test.validate)
				return
			}
			expectDiagnostics(t, resp.Diagnostics)
			config := test.config
			for name, value := range map[string]string{"url": "https://qualytics.example.com", "token": testToken} {
				if !strings.Contains(config, `"`+name+`"`) {
					config = strings.TrimSuffix(config, "}") + fmt.Sprintf(", %q: %q}", name, value)
				}
			}
			expectDiagnostics(t, p.configure(t, config), test.apply)
		})
	}
}

func TestConfigure_missing(t *testing.T) {
	t.Parallel()
	expectDiagnostics(t, newProtocol(t).configure(t, "{}"),
		"error at url: Missing url: Set url in the provider block, the environment variable QUALYTICS_URL, or url in ~/.qualytics/config.yaml",
		"error at token: Missing token: Set token in the provider block, the environment variable QUALYTICS_TOKEN, "+
			"or token in ~/.qualytics/config.yaml",
	)
}

// Each unknown argument is a separate error, in the order of the documentation. If Terraform
// supports deferral, the provider defers instead.
func TestConfigure_unknown(t *testing.T) {
	t.Parallel()
	p := newProtocol(t)
	typ, _ := p.schemas.Provider.ValueType().(tftypes.Object)
	unknown := make(map[string]tftypes.Value)
	for name, attribute := range typ.AttributeTypes {
		unknown[name] = tftypes.NewValue(attribute, tftypes.UnknownValue)
	}
	config, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, unknown))
	if err != nil {
		t.Fatal(err)
	}
	configure := func(capabilities *tfprotov6.ConfigureProviderClientCapabilities) []*tfprotov6.Diagnostic {
		t.Helper()
		response, err := p.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
			Config: &config, ClientCapabilities: capabilities,
		})
		if err != nil {
			t.Fatal(err)
		}
		return response.Diagnostics
	}
	expectDiagnostics(t, configure(nil),
		"error at ca_cert_file: Value known only after apply: ",
		"error at insecure_skip_verify: Value known only after apply: ",
		`error at max_retries: Value known only after apply: .*\(terraform apply -target=...\).$`,
		"error at poll_interval: Value known only after apply: ",
		"error at request_timeout: Value known only after apply: .* Alternatively, set the environment variable QUALYTICS_TIMEOUT.$",
		"error at token: Value known only after apply: .* Alternatively, set the environment variable QUALYTICS_TOKEN.$",
		"error at url: Value known only after apply: The provider's url depends on .* "+
			"Alternatively, set the environment variable QUALYTICS_URL.$",
	)

	expectDiagnostics(t, configure(&tfprotov6.ConfigureProviderClientCapabilities{DeferralAllowed: true}))
	rerun := p.manage(t, "qualytics_run_rerun")
	planned, err := p.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: rerun.name, PriorState: rerun.state,
		Config: jsonConfig(`{"run_id": 100}`), ProposedNewState: rerun.proposed(t, `{"run_id": 100}`),
		ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{DeferralAllowed: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	expectDiagnostics(t, planned.Diagnostics)
	if planned.Deferred == nil || planned.Deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown {
		t.Errorf("the plan is not deferred: %v", planned.Deferred)
	}
	read, err := p.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: "qualytics_operation", Config: jsonConfig(`{"id": 100}`),
		ClientCapabilities: &tfprotov6.ReadDataSourceClientCapabilities{DeferralAllowed: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	expectDiagnostics(t, read.Diagnostics)
	if read.Deferred == nil {
		t.Error("the read is not deferred")
	}
}

// http:// to another host is a warning. The loopback interface (newAPI) is exempt.
func TestConfigure_plainHTTP(t *testing.T) {
	t.Parallel()
	expectDiagnostics(t, newProtocol(t).configure(t, `{"url": "http://qualytics.example.com", "token": "test-token-9f4b"}`),
		`warning at url: Token sent without encryption: The url \(set in the provider block\) starts with http://`)
	expectDiagnostics(t, newProtocol(t).configure(t, `{"url": "https://qualytics.example.com", "token": "test-token-9f4b"}`))
}

// The url may end in a slash or /api, and white space around the token is trimmed.
func TestConfigure_request(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	for _, suffix := range []string{"", "/", "/api", "/api/"} {
		p := newProtocol(t)
		expectDiagnostics(t, p.configure(t, fmt.Sprintf(`{"url": %q, "token": " \t%s\n"}`, api.url+suffix, testToken)))
		_, diagnostics := p.read(t, "qualytics_operation", `{"id": 100}`)
		expectDiagnostics(t, diagnostics)
	}
	const get = "GET /api/operations/100"
	api.expectRequests(t, get, get, get, get)
	for _, request := range api.Requests() {
		for name, want := range map[string]string{
			"Authorization": "Bearer " + testToken,
			"User-Agent":    "terraform-provider-qualytics/test Terraform/1.99.0",
		} {
			if got := request.Header.Get(name); got != want {
				t.Errorf("header %s: got %q, want %q", name, got, want)
			}
		}
	}
}

func TestConfigure_maxRetries(t *testing.T) {
	t.Parallel()
	for argument, requests := range map[string]int{
		`"max_retries": null`: 5,
		`"max_retries": 0`:    1,
		`"max_retries": 2`:    3,
	} {
		t.Run(argument, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Inject(mockapi.Fault{Times: mockapi.Always, Status: http.StatusInternalServerError})
			p := api.connect(t, argument)
			_, diagnostics := p.read(t, "qualytics_operation", `{"id": 100}`)
			expectDiagnostics(t, diagnostics,
				"error: Cannot read Run 100: GET http.*/api/operations/100 returned HTTP status 500: Internal Server Error.\n\nThe deployment failed")
			if got := len(api.Requests()); got != requests {
				t.Errorf("got %d requests, want %d", got, requests)
			}
		})
	}
}

func TestConfigure_requestTimeout(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Inject(mockapi.Fault{Times: mockapi.Always, Delay: time.Minute})
	p := api.connect(t, `"request_timeout": "1s", "max_retries": 0`)
	_, diagnostics := p.read(t, "qualytics_operation", `{"id": 100}`)
	expectDiagnostics(t, diagnostics,
		"error: Cannot read Run 100: GET http.*/api/operations/100 received no usable response: .*There was no complete response in time. "+
			"Try again later, or increase the provider's .request_timeout.")
	api.expectRequests(t, "GET /api/operations/100")
}

// quiet discards the log of the expected handshake failures.
var quiet = log.New(io.Discard, "", 0)

// newTLSAPI is newAPI behind TLS, with a certificate that only the returned file certifies.
func newTLSAPI(t *testing.T) (api *api, authority string) {
	t.Helper()
	api = newAPI(t, mockapi.Options{})
	listener := httptest.NewUnstartedServer(api.Server)
	listener.Config.ErrorLog = quiet
	listener.StartTLS()
	t.Cleanup(listener.Close)
	api.url = listener.URL
	authority = filepath.Join(t.TempDir(), "ca.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: listener.Certificate().Raw}
	if err := os.WriteFile(authority, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	return api, authority
}

func TestConfigure_trust(t *testing.T) {
	t.Parallel()
	api, authority := newTLSAPI(t)
	const untrusted = "error: Cannot read Run 100: GET http.*/api/operations/100 received no usable response: " +
		".*certificate.*set the provider's .ca_cert_file"
	for arguments, want := range map[string][]string{
		`"ca_cert_file": null`:                       {untrusted},
		`"insecure_skip_verify": false`:              {untrusted},
		`"insecure_skip_verify": true`:               nil,
		fmt.Sprintf(`"ca_cert_file": %q`, authority): nil,
	} {
		p := api.connect(t, arguments)
		_, diagnostics := p.read(t, "qualytics_operation", `{"id": 100}`)
		expectDiagnostics(t, diagnostics, want...)
	}
}

// ~/ in ca_cert_file is the home directory.
func TestConfigure_caCertFileInHome(t *testing.T) {
	api, authority := newTLSAPI(t)
	t.Setenv("HOME", filepath.Dir(authority))
	readsWith(t, api, api.json(`"ca_cert_file": "~/ca.pem"`), testToken)
}
