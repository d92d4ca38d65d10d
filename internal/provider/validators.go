// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const mustBePositiveDuration = `must be a duration greater than zero with a unit, such as "30s" or "10m"`

// positiveDuration requires a duration greater than zero.
type positiveDuration struct{}

func (positiveDuration) Description(context.Context) string {
	return "value " + mustBePositiveDuration
}

func (v positiveDuration) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (positiveDuration) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	duration, err := time.ParseDuration(req.ConfigValue.ValueString())
	if err != nil || duration <= 0 {
		// The text names the attribute, because Terraform does not show nested attributes.
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration",
			fmt.Sprintf("%s %s, not %q.", req.Path, mustBePositiveDuration, req.ConfigValue.ValueString()))
	}
}

// setsTimeout warns if no timeout is set. Terraform drops unknown names of an object attribute, so
// this may be due to a misspelled name.
type setsTimeout struct{}

func (setsTimeout) Description(context.Context) string { return "at least one timeout must be set" }

func (v setsTimeout) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (setsTimeout) ValidateObject(_ context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	attributes := req.ConfigValue.Attributes()
	for _, value := range attributes {
		if !value.IsNull() {
			return
		}
	}
	names := slices.Sorted(maps.Keys(attributes))
	resp.Diagnostics.AddAttributeWarning(req.Path, "No timeout set",
		req.Path.String()+" sets none of "+strings.Join(names, ", ")+", so the defaults apply. "+
			"Terraform ignores unknown names in this object: check the spelling.")
}

// validID rejects negative ids. It accepts 0, which mocked providers return. Lookups reject 0.
type validID struct{}

func (validID) Description(context.Context) string {
	return "value must be an id, a whole number of 1 or more"
}

func (v validID) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v validID) ValidateInt64(ctx context.Context, req validator.Int64Request, resp *validator.Int64Response) {
	if id := req.ConfigValue.ValueInt64(); id < 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+req.Path.String(),
			fmt.Sprintf("The %s, not %d.", v.Description(ctx), id))
	}
}

// expectID rejects an invalid id, such as the 0 of a mocked provider.
func expectID(diags *diag.Diagnostics, at path.Path, object string, id types.Int64) {
	if !id.IsNull() && id.ValueInt64() < 1 {
		diags.AddAttributeError(at, "Invalid "+at.String(),
			fmt.Sprintf("%s must be the id of a %s, a whole number of 1 or more, not %d.", at, object, id.ValueInt64()))
	}
}

// calendarDate requires a valid date in the form YYYY-MM-DD.
type calendarDate struct{}

func (calendarDate) Description(context.Context) string {
	return `value must be a valid date in the form YYYY-MM-DD, such as "2026-05-01"`
}

func (v calendarDate) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v calendarDate) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := time.Parse(time.DateOnly, req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid date",
			fmt.Sprintf("The %s, not %q.", v.Description(ctx), req.ConfigValue.ValueString()))
	}
}

// pointInTime requires an RFC 3339 time.
type pointInTime struct{}

func (pointInTime) Description(context.Context) string {
	return `value must be an RFC 3339 time, such as "2026-05-01T00:00:00Z" or timeadd(plantimestamp(), "-24h")`
}

func (v pointInTime) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v pointInTime) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if goTime(req.ConfigValue) == nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid time",
			fmt.Sprintf("The %s, not %q.", v.Description(ctx), req.ConfigValue.ValueString()))
	}
}

// laterThan requires a time that is later than another attribute.
type laterThan string

func (v laterThan) Description(context.Context) string {
	return "value must be later than " + string(v)
}

func (v laterThan) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v laterThan) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	var other types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(string(v)), &other)...)
	start, end := goTime(other), goTime(req.ConfigValue)
	if start == nil || end == nil || end.After(*start) {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid window of time",
		fmt.Sprintf("%s must be later than %s, but %s is not later than %s.",
			req.Path, string(v), req.ConfigValue.ValueString(), other.ValueString()))
}
