// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// The explanation of a gateway's page depends on its status, and never attributes it to the API.
func TestDiagnostics_gateway(t *testing.T) {
	t.Parallel()
	const page = "<html><head><title>nginx</title></head></html>"
	for status, want := range map[int]string{
		400: "error: .*HTTP status 400: an HTML page titled \"nginx\".\n\nThe response is not from the Qualytics API: " +
			"a gateway or firewall .*refused the request. The token's permissions are not the cause. Check the provider's .url.",
		401: "error: .*HTTP status 401: .*a gateway or firewall .*The gateway requires a separate login.",
		403: "error: .*HTTP status 403: .*a gateway or firewall .*The token's permissions are not the cause. .*ask the operator of the gateway",
		404: "error: .*HTTP status 404: .*There is no Qualytics API at this address",
		405: "error: .*HTTP status 405: .*a gateway or firewall .*Check the provider's .url.",
		409: "error: .*HTTP status 409: .*a gateway or firewall ",
		414: "error: .*HTTP status 414: .*a gateway or firewall .*The URL is too long, because the filters have too many values.",
		422: "error: .*HTTP status 422: .*a gateway or firewall ",
		429: "error: .*HTTP status 429: .*requests per second for each IP address. " +
			"Clients behind the same NAT, such as CI runners, share that limit",
		502: "error: .*HTTP status 502: .*A gateway in front of the deployment sent this response, " +
			"because the deployment is down, restarting or too slow",
		503: "error: .*HTTP status 503: .*A gateway in front of the deployment sent this response, " +
			"because the deployment is down, restarting or too slow",
		504: "error: .*HTTP status 504: .*A gateway in front of the deployment sent this response, " +
			"because the deployment is down, restarting or too slow",
	} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Inject(mockapi.Fault{Times: mockapi.Always, Status: status, Body: page})
			p := api.connect(t, `"max_retries": 0`)
			_, diagnostics := p.read(t, "qualytics_operation", `{"id": 100}`)
			expectDiagnostics(t, diagnostics, want)
			if status < 500 && status != http.StatusTooManyRequests {
				api.expectRequests(t, "GET /api/operations/100")
				for _, diagnostic := range diagnostics {
					line := diagnosticLine(diagnostic)
					if strings.Contains(line, "Editor team permission") || strings.Contains(line, "No such Run") {
						t.Errorf("the page is attributed to the API: %s", line)
					}
				}
			}
		})
	}
}

// A rejected parameter is an error on its attribute, including path parameters.
func TestDiagnostics_rejectedParameters(t *testing.T) {
	t.Parallel()
	reject := func(location string) mockapi.Fault {
		return mockapi.Fault{
			Method: http.MethodPut, Status: 422, Body: `{"detail": [{"loc": ` + location + `, "msg": "Input should be valid", "type": "x"}]}`,
		}
	}
	for name, test := range map[string]struct {
		location string
		resource string
		want     string
	}{
		"path": {
			`["path", "id"]`,
			"qualytics_run_rerun",
			"error at run_id: Invalid run_id: The Qualytics API rejected this value: Input should be valid.",
		},
		"another name": {`["path", "operation_id"]`, "qualytics_run_abort", "error at run_id: Invalid run_id: "},
		"query":        {`["query", "force_abort"]`, "qualytics_run_resume", "error at force_abort: Invalid force_abort: "},
		"body": {
			`["body"]`,
			"qualytics_run_rerun",
			"error: Cannot rerun Run 100: .*HTTP status 422: body: Input should be valid.\n\nThe API rejected a value.",
		},
		"nowhere": {`[]`, "qualytics_run_rerun", "error: Cannot rerun Run 100: .*HTTP status 422: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			if test.resource == "qualytics_run_resume" {
				api.Remove(100)
				api.Seed(scan(100, "failure"))
			}
			api.Inject(reject(test.location))
			expectDiagnostics(t, api.protocol(t).manage(t, test.resource).apply(t, `{"run_id": 100}`), test.want)
		})
	}
}

