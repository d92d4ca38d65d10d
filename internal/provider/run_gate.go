// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"slices"

	"github.com/dustin/go-humanize"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// gate decides whether a terminal Run fails the apply that waited for it. It fails closed: missing
// data fails the apply.
type gate struct {
	waits        bool // false: the apply does not wait, so nothing is judged
	failOn       []qualytics.Result
	maxAnomalies *int64           // nil: any number passes
	expected     qualytics.Result // any other result that passes is a warning
}

// waitModel holds the arguments that make the gate, of resources and actions.
type waitModel struct {
	WaitForCompletion types.Bool  `tfsdk:"wait_for_completion"`
	FailOn            types.List  `tfsdk:"fail_on"`
	MaxAnomalies      types.Int64 `tfsdk:"max_anomalies"`
}

// gate returns the gate. Null values count as the defaults, unknown ones as the strictest.
func (m waitModel) gate() gate {
	return gate{
		waits:        m.WaitForCompletion.IsUnknown() || trueIfNull(m.WaitForCompletion),
		failOn:       failOn(m.FailOn),
		maxAnomalies: m.MaxAnomalies.ValueInt64Pointer(),
		expected:     qualytics.ResultSuccess,
	}
}

// waitAttributes returns the attributes of waitModel.
func waitAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"wait_for_completion": schema.BoolAttribute{
			Optional: true,
			Computed: true,
			Default:  booldefault.StaticBool(true),
			MarkdownDescription: "Whether to wait until the Run has ended. Defaults to `true`. " +
				"With `false`, the apply ends as soon as the API has accepted the Run, and its result cannot fail the apply.",
		},
		"fail_on": schema.ListAttribute{
			Optional:    true,
			Computed:    true,
			ElementType: types.StringType,
			Default:     listdefault.StaticValue(types.ListValueMust(types.StringType, stringValues(plainStrings(failableResults)))),
			Validators: []validator.List{
				listvalidator.NoNullValues(),
				listvalidator.UniqueValues(),
				listvalidator.ValueStringsAre(stringvalidator.OneOf(plainStrings(failableResults)...)),
			},
			MarkdownDescription: "Results that fail the apply when it waits for the Run: `failure`, `aborted`. Defaults to both. " +
				"With an empty list, no result fails the apply. A terminal result that the provider does not know counts as `failure`.",
		},
		"max_anomalies": schema.Int64Attribute{
			Optional:   true,
			Validators: []validator.Int64{int64validator.AtLeast(0)},
			MarkdownDescription: "Maximum number of anomalies that the Run may identify, 0 or more. " +
				"If the Run identifies more, does not report their number, or targets no container, " +
				"the apply fails as it does for a result in `fail_on`. " +
				"By default, any number passes. Only scans count anomalies. Requires `wait_for_completion`.",
		},
	}
}

// failableResults are the terminal results that may fail an apply.
var failableResults = []qualytics.Result{qualytics.ResultFailure, qualytics.ResultAborted}

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

// passes reports whether a terminal Run passes the gate.
func (g gate) passes(run *qualytics.Operation) bool {
	return !g.failsOn(run.Result) && g.objection(run) == ""
}

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

// objection explains why the data of a Run fails the apply. It returns "" if it does not.
func (g gate) objection(run *qualytics.Operation) string {
	if g.maxAnomalies == nil {
		return ""
	}
	count, ok := run.Status.Whole(qualytics.CounterAnomalies)
	total, counted := run.Status.Whole(qualytics.CounterContainers)
	switch {
	case !ok:
		return fmt.Sprintf("`max_anomalies` is set, but the Run does not report the number of anomalies (status[%q]).",
			qualytics.CounterAnomalies)
	case counted && total == 0:
		return "`max_anomalies` is set, but the Run targeted no container, so it checked no data. Check its settings, such as `container_names`."
	case count > *g.maxAnomalies:
		return fmt.Sprintf("The Run identified %s, and `max_anomalies` allows %s.", anomalies(count), humanize.Comma(*g.maxAnomalies))
	}
	return ""
}

