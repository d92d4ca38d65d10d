// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"

	"github.com/dustin/go-humanize"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// gate decides whether a terminal Run fails the apply that waited for it. It fails closed: missing
// data fails the apply.
type gate struct {
	failOn       []qualytics.Result
	maxAnomalies *int64 // nil: any number passes
}

// failableResults are the terminal results that may fail an apply.
var failableResults = []qualytics.Result{qualytics.ResultFailure, qualytics.ResultAborted}

// failsOn reports whether a terminal result fails the apply. An unknown result counts as a failure.
func (g gate) failsOn(result qualytics.Result) bool {
	switch result {
	case qualytics.ResultSuccess:
		return false
	case qualytics.ResultAborted:
		return slices.Contains(g.failOn, result)
	default:
		return slices.Contains(g.failOn, qualytics.ResultFailure)
	}
}

// tooManyAnomalies explains why the anomalies of a Run fail the apply. It returns "" if they do
// not.
func (g gate) tooManyAnomalies(run *qualytics.Operation) string {
	if g.maxAnomalies == nil {
		return ""
	}
	count, ok := run.Status.Whole(qualytics.CounterAnomalies)
	switch {
	case !ok:
		return fmt.Sprintf("`max_anomalies` is set, but the Run does not report the number of anomalies (status[%q]).",
			qualytics.CounterAnomalies)
	case count > *g.maxAnomalies:
		return fmt.Sprintf("The Run identified %s, and `max_anomalies` allows %s.", anomalies(count), humanize.Comma(*g.maxAnomalies))
	}
	return ""
}

// passes reports whether a terminal Run passes the gate.
func (g gate) passes(run *qualytics.Operation) bool {
	return !g.failsOn(run.Result) && g.tooManyAnomalies(run) == ""
}

// failure explains why a Run does not pass the gate.
func (g gate) failure(run *qualytics.Operation) string {
	switch {
	case !run.Finished():
		return "It failed, and is active again."
	case !g.failsOn(run.Result):
		return g.tooManyAnomalies(run)
	case run.Result == qualytics.ResultFailure || run.Result == qualytics.ResultAborted:
		return fmt.Sprintf("Its result is `%s`, and `fail_on` includes `%[1]s`.", run.Result)
	default:
		return fmt.Sprintf("Its result is `%s`, which counts as `failure`, and `fail_on` includes `failure`.", printable(string(run.Result)))
	}
}

func anomalies(count int64) string {
	if count == 1 {
		return "1 anomaly"
	}
	return humanize.Comma(count) + " anomalies"
}

const maxAnomaliesDescription = "Maximum number of anomalies that the Run may identify, 0 or more. " +
	"If the Run identifies more, or does not report their number, the %[1]s fails as it does for a result in `fail_on`. " +
	"By default, any number passes. Only scans count anomalies. Requires the %[1]s to wait for the Run."

// validateGate rejects max_anomalies if it would have no effect.
func validateGate(maxAnomalies types.Int64, wait types.Bool, operationType qualytics.OperationType, diags *diag.Diagnostics) {
	if maxAnomalies.IsNull() {
		return
	}
	if !wait.IsNull() && !wait.IsUnknown() && !wait.ValueBool() {
		diags.AddAttributeError(path.Root("max_anomalies"), "Nothing to check max_anomalies",
			"max_anomalies is checked when the Run has ended, but wait_for_completion = false does not wait for that. "+
				"Set wait_for_completion to true, or remove max_anomalies.")
	}
	if operationType != "" && !operationType.CountsAnomalies() {
		diags.AddAttributeError(path.Root("max_anomalies"), "Nothing to check max_anomalies",
			fmt.Sprintf("A Run of type `%s` does not count anomalies. Remove max_anomalies, or rerun a scan.", operationType))
	}
}

const failOnDescription = "Results that fail the %[1]s when it waits for the Run: `failure`, `aborted`. Defaults to both. " +
	"With an empty list, no result fails the %[1]s. A terminal result that the provider does not know counts as `failure`."

func failOnValidators() []validator.List {
	return []validator.List{
		listvalidator.NoNullValues(),
		listvalidator.UniqueValues(),
		listvalidator.ValueStringsAre(stringvalidator.OneOf(plainStrings(failableResults)...)),
	}
}

// failOn returns the results in fail_on, or the default if they are null or unknown.
func failOn(list types.List) []qualytics.Result {
	if list.IsNull() || list.IsUnknown() {
		return failableResults
	}
	for _, element := range list.Elements() {
		if element.IsUnknown() {
			return failableResults
		}
	}
	return goStrings[qualytics.Result](list)
}
