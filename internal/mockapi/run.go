// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// The results of a Run: queued and running while it is active, the others once it has ended.
const (
	queued  = "queued"
	running = "running"
	success = "success"
	failure = "failure"
	aborted = "aborted"
)

// Run is a Run as the API knows it.
//
// A Run that is seeded with an EndTime in the future is active until then: its Result, Message and
// EndTime show only after that time.
type Run struct {
	ID          int64
	Type        string
	Created     time.Time
	StartTime   time.Time // zero while the Run has not started
	EndTime     time.Time // zero while the Run is active
	Result      string
	Message     string
	TriggeredBy string
	AbortedBy   string // shows only while Result is aborted
	Datastore   Datastore
	Schedule    *Schedule // nil for a Run that no schedule triggered
	Containers  []Container
	HasLogs     bool
	// ReferencedBy is what refers to the Run, such as "report 12". Such a Run cannot be deleted.
	ReferencedBy string
	Tags         []string
	Status       map[string]int64 // the counters of the payload's status
	Settings     map[string]any   // the operation's own settings, merged into the payload
	Anomalies    []int64          // anomalies that a scan identifies, by container; missing ones are 0
	Failing      int              // number of containers that fail; 0 means one if the Run fails, otherwise none
}

// Datastore is the datastore of a Run, as the payload of a Run shows it.
type Datastore struct {
	ID                    int64  `json:"id"`
	Name                  string `json:"name"`
	StoreType             string `json:"store_type"`
	Type                  string `json:"type"`
	EnrichOnly            bool   `json:"enrich_only"`
	EnrichContainerPrefix string `json:"enrich_container_prefix"`
	Favorite              bool   `json:"favorite"`
}

// Schedule is the schedule that triggered a Run.
type Schedule struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Crontab string `json:"crontab"`
}

// Container is a container that a Run targets.
type Container struct {
	ID            int64  `json:"id"`
	Name          string `json:"name"`
	ContainerType string `json:"container_type"`
	TableType     string `json:"table_type,omitempty"`
}

// clone returns a deep copy of r.
func (r *Run) clone() Run {
	copied := *r
	if copied.Schedule != nil {
		schedule := *copied.Schedule
		copied.Schedule = &schedule
	}
	copied.Containers = slices.Clone(copied.Containers)
	copied.Tags = slices.Clone(copied.Tags)
	copied.Status = maps.Clone(copied.Status)
	copied.Settings = maps.Clone(copied.Settings)
	copied.Anomalies = slices.Clone(copied.Anomalies)
	return copied
}

// kindOf returns the operation_type of the API page for a Run's type: the type of a sync Run is
// "sync" or "catalog", and that of a promote Run may be "promote_*".
func kindOf(runType string) string {
	switch {
	case runType == "sync":
		return "catalog"
	case strings.HasPrefix(runType, "promote_"):
		return "promote"
	}
	return runType
}

func active(result string) bool {
	return result == queued || result == running
}
