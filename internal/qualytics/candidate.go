// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Candidate is a Run that a request may have started.
type Candidate struct {
	Operation
	Reason string // why it was not adopted, such as "triggered by schedule 12"; empty if it may match
}

// mismatch returns the reason why a Run cannot be the one that a request started, as shown to the
// user. It is empty if the Run matches. The Run and the request's model include their payloads.
func (s *startedRuns) mismatch(run, model *Operation, expectedUser string) string {
	payload, user := payloadFields(run.Payload), s.knownUser(expectedUser)
	same, known := sameDatastore(run, model)
	switch {
	case s.has(run.ID):
		return "started by another request of this provider"
	case run.Type == "" || !sameType(run.Type, model.Type):
		return fmt.Sprintf("its type is %s, not %s", orUnknown(string(run.Type)), orUnknown(string(model.Type)))
	case known && !same:
		return fmt.Sprintf("it is on datastore %d, not %d", *run.Datastore.ID, *model.Datastore.ID)
	case !known:
		return "it is not known to be on the same datastore"
	case run.ScheduleID != nil:
		return "triggered by schedule " + strconv.FormatInt(*run.ScheduleID, 10)
	case !isNull(payload["schedule"]) || !isNull(payload["schedule_id"]):
		return "triggered by a schedule"
	case !isNull(payload["action_execution"]):
		return "triggered by a flow"
	case user != "" && !sameUser(orZero(run.TriggeredBy), user):
		return fmt.Sprintf("triggered by %s, not by %s", orUnknown(orZero(run.TriggeredBy)), user)
	case model.ID == 0:
		return unlikeRequested(run, payload, payloadFields(model.Payload))
	}
	if names := differingSettings(payload, payloadFields(model.Payload)); len(names) > 0 {
		return "its settings differ from the source's: " + strings.Join(names, ", ")
	}
	return ""
}

// choose returns the Run to adopt: the only match or, of several matches, the only one with the
// model's containers or, of these, with the values of its other fields. Otherwise, it returns nil,
// and the reason of each match names the others. It also returns the number of matches.
func choose(candidates []Candidate, model *Operation) (*Operation, int) {
	var matches []*Candidate
	for i := range candidates {
		if candidates[i].Reason == "" {
			matches = append(matches, &candidates[i])
		}
	}
	closest := slices.Clone(matches)
	for _, alike := range []func(a, b *Operation) bool{sameContainers, sameOtherFields} {
		differs := func(candidate *Candidate) bool { return !alike(&candidate.Operation, model) }
		if len(closest) > 1 && !allOf(closest, differs) {
			closest = slices.DeleteFunc(closest, differs)
		}
	}
	if len(closest) == 1 {
		return &closest[0].Operation, len(matches)
	}
	for _, match := range matches {
		var others []string
		for _, other := range matches {
			if other != match {
				others = append(others, strconv.FormatInt(other.ID, 10))
			}
		}
		match.Reason = "same settings, indistinguishable from Run " + strings.Join(others, ", ")
	}
	return nil, len(matches)
}

func allOf[T any](values []T, is func(T) bool) bool {
	return !slices.ContainsFunc(values, func(value T) bool { return !is(value) })
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

// sameUser compares two users, whose names may be composed or decomposed Unicode.
func sameUser(a, b string) bool { return norm.NFC.String(a) == norm.NFC.String(b) }

func (o *Operation) datastoreID() (id int64, ok bool) {
	if o.Datastore == nil || o.Datastore.ID == nil {
		return 0, false
	}
	return *o.Datastore.ID, true
}

// sameDatastore reports whether two Runs are on the same datastore, if both are known.
func sameDatastore(a, b *Operation) (same, known bool) {
	left, ok := a.datastoreID()
	right, okRight := b.datastoreID()
	return left == right, ok && okRight
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
