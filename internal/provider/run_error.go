// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// runError is an error of the API about a Run, with what the provider was doing to it.
type runError struct {
	subject subject
	err     error
}

func (e *runError) Error() string { return e.subject.summary() + ": " + e.err.Error() }

func (e *runError) Unwrap() error { return e.err }

// addRunError reports a [*runError] on the whole resource.
func addRunError(diags *diag.Diagnostics, err error) {
	if failed, ok := errors.AsType[*runError](err); ok {
		addError(diags, failed.subject, failed.err)
	}
}

// explainRunError explains a [*runError] within another diagnostic.
func explainRunError(err error) string {
	failed, ok := errors.AsType[*runError](err)
	if !ok {
		return sentence(err.Error())
	}
	return failed.subject.summary() + ". " + failed.subject.explain(failed.err)
}
