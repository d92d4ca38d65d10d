// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/listdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

const (
	defaultWaitTimeout   = 60 * time.Minute
	defaultDeleteTimeout = 10 * time.Minute
)

// runModel is what the resources that do something to a Run have in common.
type runModel struct {
	operationModel
	RunID    types.Int64    `tfsdk:"run_id"`
	Triggers types.Map      `tfsdk:"triggers"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

func (m *runModel) held() *operationModel { return &m.operationModel }

// waitModel is how a resource waits for the Run that it started.
type waitModel struct {
	WaitForCompletion types.Bool `tfsdk:"wait_for_completion"`
	FailOn            types.List `tfsdk:"fail_on"`
}

// waits reports whether the Run is waited for, as far as that is known.
func (m waitModel) waits() bool {
	return m.WaitForCompletion.IsUnknown() || m.WaitForCompletion.ValueBool()
}

// failOn are the results that are errors; all that can be, while they are not known.
func (m waitModel) failOn() []string {
	var results []string
	for _, element := range m.FailOn.Elements() {
		result := element.(types.String)
		if result.IsUnknown() {
			return failingResults
		}
		results = append(results, result.ValueString())
	}
	if m.FailOn.IsUnknown() {
		return failingResults
	}
	return results
}

// waiting completes how to wait; it is nil where waiting is not asked for.
func (m waitModel) waiting(wait waiting) *waiting {
	if !m.waits() {
		return nil
	}
	wait.failOn, wait.expected = m.failOn(), qualytics.ResultSuccess
	return &wait
}

// failingResults are the terminal results that may be errors.
var failingResults = []string{string(qualytics.ResultFailure), string(qualytics.ResultAborted)}

// runAttributes are the attributes of a resource that does something to a Run: its own, besides those
// that all of them have and those of the Run.
func runAttributes(ctx context.Context, action qualytics.Action, timeoutOpts timeouts.Opts, own map[string]schema.Attribute) map[string]schema.Attribute {
	verb := string(action)
	attributes := resourceAttributes(operationFields)
	maps.Copy(attributes, map[string]schema.Attribute{
		"run_id": schema.Int64Attribute{
			Required:            true,
			Validators:          []validator.Int64{int64validator.AtLeast(1)},
			MarkdownDescription: "Id of the Run to " + verb + ". " + possibleFor(action) + " Another id is a reason to " + verb + " that Run, unless it is the id of the resource's own Run.",
		},
		"triggers": schema.MapAttribute{
			Optional:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Arbitrary values of which any change is a reason to " + verb + " the Run again. No triggers and an empty map are the same.",
		},
		"timeouts": timeoutsAttribute(ctx, timeoutOpts),
	})
	maps.Copy(attributes, own)
	return attributes
}

// possibleFor says which Runs an action is possible for.
func possibleFor(action qualytics.Action) string {
	if action.SupportsEveryType() {
		return "Possible for a Run of any type, with result " + orList(action.From()) + "."
	}
	return "Possible for a Run of type " + orList(action.Types()) + ", with result " + orList(action.From()) + "."
}

// timeoutsAttribute is the usual timeouts, of which each must be longer than nothing.
func timeoutsAttribute(ctx context.Context, opts timeouts.Opts) schema.Attribute {
	attribute := timeouts.Attributes(ctx, opts).(schema.SingleNestedAttribute)
	attribute.MarkdownDescription = "How long the apply waits."
	attribute.Validators = []validator.Object{setsTimeout{}}
	for name, nested := range attribute.Attributes {
		timeout := nested.(schema.StringAttribute)
		timeout.Validators = []validator.String{positiveDuration{}} // whose error names the attribute
		attribute.Attributes[name] = timeout
	}
	return attribute
}

// waitAttributes are the attributes of waitModel.
func waitAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"wait_for_completion": schema.BoolAttribute{
			Optional:            true,
			Computed:            true,
			Default:             booldefault.StaticBool(true),
			MarkdownDescription: "Whether the apply waits until the Run is terminal. Defaults to `true`. Without waiting, the apply is done as soon as the API has accepted the Run, and the result that it comes to fails nothing.",
		},
		"fail_on": schema.ListAttribute{
			Optional:            true,
			Computed:            true,
			ElementType:         types.StringType,
			Default:             listdefault.StaticValue(types.ListValueMust(types.StringType, stringValues(failingResults))),
			Validators:          []validator.List{listvalidator.NoNullValues(), listvalidator.UniqueValues(), listvalidator.ValueStringsAre(stringvalidator.OneOf(failingResults...))},
			MarkdownDescription: "Results that fail the apply when the Run is waited for: `failure`, `aborted`. Defaults to both; an empty list means that no result does.",
		},
	}
}

func stringValues(texts []string) []attr.Value {
	values := make([]attr.Value, 0, len(texts))
	for _, text := range texts {
		values = append(values, types.StringValue(text))
	}
	return values
}

// sameTriggers compares triggers; none and an empty map are the same.
func sameTriggers(a, b types.Map) bool {
	if a.IsUnknown() || b.IsUnknown() {
		return false
	}
	return len(a.Elements()) == 0 && len(b.Elements()) == 0 || a.Equal(b)
}

// change is an update of a resource from one model to the next.
type change struct {
	state, plan   *runModel
	waited, waits bool     // whether the Run was waited for by the last apply, and is to be by this one
	failOn        []string // results that are errors
	notes         ledger
}

// step is what an apply does about the Run.
type step int

const (
	stepNone step = iota
	stepAsk       // ask the API for what the resource is about
	stepWait      // wait for the Run that there is
)

// next decides what a change comes to. Planning and applying ask it alike.
func (c change) next() step {
	imported := c.state.RunID.IsNull() // the first apply adopts run_id and triggers
	switch {
	case c.notes.Lost,
		c.notes.Failed && c.waits && slices.Contains(c.failOn, c.state.Result.ValueString()),
		!imported && !sameTriggers(c.state.Triggers, c.plan.Triggers),
		!imported && !c.plan.RunID.Equal(c.state.RunID) && !c.plan.RunID.Equal(c.state.ID):
		return stepAsk
	case c.waits && c.notes.Awaited,
		c.waits && (!c.waited || imported) && !c.state.finished():
		return stepWait
	}
	return stepNone
}
