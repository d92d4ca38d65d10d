// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// ImportState creates the state of an existing Run. Somebody else may have started that Run, so a
// destroy neither aborts nor deletes it until the first apply has stored the configuration.
func (r *runRerunResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, given, diags := importID(ctx, req)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if id < 1 {
		resp.Diagnostics.AddError("Invalid import id",
			"The import id must be the id of a Run, a whole number of 1 or more such as 53388, not "+given+".")
		return
	}
	set := func(name string, value any) {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	set("id", id)
	set("wait_for_completion", true)
	set("fail_on", plainStrings(failableResults))
	set("delete_on_destroy", false)
	set("abort_on_destroy", false)
	set("rerun_if_deleted", true)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), id)...)
}

// importID returns the id to import, from the identity or the import id, and the input as errors
// show it. An invalid id is 0.
func importID(ctx context.Context, req resource.ImportStateRequest) (id int64, given string, diags diag.Diagnostics) {
	if req.ID == "" && req.Identity != nil && !req.Identity.Raw.IsNull() {
		var identity types.Int64
		diags = req.Identity.GetAttribute(ctx, path.Root("id"), &identity)
		if identity.IsNull() {
			return 0, "an identity whose id is null", diags
		}
		return identity.ValueInt64(), strconv.FormatInt(identity.ValueInt64(), 10), diags
	}
	id, err := strconv.ParseInt(req.ID, 10, 64)
	if err != nil {
		id = 0
	}
	return id, strconv.Quote(printable(req.ID)), nil
}
