// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// mismatch returns the reason why a Run cannot be the one whose response was lost, as shown to the
// user. It is empty if the Run matches. Both Runs include their payload. expectedUser counts until
// the API has shown the user.
func (s *startedRuns) mismatch(run, source *Operation, expectedUser string) string {
	payload, user := payloadFields(run.Payload), cmp.Or(s.user, expectedUser)
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
	case user != "" && orZero(run.TriggeredBy) != user:
		return fmt.Sprintf("triggered by %s, not by %s", orUnknown(orZero(run.TriggeredBy)), user)
	}
	if names := differingSettings(payload, payloadFields(source.Payload)); len(names) > 0 {
		return "its settings differ from the source's: " + strings.Join(names, ", ")
	}
	return ""
}

// choose returns the Run to adopt: the only match or, of several matches, the only one with the
// source's containers. Otherwise, it returns nil, and the reason of each match names the others.
func choose(candidates []Candidate, source *Operation) *Operation {
	var matches []int
	for i, candidate := range candidates {
		if candidate.Reason == "" {
			matches = append(matches, i)
		}
	}
	switch len(matches) {
	case 0:
		return nil
	case 1:
		return &candidates[matches[0]].Operation
	}
	closest := slices.DeleteFunc(slices.Clone(matches), func(i int) bool {
		return !sameContainers(&candidates[i].Operation, source)
	})
	if len(closest) == 1 {
		return &candidates[closest[0]].Operation
	}
	for _, i := range matches {
		var others []string
		for _, j := range matches {
			if j != i {
				others = append(others, strconv.FormatInt(candidates[j].ID, 10))
			}
		}
		candidates[i].Reason = "same settings, indistinguishable from Run " + strings.Join(others, ", ")
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
// names: promote_a equals promote, but not promote_b.
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

// notSettings lists the fields of a payload that say which Run it is, who started it and how it
// ended. All others are settings of the operation, which a rerun reuses.
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

// sameJSON reports whether two fields have the same value, regardless of their notation.
func sameJSON(a, b json.RawMessage) bool {
	if isNull(a) || isNull(b) {
		return isNull(a) && isNull(b)
	}
	left, right := optional[any](a), optional[any](b)
	return left != nil && right != nil && reflect.DeepEqual(*left, *right) || bytes.Equal(a, b)
}
