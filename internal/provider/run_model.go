// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

const (
	defaultWaitTimeout   = 60 * time.Minute
	defaultDeleteTimeout = 10 * time.Minute
)

// runModel is embedded in the models of all resources that act on a Run.
type runModel struct {
	heldRun
	RunID    types.Int64    `tfsdk:"run_id"`
	Triggers types.Map      `tfsdk:"triggers"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// heldRun is the Run in the state of a resource.
type heldRun struct {
	operationModel
	Name types.String `tfsdk:"name"`
}

func (h *heldRun) held() *heldRun { return h }

func newHeldRun(ctx context.Context, run *qualytics.Operation) (heldRun, diag.Diagnostics) {
	operation, diags := newOperationModel(ctx, run)
	return heldRun{operationModel: operation, Name: types.StringValue(displayedName(run))}, diags
}

// displayedName is the name in Terraform's progress lines, such as "scan 53407".
func displayedName(run *qualytics.Operation) string {
	if run.Type == "" {
		return runName(run.ID)
	}
	return fmt.Sprintf("%s %d", run.Type, run.ID)
}

// keep plans no change of the Run. A run_id that differs is then the id of the held Run. Keeping
// the run_id of the state keeps the plan empty.
func (m *runModel) keep(state *runModel) {
	m.heldRun, m.RunID = state.heldRun, state.RunID
}

// unknownRun is the model of a Run that is not started yet.
func unknownRun() heldRun {
	return heldRun{operationModel: unknownOperation(), Name: types.StringUnknown()}
}

// unfinished returns the model of the same Run while it is active.
func (h *heldRun) unfinished() heldRun {
	same := heldRun{operationModel: h.operationModel.unfinished(), Name: h.Name}
	if h.Name.IsNull() { // a state of version 0.1
		same.Name = types.StringUnknown()
	}
	return same
}

// runAttributes returns the attributes of a resource that acts on a Run: those of the Run, those
// that all such resources share, and its own.
func runAttributes(
	ctx context.Context, action qualytics.Action, timeoutOpts timeouts.Opts, own map[string]schema.Attribute,
) map[string]schema.Attribute {
	verb := string(action)
	attributes := resourceAttributes(operationFields)
	maps.Copy(attributes, map[string]schema.Attribute{
		"name": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Type and id of the Run, such as `scan 53407`. Terraform shows it in its progress lines.",
		},
		"run_id": schema.Int64Attribute{
			Required:   true,
			Validators: []validator.Int64{validID{}},
			MarkdownDescription: "Id of the Run to " + verb + ". " + possibleFor(action) +
				" Changing it to another Run's id " + thirdPerson[action] + " that Run, unless it is the id of the Run that the resource holds.",
		},
		"triggers": schema.MapAttribute{
			Optional:    true,
			ElementType: types.StringType,
			MarkdownDescription: "Arbitrary map of values. Changing any value " + thirdPerson[action] +
				" the Run. An empty map is the same as omitting it.",
		},
		"timeouts": timeoutsAttribute(ctx, timeoutOpts),
	})
	maps.Copy(attributes, own)
	return attributes
}

// timeoutsAttribute returns the standard timeouts attribute. Each timeout must be greater than
// zero.
func timeoutsAttribute(ctx context.Context, opts timeouts.Opts) schema.Attribute {
	attribute := typed[schema.SingleNestedAttribute](timeouts.Attributes(ctx, opts))
	attribute.MarkdownDescription = "How long each operation may take."
	attribute.Validators = []validator.Object{setsTimeout{}}
	for name, nested := range attribute.Attributes {
		timeout := typed[schema.StringAttribute](nested)
		timeout.Validators = []validator.String{positiveDuration{}} // its error names the attribute
		attribute.Attributes[name] = timeout
	}
	return attribute
}
