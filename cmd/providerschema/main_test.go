// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"

	qualytics "github.com/qualytics/terraform-provider-qualytics/internal/provider"
)

// make docs-check compares what the documentation generator makes of the schema. Here, every kind of
// schema is there.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), &out, qualytics.New("test")()); err != nil {
		t.Fatal(err)
	}
	var printed document
	decoder := json.NewDecoder(strings.NewReader(strings.ReplaceAll(out.String(), `"type":`, `"ignored":`)))
	if err := decoder.Decode(&printed); err != nil {
		t.Fatal(err)
	}
	got := printed.Schemas[providerKey]
	if !got.Provider.Block.Attributes["token"].Sensitive || len(got.DataSources) == 0 || len(got.ListResources) == 0 ||
		!got.Resources["qualytics_run"].Block.Attributes["operation_type"].Required ||
		!got.Identities["qualytics_run_rerun"].Attributes["id"].RequiredForImport ||
		got.Actions["qualytics_run_rerun"].Block.Attributes["latest"].NestedType == nil {
		t.Errorf("the schema is incomplete: %+v", got)
	}
}

// What is not converted is an error.
func TestRunRefuses(t *testing.T) {
	for want, refused := range map[string]provider.Provider{
		"functions": functionProvider{qualytics.New("test")()}, "blocks": blockProvider{qualytics.New("test")()},
	} {
		if err := run(t.Context(), &bytes.Buffer{}, refused); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

type blockProvider struct{ provider.Provider }

func (blockProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerschema.Schema{
		Blocks: map[string]providerschema.Block{"retries": providerschema.SingleNestedBlock{}},
	}
}

type functionProvider struct{ provider.Provider }

func (functionProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{func() function.Function { return testFunction{} }}
}

type testFunction struct{}

func (testFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "test"
}

func (testFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{Return: function.StringReturn{}}
}

func (testFunction) Run(context.Context, function.RunRequest, *function.RunResponse) {}
