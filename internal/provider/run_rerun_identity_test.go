// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Each rerun is a new Run, so the identity changes with an update.
func TestRunRerun_mutableIdentity(t *testing.T) {
	t.Parallel()
	var resp resource.MetadataResponse
	newRunRerunResource().Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "qualytics"}, &resp)
	if !resp.ResourceBehavior.MutableIdentity {
		t.Error("the identity cannot change")
	}
}
