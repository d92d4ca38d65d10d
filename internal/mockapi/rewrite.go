// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"encoding/json"
	"net/http"
)

// sinceSeptember lists the fields of a Run that deployments have since September 2026.
var sinceSeptember = []string{"aborted_by", "aborted_by_user", "triggered_by_user", "schedule_id"}

// reply returns a Run, or a page of Runs, as this deployment shows them.
func (s *Server) reply(payload map[string]any) response {
	shown := reply(http.StatusOK, payload)
	if s.options.OlderPayload {
		shown = shown.rewritten(func(run map[string]any) {
			for _, name := range sinceSeptember {
				delete(run, name)
			}
		})
	}
	return shown.rewritten(s.options.Rewrite)
}

// rewritten returns the response with each object in it rewritten: the items of a page, or the only
// object. Errors stay as they are.
func (resp response) rewritten(rewrite func(object map[string]any)) response {
	var payload map[string]any
	if rewrite == nil || resp.status != http.StatusOK || json.Unmarshal(resp.body, &payload) != nil {
		return resp
	}
	objects := []any{payload}
	if items, ok := payload["items"].([]any); ok {
		objects = items
	}
	for _, one := range objects {
		if object, ok := one.(map[string]any); ok {
			rewrite(object)
		}
	}
	resp.body = reply(resp.status, payload).body
	return resp
}
