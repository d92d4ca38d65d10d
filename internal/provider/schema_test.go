// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// The framework finds every schema valid, and every block and attribute is described in full completeSentences.
func TestSchemas_areDescribed(t *testing.T) {
	server := serve(testProvider())
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	expectDiagnostics(t, schemas.Diagnostics)
	expectDescribedBlock(t, "provider", schemas.Provider.Block)
	for name, schema := range schemas.DataSourceSchemas {
		expectDescribedBlock(t, "data source "+name, schema.Block)
	}
	for name, schema := range schemas.ResourceSchemas {
		expectDescribedBlock(t, "resource "+name, schema.Block)
	}
	for name, schema := range schemas.ActionSchemas {
		expectDescribedBlock(t, "action "+name, schema.Schema.Block)
	}
	for name, schema := range schemas.ListResourceSchemas {
		expectDescribedBlock(t, "list resource "+name, schema.Block)
	}

	identities, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	expectDiagnostics(t, identities.Diagnostics)
	for name, schema := range identities.IdentitySchemas {
		for _, attribute := range schema.IdentityAttributes {
			expectSentences(t, "identity of "+name+"."+attribute.Name, attribute.Description)
		}
	}
}

func expectDescribedBlock(t *testing.T, name string, block *tfprotov6.SchemaBlock) {
	t.Helper()
	expectSentences(t, name, block.Description)
	expectDescribed(t, name, block.Attributes)
	for _, nested := range block.BlockTypes {
		expectDescribedBlock(t, name+"."+nested.TypeName, nested.Block)
	}
}

func expectDescribed(t *testing.T, name string, attributes []*tfprotov6.SchemaAttribute) {
	t.Helper()
	for _, attribute := range attributes {
		path := name + "." + attribute.Name
		expectSentences(t, path, attribute.Description)
		if attribute.NestedType != nil {
			expectDescribed(t, path, attribute.NestedType.Attributes)
		}
	}
}

var completeSentences = regexp.MustCompile("^[A-Z`].*[^.]\\.$")

func expectSentences(t *testing.T, name, description string) {
	t.Helper()
	if !completeSentences.MatchString(description) {
		t.Errorf("%s: not described in full completeSentences: %q", name, description)
	}
}