// A wrong base URL is reported as such by each data source, with the requested URL.
func TestDiagnostics_wrongURL(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	webUI := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<html><head><title>Qualytics</title></head></html>"))
	}))
	t.Cleanup(webUI.Close)
	for _, test := range []struct{ url, requested, want string }{
		{
			api.url + "/api/v1",
			api.url + "/api/v1/api/operations",
			"There is no Qualytics API at this address, so the provider's .url. is wrong. " +
				"Set it to the base URL of the deployment, such as https://your-instance.qualytics.io",
		},
		{
			webUI.URL,
			webUI.URL + "/api/operations",
			"The response is not from the Qualytics API, .* Check that the provider's .url. is the base URL",
		},
	} {
		p := newProtocol(t)
		expectDiagnostics(t, p.configure(t, fmt.Sprintf(`{"url": %q, "token": %q}`, test.url, testToken)))
		_, diagnostics := p.read(t, "qualytics_operations", `{}`)
		expectDiagnostics(t, diagnostics, "error: Cannot list Runs: GET "+test.requested+" returned HTTP status .*"+test.want)
		_, diagnostics = p.read(t, "qualytics_operation", `{"id": 100}`)
		expectDiagnostics(t, diagnostics, "error: Cannot read Run 100: GET "+test.requested+"/100 returned HTTP status .*"+test.want)
	}
}

// http:// to a TLS port, https:// to a port without TLS, and a redirect to an untrusted address.
func TestDiagnostics_schemes(t *testing.T) {
	t.Parallel()
	secure, _ := newTLSAPI(t)
	plain := newProtocol(t)
	expectDiagnostics(t,
		plain.configure(t, fmt.Sprintf(`{"url": %q, "token": %q}`, strings.Replace(secure.url, "https:", "http:", 1), testToken)))
	_, diagnostics := plain.read(t, "qualytics_operation", `{"id": 100}`)
	expectDiagnostics(t, diagnostics,
		"error: Cannot read Run 100: .*HTTP status 400: .*\n\nThe server expects TLS. Change the provider's .url. from http:// to https://.")

	api, tls := newAPI(t, mockapi.Options{}), newProtocol(t)
	expectDiagnostics(t,
		tls.configure(t, fmt.Sprintf(`{"url": %q, "token": %q}`, strings.Replace(api.url, "http:", "https:", 1), testToken)))
	_, diagnostics = tls.read(t, "qualytics_operation", `{"id": 100}`)
	expectDiagnostics(t, diagnostics,
		"error: Cannot read Run 100: .*HTTP response to HTTPS client.\n\n"+
			"The server does not use TLS. Check the port .* from https:// to http://.$")

	redirecting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, secure.url+r.URL.Path, http.StatusMovedPermanently)
	}))
	t.Cleanup(redirecting.Close)
	redirected := newProtocol(t)
	expectDiagnostics(t, redirected.configure(t, fmt.Sprintf(`{"url": %q, "token": %q}`, redirecting.URL, testToken)))
	_, diagnostics = redirected.read(t, "qualytics_operation", `{"id": 100}`)
	expectDiagnostics(t, diagnostics,
		"error: Cannot read Run 100: GET "+redirecting.URL+"/api/operations/100 received no usable response: redirected to "+secure.url+
			"/api/operations/100, where the request failed: .*certificate.*\n\nThe provider's .url. redirects to "+secure.url+". "+
			"If that is your deployment, set .url. to it. .*ca_cert_file")
}

// The error about a rejected token names its source and, if known, its expiry.
func TestDiagnostics_token(t *testing.T) {
	jwt := func(claims string) string {
		return "eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
	}
	api := newAPI(t, mockapi.Options{})
	rejected := func(config, want string) {
		t.Helper()
		p := newProtocol(t)
		expectDiagnostics(t, p.configure(t, config))
		_, diagnostics := p.read(t, "qualytics_operation", `{"id": 100}`)
		expectDiagnostics(t, diagnostics, "error: Cannot read Run 100: GET "+api.url+"/api/operations/100 returned HTTP status 401: .*\n\n"+want)
	}
	inBlock := func(token string) string { return fmt.Sprintf(`{"url": %q, "token": %q}`, api.url, token) }
	rejected(inBlock("another-token"),
		`The API token \(set in the provider block\) is wrong, was revoked, or is for another deployment. `+
			`Check the token, and that the deployment accepts API tokens.$`)
	rejected(inBlock(jwt(`{"exp": 1577836800}`)),
		`The API token \(set in the provider block\) expired at 2020-01-01T00:00:00Z. Replace it with a new one.`)
	rejected(inBlock(jwt(`{"exp": 99999999999}`)),
		`The API token \(set in the provider block\) is wrong, .* It expires at 5138-11-16T09:46:39Z. Check the token`)
	withoutToken := fmt.Sprintf(`{"url": %q}`, api.url)
	path := withCLIConfig(t, fmt.Sprintf("url: %s\ntoken: another-token\n", api.url))
	rejected(withoutToken, `The API token \(taken from token in `+path+`\) is wrong`)
	t.Setenv("QUALYTICS_TOKEN", "another-token")
	rejected(withoutToken, `The API token \(taken from the environment variable QUALYTICS_TOKEN\) is wrong`)
}

