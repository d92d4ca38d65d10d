// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

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
