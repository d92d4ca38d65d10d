// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// settings are the fields of a payload that are known to be settings of an operation, which a rerun
// reuses. Each type has some of them.
var settings = nameSet(
	// scan, external_scan
	"incremental", "remediation", "high_count_rollup_threshold", "enrichment_source_record_limit", "auto_resolve_passed_anomalies",
	// scan, external_scan, profile
	"max_records_analyzed_per_partition", "greater_than_time", "greater_than_batch",
	// profile
	"ai_effort", "infer_as_draft", "inference_threshold", "max_count_testing_sample", "percent_testing_threshold",
	"high_correlation_threshold", "histogram_max_distinct_values",
	// scan, profile, materialize, export
	"container_names", "container_tags", "container_ids",
	// sync
	"include", "prune", "recreate",
	// materialize
	"max_records_per_partition",
	// export
	"asset_type", "include_deleted",
	// promote
	"container_id", "destination_container_id", "check_ids", "check_tags", "check_additional_tags", "as_draft",
)

// selections are settings that select what a Run works on. A Run may show what they selected
// instead of them.
var selections = nameSet("container_names", "container_tags", "container_ids", "check_ids", "check_tags")

// noSettings are fields that say which Run it is, who started it, when, and how it ended. Further
// ones are recognized by their endings.
var (
	noSettings = nameSet(
		"id", "type", "datastore", "created", "tags", "triggered_by", "schedule", "action_execution",
		"result", "message", "status", "has_logs",
		"containers", "container_scans", "container_profiles", "auto_resolved_anomaly_count",
	)
	noSettingEndings = []string{"_id", "_by", "_user", "_at", "_time", "_date", "_count"}
)

func nameSet(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// differingSettings returns the sorted names of the known settings in which two payloads differ. A
// null setting equals a missing one.
func differingSettings(a, b map[string]json.RawMessage) []string {
	var names []string
	for name := range settings {
		if !sameJSON(a[name], b[name]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// sameOtherFields reports whether two payloads agree in all fields that are not known. Such a field
// may be a setting.
func sameOtherFields(a, b *Operation) bool {
	left, right := payloadFields(a.Payload), payloadFields(b.Payload)
	names := maps.Clone(left)
	maps.Copy(names, right)
	for name := range names {
		known := settings[name] || noSettings[name] ||
			slices.ContainsFunc(noSettingEndings, func(ending string) bool { return strings.HasSuffix(name, ending) })
		if !known && !sameJSON(left[name], right[name]) {
			return false
		}
	}
	return true
}

// unlikeRequested returns the reason why a Run cannot be the one that was requested with these
// settings, or "". A deployment need not show every setting: one that the Run does not show counts
// neither for nor against it, but it must show one of them at least.
func unlikeRequested(run *Operation, payload, requested map[string]json.RawMessage) string {
	var differing []string
	sent, shown := 0, 0
	for name, value := range requested {
		if isNull(value) {
			continue
		}
		sent++
		field, ok := payload[name]
		same := sameJSON(field, value)
		if !ok || selections[name] && isNull(field) {
			if name != "container_names" || len(run.Containers) == 0 {
				continue
			}
			same = targetsOnly(run, value)
		}
		if shown++; !same {
			differing = append(differing, name)
		}
	}
	slices.Sort(differing)
	switch {
	case len(differing) > 0:
		return "its settings differ from the requested ones: " + strings.Join(differing, ", ")
	case sent > 0 && shown == 0:
		return "it shows none of the requested settings"
	}
	return ""
}

// targetsOnly reports whether a Run targets no container but these, given as a JSON list of names.
func targetsOnly(run *Operation, list json.RawMessage) bool {
	names := orZero(optional[[]string](list)) // otherwise, the API rejects the request
	return !slices.ContainsFunc(run.Containers, func(container Container) bool {
		return container.Name != nil && !slices.Contains(names, *container.Name)
	})
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
	return sameValue(exactly(a), exactly(b))
}

// exactly decodes a field, and keeps its numbers as they are written.
func exactly(field json.RawMessage) (value any) {
	decoder := json.NewDecoder(bytes.NewReader(field))
	decoder.UseNumber()
	_ = decoder.Decode(&value) // a field is valid JSON
	return value
}

func sameValue(a, b any) bool {
	switch left := a.(type) {
	case json.Number:
		right, ok := b.(json.Number)
		return ok && sameNumber(left, right)
	case string:
		right, ok := b.(string)
		return ok && (left == right || sameTime(left, right))
	case []any:
		right, ok := b.([]any)
		return ok && slices.EqualFunc(left, right, sameValue)
	case map[string]any:
		right, ok := b.(map[string]any)
		return ok && maps.EqualFunc(left, right, sameValue)
	}
	return a == b
}

// sameTime reports whether two texts are the same time, in whatever notation.
func sameTime(a, b string) bool {
	left, errLeft := Timestamp(a).Time()
	right, errRight := Timestamp(b).Time()
	return errLeft == nil && errRight == nil && left.Equal(right)
}

func sameNumber(a, b json.Number) bool {
	left, right := finiteNumber([]byte(a)), finiteNumber([]byte(b))
	return a == b || left != nil && right != nil && left.Cmp(right) == 0
}

const recordLimit = "max_records_analyzed_per_partition"

// limits are settings with which a Run reads only a part of the data. Null and an empty list mean no
// limit.
var limits = []string{"container_names", "container_tags", "greater_than_batch", "greater_than_time", recordLimit}

// sample is the number of records per partition below which a Run reads a sample. Usual limits, such
// as the platform's default, are above it.
const sample = 1_000_000

// Limits returns the names of the settings with which a Run reads only a part of the data of its
// datastore, sorted. Like [Operation.Incremental], it requires the payload.
func (o *Operation) Limits() []string {
	payload := payloadFields(o.Payload)
	return slices.DeleteFunc(slices.Clone(limits), func(name string) bool {
		value := exactly(payload[name])
		if records, ok := value.(json.Number); ok && name == recordLimit {
			limit, err := records.Int64()
			return err != nil || limit < 1 || limit >= sample
		}
		list, ok := value.([]any)
		return value == nil || ok && len(list) == 0
	})
}

// MissingContainers returns the names in the setting container_names of which the Run shows no
// container. It returns nil if the Run shows no containers at all.
func (o *Operation) MissingContainers() []string {
	if len(o.Containers) == 0 {
		return nil
	}
	names := orZero(optional[[]string](payloadFields(o.Payload)["container_names"]))
	return slices.DeleteFunc(names, func(name string) bool {
		return slices.ContainsFunc(o.Containers, func(container Container) bool { return container.Name == nil || *container.Name == name })
	})
}

// Incremental reports whether a Run is known to read only what was added since the last one. It
// requires the payload, which only [Client.Operation] sets.
func (o *Operation) Incremental() bool {
	var settings struct {
		Incremental any `json:"incremental"`
	}
	return json.Unmarshal(o.Payload, &settings) == nil && settings.Incremental == true
}
