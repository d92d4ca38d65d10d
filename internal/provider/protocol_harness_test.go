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
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestMain keeps what the shell and the home directory configure out of the tests.
func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "home")
	if err != nil {
		panic(err)
	}
	for name, value := range map[string]string{"HOME": home, "TMPDIR": home, "QUALYTICS_URL": "", "QUALYTICS_TOKEN": "", "QUALYTICS_TIMEOUT": ""} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	status := m.Run()
	_ = os.RemoveAll(home)
	os.Exit(status)
}

// protocol is the provider as Terraform talks to it. Configurations are given as JSON, in which an
// attribute that is left out is null.
type protocol struct {
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

// newProtocol is a provider that is not configured yet.
func newProtocol(t *testing.T) *protocol {
	t.Helper()
	return serveProtocol(t, testProvider())
}

func serveProtocol(t *testing.T, provider *qualyticsProvider) *protocol {
	t.Helper()
	server := serve(provider)
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return &protocol{server: server, schemas: schemas}
}

// protocol is a provider that is configured for this server.
func (a *api) protocol(t *testing.T) *protocol {
	t.Helper()
	p := newProtocol(t)
	expectSaid(t, p.configure(t, a.json(`"poll_interval": "10ms"`)))
	return p
}

// json is a provider block for this server, with further arguments.
func (a *api) json(arguments string) string {
	return fmt.Sprintf(`{"url": %q, "token": %q, %s}`, a.url, testToken, arguments)
}

func (p *protocol) configure(t *testing.T, config string) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := p.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.99.0", Config: given(config)})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

func (p *protocol) validateDataSource(t *testing.T, name, config string) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := p.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: given(config)})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// read reads a data source; its state is nil where there is none.
func (p *protocol) read(t *testing.T, name, config string) (map[string]any, []*tfprotov6.Diagnostic) {
	t.Helper()
	return p.readWithin(t.Context(), t, name, config)
}

func (p *protocol) readWithin(ctx context.Context, t *testing.T, name, config string) (map[string]any, []*tfprotov6.Diagnostic) {
	t.Helper()
	resp, err := p.server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: given(config)})
	if err != nil {
		t.Fatal(err)
	}
	state, _ := plain(t, resp.State, p.schemas.DataSourceSchemas[name].ValueType()).(map[string]any)
	return state, resp.Diagnostics
}

func given(config string) *tfprotov6.DynamicValue {
	return &tfprotov6.DynamicValue{JSON: []byte(config)}
}

// plain turns a value of the protocol into plain Go: maps, slices, text, and numbers as int64 where they
// are, else as text.
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
	case typ.Is(tftypes.List{}):
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

// said is a diagnostic in one line, such as "error at url: Missing url: The provider needs ...".
func said(diagnostic *tfprotov6.Diagnostic) string {
	line := strings.ToLower(diagnostic.Severity.String())
	if at := diagnostic.Attribute; at != nil && len(at.Steps()) > 0 {
		line += " at " + strings.TrimSuffix(strings.TrimPrefix(at.String(), "AttributeName(\""), "\")")
	}
	return line + ": " + diagnostic.Summary + ": " + diagnostic.Detail
}

// expectSaid checks the diagnostics one by one, each against a pattern from its beginning on.
func expectSaid(t *testing.T, diagnostics []*tfprotov6.Diagnostic, patterns ...string) {
	t.Helper()
	for i, diagnostic := range diagnostics {
		switch line := said(diagnostic); {
		case i >= len(patterns):
			t.Errorf("unexpected diagnostic: %s", line)
		case !regexp.MustCompile("^(?s:" + patterns[i] + ")").MatchString(line):
			t.Errorf("diagnostic %d:\n got %s\nwant %s", i, line, patterns[i])
		}
		if strings.Contains(said(diagnostic), testToken) {
			t.Errorf("the token is in a diagnostic: %s", said(diagnostic))
		}
	}
	for _, pattern := range patterns[min(len(diagnostics), len(patterns)):] {
		t.Errorf("missing diagnostic: %s", pattern)
	}
}

// seen are the requests that a server has received, in order.
func (a *api) seen() []string {
	var seen []string
	for _, request := range a.Requests() {
		seen = append(seen, request.String())
	}
	return seen
}

// expectSeen checks that exactly these requests have been made so far.
func (a *api) expectSeen(t *testing.T, want ...string) {
	t.Helper()
	if got := a.seen(); !slices.Equal(got, want) {
		t.Errorf("requests:\n got %q\nwant %q", got, want)
	}
}
