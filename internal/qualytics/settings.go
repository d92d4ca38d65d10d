// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import "encoding/json"

// Incremental reports whether a Run is known to read only what was added since the last one. It
// requires the payload, which only [Client.Operation] sets.
func (o *Operation) Incremental() bool {
	var settings struct {
		Incremental any `json:"incremental"`
	}
	return json.Unmarshal(o.Payload, &settings) == nil && settings.Incremental == true
}
