// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"math/big"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestMain isolates the tests from the environment and the home directory. A process that a test
// starts shares theirs.
func TestMain(m *testing.M) {
	if url := os.Getenv(otherProcess); url != "" {
		os.Exit(actAsOtherProcess(url))
	}
	home, err := os.MkdirTemp("", "home")
	if err != nil {
		panic(err)
	}
	for name, value := range map[string]string{
		"HOME": home, "XDG_CACHE_HOME": home, "LocalAppData": home, "TMPDIR": home,
		"QUALYTICS_URL": "", "QUALYTICS_TOKEN": "", "QUALYTICS_TIMEOUT": "",
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	status := m.Run()
	_ = os.RemoveAll(home)
	os.Exit(status)
}

// protocol calls the provider as Terraform does. Configurations are JSON, in which omitted
// attributes are null.
type protocol struct {
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

// newProtocol returns a provider that is not configured.
func newProtocol(t *testing.T) *protocol {
	t.Helper()
	return serveProtocol(t, testProvider())
}

func serveProtocol(t *testing.T, provider *qualyticsProvider) *protocol {
	t.Helper()
	return &protocol{server: serve(provider), schemas: allSchemas()}
}

// allSchemas returns the schemas of the provider, which are the same for each server.
var allSchemas = sync.OnceValue(func() *tfprotov6.GetProviderSchemaResponse {
	schemas, err := serve(testProvider()).GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		panic(err)
	}
	return schemas
})

// protocol returns a provider that is configured for this server.
func (a *api) protocol(t *testing.T) *protocol {
	t.Helper()
	return a.connect(t, `"poll_interval": "10ms"`)
}

// connect returns a provider that is configured for this server, with more arguments.
func (a *api) connect(t *testing.T, arguments string) *protocol {
	t.Helper()
	p := newProtocol(t)
	expectDiagnostics(t, p.configure(t, a.json(arguments)))
	return p
}

// json returns a provider block for this server, with more arguments.
func (a *api) json(arguments string) string {
	return fmt.Sprintf(`{"url": %q, "token": %q, %s}`, a.url, testToken, arguments)
}

func (p *protocol) configure(t *testing.T, config string) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := p.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.99.0", Config: jsonConfig(config),
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

func (p *protocol) validateDataSource(t *testing.T, name, config string) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := p.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: name, Config: jsonConfig(config),
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// read reads a data source, and returns its state, or nil if there is none.
func (p *protocol) read(t *testing.T, name, config string) (map[string]any, []*tfprotov6.Diagnostic) {
	t.Helper()
	return p.readWithin(t.Context(), t, name, config)
}

func (p *protocol) readWithin(ctx context.Context, t *testing.T, name, config string) (map[string]any, []*tfprotov6.Diagnostic) {
	t.Helper()
	resp, err := p.server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: jsonConfig(config)})
	if err != nil {
		t.Fatal(err)
	}
	state, _ := plain(t, resp.State, p.schemas.DataSourceSchemas[name].ValueType()).(map[string]any)
	return state, resp.Diagnostics
}

func jsonConfig(config string) *tfprotov6.DynamicValue {
	return &tfprotov6.DynamicValue{JSON: []byte(config)}
}

// plain converts a value to plain Go: maps, slices, strings, and numbers as int64 or, if they are
// not integers, as strings.
func plain(t *testing.T, value *tfprotov6.DynamicValue, typ tftypes.Type) any {
	t.Helper()
	if value == nil {
		return nil
	}
	read, err := value.Unmarshal(typ)
	if err != nil {
		t.Fatal(err)
	}
	return plainValue(read)
}

func plainValue(value tftypes.Value) any {
	switch typ := value.Type(); {
	case !value.IsKnown():
		return tftypes.UnknownValue
	case value.IsNull():
		return nil
	case typ.Is(tftypes.String):
		return must[string](value)
	case typ.Is(tftypes.Bool):
		return must[bool](value)
	case typ.Is(tftypes.Number):
		number := must[big.Float](value)
		if whole, accuracy := number.Int64(); accuracy == big.Exact {
			return whole
		}
		return number.Text('f', -1)
	case typ.Is(tftypes.List{}), typ.Is(tftypes.Tuple{}):
		list := []any{}
		for _, element := range must[[]tftypes.Value](value) {
			list = append(list, plainValue(element))
		}
		return list
	default:
		object := map[string]any{}
		for name, element := range must[map[string]tftypes.Value](value) {
			object[name] = plainValue(element)
		}
		return object
	}
}

func must[T any](value tftypes.Value) T {
	var into T
	if err := value.As(&into); err != nil {
		panic(err)
	}
	return into
}

// diagnosticLine formats a diagnostic as one line, such as "error at url: Missing url: Set url in
// ...".
func diagnosticLine(diagnostic *tfprotov6.Diagnostic) string {
	line := strings.ToLower(diagnostic.Severity.String())
	if at := diagnostic.Attribute; at != nil && len(at.Steps()) > 0 {
		line += " at " + strings.TrimSuffix(strings.TrimPrefix(at.String(), "AttributeName(\""), "\")")
	}
	return line + ": " + diagnostic.Summary + ": " + diagnostic.Detail
}

// expectDiagnostics checks each diagnostic against the pattern of the same index, from its start. A
// link may follow the end of a pattern. Without patterns, there must be no diagnostics.
func expectDiagnostics(t *testing.T, diagnostics []*tfprotov6.Diagnostic, patterns ...string) {
	t.Helper()
	for i, diagnostic := range diagnostics {
		switch line := diagnosticLine(diagnostic); {
		case i >= len(patterns):
			t.Errorf("unexpected diagnostic: %s", line)
		case !regexp.MustCompile("^(?s:" + orLink(patterns[i]) + ")").MatchString(line):
			t.Errorf("diagnostic %d:\n got %s\nwant %s", i, line, patterns[i])
		}
		if strings.Contains(diagnosticLine(diagnostic), testToken) {
			t.Errorf("the token is in a diagnostic: %s", diagnosticLine(diagnostic))
		}
	}
	for _, pattern := range patterns[min(len(diagnostics), len(patterns)):] {
		t.Errorf("missing diagnostic: %s", pattern)
	}
}

// ifAny returns the pattern of expectDiagnostics, or none if it is empty.
func ifAny(pattern string) []string {
	if pattern == "" {
		return nil
	}
	return []string{pattern}
}

// orLink lets a link follow a pattern that ends a diagnostic.
func orLink(pattern string) string {
	if whole, ends := strings.CutSuffix(pattern, "$"); ends {
		return whole + `(\n\nOpen it: http\S+)?$`
	}
	return pattern
}

// requestLines returns all requests so far, in order.
func (a *api) requestLines() []string {
	var lines []string
	for _, request := range a.Requests() {
		lines = append(lines, request.String())
	}
	return lines
}

// expectRequests checks all requests so far.
func (a *api) expectRequests(t *testing.T, want ...string) {
	t.Helper()
	if got := a.requestLines(); !slices.Equal(got, want) {
		t.Errorf("requests:\n got %q\nwant %q", got, want)
	}
}
