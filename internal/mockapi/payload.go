// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"maps"
	"net/http"
	"time"
)

// timestamp returns a time as the API writes it: null if it is not known yet.
func timestamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

// text returns a string as the API writes it: null if it is empty.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// listed returns a Run with the progress p as an item of the list: the full payload without the
// per-container arrays.
func (r *record) listed(p progress) map[string]any {
	run := r.view(p)
	payload := map[string]any{
		"id":                run.ID,
		"created":           timestamp(run.Created),
		"type":              run.Type,
		"start_time":        timestamp(run.StartTime),
		"end_time":          timestamp(run.EndTime),
		"result":            run.Result,
		"message":           text(run.Message),
		"triggered_by":      text(run.TriggeredBy),
		"triggered_by_user": user(run.TriggeredBy),
		"aborted_by":        text(run.AbortedBy),
		"aborted_by_user":   user(run.AbortedBy),
		"datastore":         run.Datastore,
		"schedule":          run.Schedule,
		"schedule_id":       nil,
		"status":            run.Status,
		"containers":        append([]Container{}, run.Containers...),
		"tags":              append([]string{}, run.Tags...),
	}
	if run.Schedule != nil {
		payload["schedule_id"], payload["triggered_by_user"] = run.Schedule.ID, nil
	}
	maps.Copy(payload, defaultSettings[kindOf(run.Type)])
	maps.Copy(payload, run.Settings)
	return payload
}

// retrieve serves GET /api/operations/{id}.
func (s *Server) retrieve(_ *http.Request, id int64) response {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	then := s.now().Add(-s.options.DetailLag)
	found := s.byID[id].seen(then)
	if found == nil {
		return noSuchRun(id)
	}
	run := found.full(found.at(then))
	if s.options.WrappedRun {
		return s.reply(page{number: 1, size: defaultSize}.of([]map[string]any{run}, 1))
	}
	return s.reply(run)
}

// full returns a Run with the progress p as "Retrieving a Run" shows it.
func (r *record) full(p progress) map[string]any {
	payload := r.listed(p)
	switch kindOf(r.run.Type) {
	case "scan", "external_scan":
		payload["container_scans"] = r.containerScans(p)
	case "profile":
		payload["container_profiles"] = r.containerProfiles(p)
	}
	return payload
}

var scanSettings = map[string]any{
	"incremental":                        false,
	"remediation":                        "none",
	"max_records_analyzed_per_partition": 10_000_000,
	"greater_than_time":                  nil,
	"greater_than_batch":                 nil,
	"high_count_rollup_threshold":        10,
	"enrichment_source_record_limit":     10,
	"auto_resolved_anomaly_count":        0,
}

// defaultSettings holds the default settings of each kind of operation.
var defaultSettings = map[string]map[string]any{
	"catalog":       {"include": []string{"table", "view"}, "prune": false, "recreate": false},
	"scan":          scanSettings,
	"external_scan": scanSettings,
	"profile": {
		"inference_threshold":           5,
		"max_count_testing_sample":      100_000,
		"histogram_max_distinct_values": 100,
		"percent_testing_threshold":     0.4,
		"high_correlation_threshold":    0.5,
	},
}
