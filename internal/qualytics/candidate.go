// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// against returns what speaks against a Run being the one whose response was lost, as a user reads
// it; empty if nothing does. Both Runs are complete, with their payload.
func (s *startedRuns) against(run, source *Operation) string {
	payload := payloadFields(run.Payload)
	switch {
	case s.ids[run.ID]:
		return "started by another request of this provider"
	case !sameType(run.Type, source.Type):
		return fmt.Sprintf("its type is %s, not %s", orUnknown(string(run.Type)), orUnknown(string(source.Type)))
	case differInDatastore(run, source):
		return fmt.Sprintf("it is on datastore %d, not %d", *run.Datastore.ID, *source.Datastore.ID)
	case run.ScheduleID != nil:
		return "triggered by schedule " + strconv.FormatInt(*run.ScheduleID, 10)
	case !isNull(payload["schedule"]):
		return "triggered by a schedule"
	case !isNull(payload["action_execution"]):
		return "triggered by a flow"
	case s.user != "" && orZero(run.TriggeredBy) != s.user:
		return fmt.Sprintf("triggered by %s, not by %s", orUnknown(orZero(run.TriggeredBy)), s.user)
	}
	if names := differingSettings(payload, payloadFields(source.Payload)); len(names) > 0 {
		return "its settings differ from the source's: " + strings.Join(names, ", ")
	}
	return ""
}

// choose returns the Run to adopt: the only one that nothing speaks against, or else the only one
// of those with the source's containers. If there is no way to choose, each of them is marked with
// the others.
func choose(candidates []Candidate, source *Operation) *Operation {
	var open []int
	for i, candidate := range candidates {
		if candidate.Against == "" {
			open = append(open, i)
		}
	}
	switch len(open) {
	case 0:
		return nil
	case 1:
		return &candidates[open[0]].Operation
	}
	alike := slices.DeleteFunc(slices.Clone(open), func(i int) bool {
		return !sameContainers(&candidates[i].Operation, source)
	})
	if len(alike) == 1 {
		return &candidates[alike[0]].Operation
	}
	for _, i := range open {
		var others []string
		for _, j := range open {
			if j != i {
				others = append(others, strconv.FormatInt(candidates[j].ID, 10))
			}
		}
		candidates[i].Against = "on the same settings, so it cannot be told from Run " + strings.Join(others, ", ")
	}
	return nil
}

func orUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

// sameType reports whether a Run of one type can be a rerun of the other. A type may have several
// names; two names that are both more specific than the type must be equal.
func sameType(a, b OperationType) bool {
	canonical := a.Canonical()
	return a == b || canonical == b.Canonical() && (a == canonical || b == canonical)
}

func (o *Operation) datastoreID() (id int64, ok bool) {
	if o.Datastore == nil || o.Datastore.ID == nil {
		return 0, false
	}
	return *o.Datastore.ID, true
}

// differInDatastore reports whether two Runs are known to be on different datastores.
func differInDatastore(a, b *Operation) bool {
	left, ok := a.datastoreID()
	right, known := b.datastoreID()
	return ok && known && left != right
}

// sameContainers reports whether two Runs are known to target the same containers.
func sameContainers(a, b *Operation) bool {
	left, right := containerIDs(a), containerIDs(b)
	return len(left) > 0 && slices.Equal(left, right)
}

func containerIDs(o *Operation) []int64 {
	ids := make([]int64, 0, len(o.Containers))
	for _, container := range o.Containers {
		ids = append(ids, orZero(container.ID))
	}
	slices.Sort(ids)
	return ids
}

// notSettings lists the fields of a payload that identify the Run, who started it and how it went.
// All others are settings of the operation, which a rerun reuses.
var notSettings = map[string]bool{
	"id": true, "created": true, "type": true, "datastore": true, "tags": true,
	"triggered_by": true, "schedule": true, "action_execution": true,
	"start_time": true, "end_time": true, "result": true, "message": true, "status": true, "has_logs": true,
	"containers": true, "container_scans": true, "container_profiles": true, "auto_resolved_anomaly_count": true,
}

// differingSettings returns the sorted names of the settings in which two payloads differ. A null
// setting equals a missing one.
func differingSettings(a, b map[string]json.RawMessage) []string {
	var names []string
	for name := range a {
		if !notSettings[name] && !sameJSON(a[name], b[name]) {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, both := a[name]; !both && !notSettings[name] && !isNull(b[name]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func payloadFields(payload json.RawMessage) map[string]json.RawMessage {
	return orZero(optional[map[string]json.RawMessage](payload))
}

func isNull(field json.RawMessage) bool { return len(field) == 0 || string(field) == "null" }

// sameJSON reports whether two fields have the same value, however it is written.
func sameJSON(a, b json.RawMessage) bool {
	if isNull(a) || isNull(b) {
		return isNull(a) && isNull(b)
	}
	left, right := optional[any](a), optional[any](b)
	return left != nil && right != nil && reflect.DeepEqual(*left, *right) || bytes.Equal(a, b)
}
