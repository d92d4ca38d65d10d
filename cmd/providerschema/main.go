// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

// Command providerschema prints the provider's schema in the format of
// "terraform providers schema -json". It calls the provider at the protocol level, so that the
// documentation is complete whichever version of Terraform is installed, if any.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	qualytics "github.com/qualytics/terraform-provider-qualytics/internal/provider"
)

// providerKey is the provider's short name and not its address: tfplugindocs finds a provider in a
// schema file only by its short name or in the hashicorp namespace.
const providerKey = "qualytics"

func main() {
	if err := run(context.Background(), os.Stdout, qualytics.New("dev")()); err != nil {
		fmt.Fprintln(os.Stderr, "providerschema:", err)
		os.Exit(1)
	}
}

// run writes the schema of p to w as indented JSON.
func run(ctx context.Context, w io.Writer, p provider.Provider) error {
	server, err := providerserver.NewProtocol6WithError(p)()
	if err != nil {
		return fmt.Errorf("starting the provider: %w", err)
	}

	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return fmt.Errorf("reading the schemas: %w", err)
	}

	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return fmt.Errorf("reading the identity schemas: %w", err)
	}

	if err := diagnosticsError(slices.Concat(schemas.Diagnostics, identities.Diagnostics)); err != nil {
		return err
	}

	out, err := convertProvider(schemas, identities)
	if err != nil {
		return err
	}

	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	// Keep < and > in descriptions readable.
	encoder.SetEscapeHTML(false)

	return encoder.Encode(document{
		FormatVersion: "1.0",
		Schemas:       map[string]providerSchema{providerKey: out},
	})
}

// diagnosticsError joins the errors among diags and ignores warnings.
func diagnosticsError(diags []*tfprotov6.Diagnostic) error {
	var errs []error

	for _, diag := range diags {
		if diag.Severity == tfprotov6.DiagnosticSeverityError {
			errs = append(errs, fmt.Errorf("%s: %s", diag.Summary, diag.Detail))
		}
	}

	return errors.Join(errs...)
}
