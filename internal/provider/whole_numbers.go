// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// wholeNumberServer replaces the framework's error about a fraction in an integer attribute, which
// calls it a bug in the provider. Validators run too late to prevent that error.
type wholeNumberServer struct{ frameworkServer }

func explainFractions(diagnostics []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	var explained []*tfprotov6.Diagnostic
	seen := map[string]bool{} // several validators read the same attribute, and each of them fails
	for _, diagnostic := range diagnostics {
		if diagnostic.Attribute != nil && strings.Contains(diagnostic.Detail, "is not an integer") {
			if seen[diagnostic.Attribute.String()] {
				continue
			}
			seen[diagnostic.Attribute.String()] = true
			diagnostic.Summary = "Invalid number"
			diagnostic.Detail = "The value must be a whole number."
		}
		explained = append(explained, diagnostic)
	}
	return explained
}

func (s wholeNumberServer) ValidateDataResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest,
) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateDataResourceConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = explainFractions(resp.Diagnostics)
	}
	return resp, err
}

func (s wholeNumberServer) ValidateResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest,
) (*tfprotov6.ValidateResourceConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateResourceConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = explainFractions(resp.Diagnostics)
	}
	return resp, err
}

func (s wholeNumberServer) ValidateActionConfig(
	ctx context.Context, req *tfprotov6.ValidateActionConfigRequest,
) (*tfprotov6.ValidateActionConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateActionConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = explainFractions(resp.Diagnostics)
	}
	return resp, err
}

func (s wholeNumberServer) ValidateListResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest,
) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateListResourceConfig(ctx, req)
	if err == nil {
		resp.Diagnostics = explainFractions(resp.Diagnostics)
	}
	return resp, err
}
