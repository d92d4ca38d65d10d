// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// who returns the fields of a Run that say who triggered and who aborted it. Users are returned by
// name; their ids must be the same for the same name.
func who(t *testing.T, run object) object {
	t.Helper()
	found := object{"triggered_by": run["triggered_by"], "aborted_by": run["aborted_by"], "schedule_id": run["schedule_id"]}
	for _, name := range []string{"triggered_by_user", "aborted_by_user"} {
		user, ok := run[name].(object)
		if !ok {
			found[name] = run[name]
			continue
		}
		if user["id"].(float64) < 1 || user["email"] != user["name"] {
			t.Errorf("%s: %v", name, user)
		}
		found[name] = user["name"]
	}
	return found
}

func TestUsers(t *testing.T) {
	scheduled := mockapi.Run{ID: 3, TriggeredBy: "Daily", Schedule: &mockapi.Schedule{ID: 12, Name: "Daily"}}
	api := start(t, mockapi.Options{User: "automation", Outcome: mockapi.Outcome{Running: mockapi.Never}},
		mockapi.Run{ID: 1}, mockapi.Run{ID: 2, Result: "aborted", AbortedBy: "ann"}, scheduled)
	by := func(triggered, aborted any) object {
		return object{
			"triggered_by": triggered, "triggered_by_user": triggered,
			"aborted_by": aborted, "aborted_by_user": aborted, "schedule_id": nil,
		}
	}
	daily := by("Daily", nil)
	daily["triggered_by_user"], daily["schedule_id"] = nil, 12.0
	equal(t, "seeded", who(t, api.get(t, "/api/operations/1")), by("user@example.com", nil))
	equal(t, "aborted", who(t, api.get(t, "/api/operations/2")), by("user@example.com", "ann"))
	equal(t, "scheduled", who(t, api.get(t, "/api/operations/3")), daily)
	equal(t, "rerun of a scheduled Run", who(t, api.put(t, "/api/operations/rerun/3")), by("automation", nil))
	equal(t, "rerun of an aborted Run", who(t, api.put(t, "/api/operations/rerun/2")), by("automation", nil))
	equal(t, "resumed", who(t, api.put(t, "/api/operations/run/2")), by("user@example.com", nil))
	equal(t, "abort", who(t, api.put(t, "/api/operations/abort/2")), by("user@example.com", "automation"))
	api.Plan(mockapi.Outcome{Result: "aborted"})
	api.put(t, "/api/operations/run/2")
	equal(t, "aborted by nobody", who(t, api.get(t, "/api/operations/2")), by("user@example.com", nil))
	api.Plan(mockapi.Outcome{Running: mockapi.Never})
	api.put(t, "/api/operations/run/2")
	api.put(t, "/api/operations/abort/2")
	equal(t, "in the list", who(t, api.get(t, "/api/operations?id=2")["items"].([]any)[0].(object)), by("user@example.com", "automation"))
}

// Who aborted a Run shows when it is aborted, not while the worker still stops. A Run that ends
// before that was aborted by nobody.
func TestAbortedBy(t *testing.T) {
	api := start(t, mockapi.Options{AbortDelay: time.Minute, User: "automation"},
		mockapi.Run{ID: 1, Result: "running"}, mockapi.Run{ID: 2, StartTime: noon, EndTime: noon.Add(time.Second)})
	for id, want := range map[string]any{"1": "automation", "2": nil} {
		equal(t, "accepted", api.put(t, "/api/operations/abort/"+id)["aborted_by"], nil)
		api.clock.Advance(time.Hour)
		equal(t, "ended", api.get(t, "/api/operations/"+id)["aborted_by"], want)
		api.clock.Advance(-time.Hour)
	}
}

func TestOlderPayload(t *testing.T) {
	api := start(t, mockapi.Options{OlderPayload: true}, mockapi.Run{ID: 1, Result: "aborted"})
	for _, run := range []object{
		api.get(t, "/api/operations/1"), first(t, api.get(t, "/api/operations")["items"].([]any)).(object),
		api.put(t, "/api/operations/rerun/1"),
	} {
		for _, name := range []string{"aborted_by", "aborted_by_user", "triggered_by_user", "schedule_id"} {
			if value, ok := run[name]; ok {
				t.Errorf("%s: %v", name, value)
			}
		}
		equal(t, "fields", len(run) > 13, true)
		equal(t, "user", run["triggered_by"] != nil, true)
	}
}
