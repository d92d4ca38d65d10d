// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"maps"
	"slices"
)

// startableTypes are the types of Runs that can be started. An external scan is started by another
// endpoint.
var startableTypes = []string{"sync", "catalog", "profile", "scan", "materialize", "export", "promote_quality_check"}

var syncSettings = map[string]setting{"include": listOf(oneOf("table", "view")), "prune": boolean, "recreate": boolean}

// startSettings holds the settings that each type accepts.
var startSettings = map[string]map[string]setting{
	"sync":    syncSettings,
	"catalog": syncSettings,
	"profile": {
		"container_names":                    words,
		"container_tags":                     words,
		"ai_effort":                          word,
		"infer_as_draft":                     boolean,
		"max_records_analyzed_per_partition": integer,
		"max_count_testing_sample":           integer,
		"percent_testing_threshold":          number,
		"high_correlation_threshold":         number,
		"histogram_max_distinct_values":      integer,
		"greater_than_time":                  moment,
		"greater_than_batch":                 number,
	},
	"scan": {
		"container_names":                    words,
		"container_tags":                     words,
		"incremental":                        boolean,
		"auto_resolve_passed_anomalies":      boolean,
		"max_records_analyzed_per_partition": integer,
		"enrichment_source_record_limit":     integer,
		"greater_than_time":                  moment,
		"greater_than_batch":                 number,
	},
	"materialize": {
		"container_names":           words,
		"container_tags":            words,
		"max_records_per_partition": integer,
	},
	"export": {
		"asset_type":      oneOf("anomalies", "checks", "profiles"),
		"container_ids":   listOf(integer),
		"container_tags":  words,
		"include_deleted": boolean,
	},
	"promote_quality_check": {
		"container_id":             integer,
		"destination_container_id": integer,
		"check_ids":                listOf(integer),
		"check_tags":               words,
		"check_additional_tags":    words,
		"as_draft":                 boolean,
	},
}

// commonSettings are the fields of every request that starts a Run. They are required.
var commonSettings = map[string]setting{"type": oneOf(startableTypes...), "datastore_id": integer}

// checkStart checks a body that starts a Run. Which settings there are depends on its type.
func (b *body) checkStart(runType string) {
	required := slices.Sorted(maps.Keys(commonSettings))
	if runType == "export" {
		required = append(required, "asset_type")
	}
	for _, name := range required {
		if _, ok := b.fields[name]; !ok {
			b.missing([]any{"body", name}, b.fields)
		}
	}
	ofType, typeKnown := startSettings[runType]
	for _, name := range slices.Sorted(maps.Keys(b.fields)) {
		location, value := []any{"body", name}, b.fields[name]
		if valid, ok := commonSettings[name]; ok {
			valid(&b.rejections, location, value)
		} else if valid, ok := ofType[name]; ok {
			valid(&b.rejections, location, value)
		} else if typeKnown {
			b.add(location, "extra_forbidden", "Extra inputs are not permitted", value, nil)
		}
	}
}