// failure explains why a Run does not pass the gate.
func (g gate) failure(run *qualytics.Operation) string {
	switch {
	case !g.failsOn(run.Result):
		return g.objection(run)
	case slices.Contains(failableResults, run.Result):
		return fmt.Sprintf("Its result is `%s`, and `fail_on` includes `%[1]s`.", run.Result)
	default:
		return fmt.Sprintf("Its result is `%s`, which counts as `failure`, and `fail_on` includes `failure`.", printable(string(run.Result)))
	}
}

// shortfall explains that a Run which passes analyzed fewer containers than it targeted, or did not
// target all that its settings name. It returns "" if it did, or if no gate on the data is set.
func (g gate) shortfall(run *qualytics.Operation) string {
	if g.maxAnomalies == nil {
		return ""
	}
	if missing := run.MissingContainers(); len(missing) > 0 {
		return fmt.Sprintf("It did not target %s, which the setting `container_names` includes. "+
			"Check the names: `max_anomalies` was checked for the other containers only.", quotedList(missing))
	}
	analyzed, ok := run.Status.Whole(qualytics.CounterAnalyzed)
	total, counted := run.Status.Whole(qualytics.CounterContainers)
	if !ok || !counted || analyzed >= total {
		return ""
	}
	return fmt.Sprintf("It analyzed %s of %s containers, so `max_anomalies` was checked for these only.",
		humanize.Comma(analyzed), humanize.Comma(total))
}

func anomalies(count int64) string {
	if count == 1 {
		return "1 anomaly"
	}
	return humanize.Comma(count) + " anomalies"
}

// validate rejects max_anomalies if it would have no effect.
func (m waitModel) validate(operationType qualytics.OperationType, diags *diag.Diagnostics) {
	if m.MaxAnomalies.IsNull() || m.MaxAnomalies.IsUnknown() {
		return
	}
	if !m.gate().waits {
		diags.AddAttributeError(path.Root("max_anomalies"), "Nothing to check max_anomalies",
			"max_anomalies is checked when the Run has ended, but wait_for_completion = false does not wait for that. "+
				"Set wait_for_completion to true, or remove max_anomalies.")
	}
	if operationType != "" && !operationType.CountsAnomalies() {
		diags.AddAttributeError(path.Root("max_anomalies"), "Nothing to check max_anomalies",
			fmt.Sprintf("A Run of type `%s` does not count anomalies. Remove max_anomalies, or use a scan.", operationType))
	}
}

// incrementalScan is the reason why an incremental scan is a weak gate.
const incrementalScan = "The scan is incremental: it reads only what was added since the last scan, " +
	"so another one does not read the same records again and may pass although nothing was repaired. " +
	"Use a scan that is not incremental for the gate."

// warnLimits warns, when latest has found another Run than before, that its settings limit what the
// gate checks from now on.
func (g gate) warnLimits(run *qualytics.Operation, diags *diag.Diagnostics) {
	if names := run.Limits(); len(names) > 0 && g.waits && g.maxAnomalies != nil {
		diags.AddAttributeWarning(path.Root("latest"), "The gate checks a limited scan", paragraphs(
			fmt.Sprintf("%s is the latest Run, and its settings limit what it reads: %s. Each rerun has the same limits, "+
				"so the gate checks nothing else. To repeat another Run, set run_id, or narrow latest with schedule_id or container.",
				runName(run.ID), quotedList(names)), linkTo(run)))
	}
}

// warnIncremental warns during the plan of a gate that an incremental scan opens by itself.
func (g gate) warnIncremental(at path.Path, incremental bool, diags *diag.Diagnostics) {
	if incremental && g.waits && g.maxAnomalies != nil {
		diags.AddAttributeWarning(at, "The gate checks an incremental scan", incrementalScan)
	}
}