// Text from the server is printable and short in diagnostics.
func TestDiagnostics_printable(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"detail": "\u001b[31mred\u001b[0m \u0000\u009b2J` + strings.Repeat("x", 1<<14) + `"}`,
		"<html><title>\x1b]0;owned\x07red " + strings.Repeat("x", 1<<14) + "</title>",
		"\x1b[31mred " + strings.Repeat("x", 1<<14),
	} {
		api := newAPI(t, mockapi.Options{})
		api.Inject(mockapi.Fault{Status: 400, Body: body})
		_, diagnostics := api.protocol(t).read(t, "qualytics_operation", `{"id": 100}`)
		for _, diagnostic := range diagnostics {
			text := diagnosticLine(diagnostic)
			if len(text) > 4000 || !strings.Contains(text, "red") || strings.ContainsAny(text, "\x00\x1b\u009b") || strings.Contains(text, `\x1b`) {
				t.Errorf("%d bytes: %.300q", len(text), text)
			}
		}
	}
}

// The advice differs between resources and actions.
func TestDiagnostics_advice(t *testing.T) {
	t.Parallel()
	lost := &qualytics.Error{Call: "PUT https://a.qualytics.io/api/operations/rerun/100", Kind: qualytics.KindDisconnected, Detail: "EOF"}
	rerun, resume := actionOn(qualytics.ActionRerun, 100), actionOn(qualytics.ActionResume, 100)
	for name, test := range map[string]struct {
		subject subject
		err     error
		want    string
	}{
		"timeout of a resource": {
			rerun, context.DeadlineExceeded, "The operation timed out. Apply again to continue, or increase the value in `timeouts`.$",
		},
		"timeout of an action": {rerun.ofAction(), context.DeadlineExceeded, "The operation timed out. Increase the action's `timeout`.$"},
		"a request's timeout": {
			rerun.ofAction(), &qualytics.Error{Kind: qualytics.KindCancelled, Err: context.DeadlineExceeded}, ".*Increase the action's `timeout`.$",
		},
		"interrupt":      {rerun, context.Canceled, "The operation was interrupted.$"},
		"something else": {rerun, errors.New("odd\x1b[0m"), "odd.$"},
		"lost rerun": {
			rerun,
			&qualytics.LostStartError{Lost: lost},
			"PUT https://a.qualytics.io/api/operations/rerun/100 received no usable response: EOF. It is not known .*not retried.\n\n" +
				"No matching Run was found, .*terraform import ADDRESS ID",
		},
		"lost rerun of an action": {
			rerun.ofAction(), &qualytics.LostStartError{Lost: lost}, ".*Before you invoke the action again, list the newest Runs",
		},
		"lost resume": {
			resume, &qualytics.LostStartError{Lost: lost}, ".*Before you apply again, read the Run .*: the next apply resumes it again.$",
		},
		"lost, not found out": {
			rerun,
			&qualytics.LostStartError{Lost: lost, SearchErr: lost},
			".*The search for the Run failed as well: PUT .*EOF. If the request started a Run",
		},
		"lost, interrupted": {
			rerun,
			&qualytics.LostStartError{Lost: lost, Interrupted: true},
			".*The search for the Run was interrupted. The deployment may still start it. If the request started a Run",
		},
	} {
		var diags diag.Diagnostics
		addErrorAt(&diags, path.Root("run_id"), test.subject.failed(test.err))
		t.Log(name)
		expectDiagnostics(t, protocolDiagnostics(diags), "error: Cannot "+test.subject.verb+" Run 100: "+test.want)
		for _, diagnostic := range diags {
			if test.subject.inAction && (strings.Contains(diagnostic.Detail(), "timeouts") || strings.Contains(diagnostic.Detail(), "import")) {
				t.Errorf("%s: the text is not for actions: %s", name, diagnostic.Detail())
			}
		}
	}
}
