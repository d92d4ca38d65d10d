// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// withCLIConfig creates a home directory with the CLI's configuration file.
func withCLIConfig(t *testing.T, text string) (path string) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	path = filepath.Join(home, ".qualytics", "config.yaml")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readsWith checks that the provider, configured with the block, reads Run 100 with the token.
func readsWith(t *testing.T, api *api, block, token string, patterns ...string) {
	t.Helper()
	api.ResetRequests()
	p := newProtocol(t)
	expectDiagnostics(t, p.configure(t, block), patterns...)
	p.read(t, "qualytics_operation", `{"id": 100}`)
	requests := api.Requests()
	if len(requests) != 1 {
		t.Fatalf("got %d requests, want 1", len(requests))
	}
	if got := requests[0].Header.Get("Authorization"); got != "Bearer "+token {
		t.Errorf("Authorization: got %q, want the token %q", got, token)
	}
}

// The provider block takes precedence over the environment, then the CLI's file.
func TestCLIConfig_precedence(t *testing.T) {
	block, variable, file := newAPI(t, mockapi.Options{}), newAPI(t, mockapi.Options{}), newAPI(t, mockapi.Options{})
	withCLIConfig(t, fmt.Sprintf("url: %s\ntoken: token-of-the-file\nssl_verify: true\ntimeout: 30\nother: [1, 2]\n", file.url))
	readsWith(t, file, `{}`, "token-of-the-file")
	t.Setenv("QUALYTICS_URL", file.url+"/api/") // the same URL in another form
	readsWith(t, file, `{}`, "token-of-the-file")

	t.Setenv("QUALYTICS_URL", variable.url)
	t.Setenv("QUALYTICS_TOKEN", "token-of-the-environment")
	readsWith(t, variable, `{}`, "token-of-the-environment")
	readsWith(t, variable, `{"token": "token-of-the-block"}`, "token-of-the-block")
	readsWith(t, block, fmt.Sprintf(`{"url": %q}`, block.url), "token-of-the-environment")
	readsWith(t, block, fmt.Sprintf(`{"url": %q, "token": "token-of-the-block"}`, block.url), "token-of-the-block")

	t.Setenv("QUALYTICS_URL", "")
	readsWith(t, file, `{}`, "token-of-the-environment")
}

// The token and ssl_verify of the file are used only for the URL in the file.
func TestCLIConfig_ofAnotherURL(t *testing.T) {
	api, _ := newTLSAPI(t)
	of := func(source string) string {
		return `error at token: Missing token: Set token in the provider block, the environment variable QUALYTICS_TOKEN, ` +
			`or token in ~/.qualytics/config.yaml, .*The provider does not use the token in /.*/.qualytics/config.yaml, ` +
			`because the url in that file is not the url in effect \(` + source + `\).$`
	}
	block := fmt.Sprintf(`{"url": %q}`, api.url)
	for _, other := range []string{
		"url: https://other.qualytics.io\n",
		"url: " + strings.Replace(api.url, "https:", "http:", 1) + "\n",
		"url: " + api.url + "/qualytics\n",
		"url: [" + api.url + "]\n",
		"url: not a url\n",
		"",
	} {
		path := withCLIConfig(t, other+"token: test-token-9f4b\nssl_verify: false\n")
		expectDiagnostics(t, newProtocol(t).configure(t, block), of("set in the provider block"))
		t.Setenv("QUALYTICS_URL", api.url)
		expectDiagnostics(t, newProtocol(t).configure(t, "{}"), of("taken from the environment variable QUALYTICS_URL"))

		p := api.connect(t, `"max_retries": 0`)
		_, diagnostics := p.read(t, "qualytics_operation", `{"id": 100}`)
		expectDiagnostics(t, diagnostics, "error: Cannot read Run 100: .*certificate")
		t.Setenv("QUALYTICS_URL", "")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if len(api.Requests()) > 0 {
		t.Errorf("requests were made: %v", api.requestLines())
	}
	withCLIConfig(t, "url: https://other.qualytics.io\n")
	expectDiagnostics(t, newProtocol(t).configure(t, block), "error at token: Missing token: .* the configuration file of the Qualytics CLI.$")
}

func TestCLIConfig_timeout(t *testing.T) {
	resolve := func(configured types.String, patterns ...string) time.Duration {
		t.Helper()
		var diags diag.Diagnostics
		timeout := resolver{environment: os.Getenv, file: readCLIConfig, diags: &diags}.requestTimeout(configured)
		expectDiagnostics(t, protocolDiagnostics(diags), patterns...)
		return timeout
	}
	expect := func(want time.Duration, configured types.String) {
		t.Helper()
		if got := resolve(configured); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	unset := types.StringNull()
	expect(30*time.Second, unset)
	withCLIConfig(t, "timeout: 45\n")
	expect(45*time.Second, unset)
	t.Setenv("QUALYTICS_TIMEOUT", "90")
	expect(90*time.Second, unset)
	expect(500*time.Millisecond, types.StringValue("500ms"))

	for _, invalid := range []string{"soon", "0", "-1", "1.5", "30s", " 30", "10000000000", "99999999999999999999"} {
		t.Setenv("QUALYTICS_TIMEOUT", invalid)
		resolve(unset, fmt.Sprintf(`error at request_timeout: Invalid request_timeout: The request_timeout `+
			`\(taken from the environment variable QUALYTICS_TIMEOUT\) must be a whole number of seconds of 1 or more, not %q.`, invalid))
		expect(time.Minute, types.StringValue("1m"))
	}
	t.Setenv("QUALYTICS_TIMEOUT", "")
	for _, invalid := range []string{"0", "-5", "10000000000", "1_000"} {
		path := withCLIConfig(t, "timeout: "+invalid+"\n")
		resolve(unset, fmt.Sprintf(`error at request_timeout: Invalid request_timeout: The request_timeout \(taken from timeout in %s\) `+
			`must be a whole number of seconds of 1 or more, not %q.`, path, invalid))
	}
}

// protocolDiagnostics converts diagnostics to those of the protocol.
func protocolDiagnostics(diags diag.Diagnostics) []*tfprotov6.Diagnostic {
	var converted []*tfprotov6.Diagnostic
	for _, diagnostic := range diags {
		severity := tfprotov6.DiagnosticSeverityWarning
		if diagnostic.Severity() == diag.SeverityError {
			severity = tfprotov6.DiagnosticSeverityError
		}
		plain := &tfprotov6.Diagnostic{Severity: severity, Summary: diagnostic.Summary(), Detail: diagnostic.Detail()}
		if placed, ok := diagnostic.(diag.DiagnosticWithPath); ok {
			plain.Attribute = tftypes.NewAttributePath().WithAttributeName(placed.Path().String())
		}
		converted = append(converted, plain)
	}
	return converted
}

// ssl_verify: false in the file turns verification off, with a warning, unless the provider block
// sets what to trust.
func TestCLIConfig_sslVerify(t *testing.T) {
	api, authority := newTLSAPI(t)
	const off = `warning at insecure_skip_verify: TLS verification is off: Any certificate is accepted, ` +
		`because ssl_verify is false \(taken from ssl_verify in .*config.yaml\)`
	for _, no := range []string{"false", "False", "no", "off"} {
		withCLIConfig(t, "url: "+api.url+"\nssl_verify: "+no+"\n")
		readsWith(t, api, api.json(`"max_retries": 0`), testToken, off)
	}
	readsWith(t, api, api.json(`"insecure_skip_verify": true`), testToken)
	readsWith(t, api, api.json(fmt.Sprintf(`"ca_cert_file": %q`, authority)), testToken)

	refuses := func(block string) {
		t.Helper()
		p := newProtocol(t)
		expectDiagnostics(t, p.configure(t, block))
		_, diagnostics := p.read(t, "qualytics_operation", `{"id": 100}`)
		expectDiagnostics(t, diagnostics, "error: Cannot read Run 100: .*certificate")
	}
	refuses(api.json(`"insecure_skip_verify": false`))
	for _, yes := range []string{"true", "yes", "null", "", "~"} {
		withCLIConfig(t, "url: "+api.url+"\nssl_verify: "+yes+"\n")
		refuses(api.json(`"max_retries": 0`))
	}
}

// An unusable file is mentioned in the error about a missing setting. An unusable value is an error
// that names its key. Neither error quotes the file.
func TestCLIConfig_invalid(t *testing.T) {
	const (
		secret  = "s3cr3t"
		ignored = ".*\n\nThe provider ignores ~/.qualytics/config.yaml: "
	)
	url, token := "error at url: Missing url", "error at token: Missing token"
	of := func(attribute, key, wanted string) string {
		return fmt.Sprintf(`error at %s: Invalid %s: The value of %s in /.*/.qualytics/config.yaml must be %s. `+
			`Correct the file, or set %s in the provider block.$`, attribute, attribute, key, wanted, attribute)
	}
	notYAML := func(line string) []string {
		reason := ignored + `/.*/.qualytics/config.yaml` + line + ` is not YAML`
		return []string{url + reason, token + reason}
	}
	for _, test := range []struct {
		text string
		want []string
	}{
		{"", []string{url, token}},
		{"url: \ntoken: null\n", []string{url, token}},
		{"urls: x\ntokens: y\n", []string{url, token}},
		{"url: [" + secret + "\n", notYAML(` \(line \d+\)`)},
		{"token: \"" + secret + "\n", notYAML(` \(line \d+\)`)},
		{"- url: " + secret + "\n", notYAML(`( \(line 1\))?`)},
		{"token: a\ntoken: " + secret + "\n", notYAML(` \(line 2\)`)},
		{"url: [" + secret + "]\ntoken: x\n", []string{of("url", "url", "a string; put it in quotes"), token}},
		{"url: https://q.example.com\ntoken: 12345678\n", []string{of("token", "token", "a string; put it in quotes")}},
		{"url: https://q.example.com\ntoken: {a: " + secret + "}\n", []string{of("token", "token", "a string; put it in quotes")}},
		{"url: https://q.example.com\ntoken: y\ntimeout: \"30\"\n", []string{of("request_timeout", "timeout", "a whole number of seconds")}},
		{"url: https://q.example.com\ntoken: y\ntimeout: 2.5\n", []string{of("request_timeout", "timeout", "a whole number of seconds")}},
		{
			"url: https://q.example.com\ntoken: y\nssl_verify: " + secret + "\n",
			[]string{of("insecure_skip_verify", "ssl_verify", "true or false")},
		},
		{"url: " + secret + "\ntoken: y\n", []string{
			`error at url: Invalid url: The url \(taken from url in /.*/.qualytics/config.yaml\) must be a URL`,
		}},
		{
			"url: https://q.example.com\ntoken: " + secret + "\\n " + secret + "\n",
			[]string{`error at token: Invalid token: The token \(taken from token in /.*/.qualytics/config.yaml\) contains white space`},
		},
	} {
		t.Run("", func(t *testing.T) {
			t.Logf("%q", test.text)
			withCLIConfig(t, test.text)
			diagnostics := newProtocol(t).configure(t, "{}")
			expectDiagnostics(t, diagnostics, test.want...)
			for _, diagnostic := range diagnostics {
				if strings.Contains(diagnosticLine(diagnostic), secret) {
					t.Errorf("the diagnostic quotes the file: %s", diagnosticLine(diagnostic))
				}
			}
		})
	}
}

// Values of the file that are not needed are not validated.
func TestCLIConfig_notNeeded(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	withCLIConfig(t, "url: [1]\ntoken: 5\ntimeout: x\nssl_verify: x\n")
	all := api.json(`"request_timeout": "5s"`)
	readsWith(t, api, all, testToken)
	withCLIConfig(t, "url: [")
	readsWith(t, api, api.json(`"max_retries": 1`), testToken)
	t.Setenv("QUALYTICS_URL", api.url)
	t.Setenv("QUALYTICS_TOKEN", testToken)
	readsWith(t, api, `{}`, testToken)
	t.Setenv("QUALYTICS_TIMEOUT", "5")
	readsWith(t, api, `{"insecure_skip_verify": false}`, testToken)
}
