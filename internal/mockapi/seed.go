// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"cmp"
	"fmt"
	"math"
	"time"
)

// The default durations of a seeded Run.
const (
	defaultQueueTime = 5 * time.Second
	defaultRunTime   = 5 * time.Minute
)

const defaultUser = "user@example.com"

var defaultDatastore = Datastore{ID: 101, Name: "Datastore-Sample", StoreType: "jdbc", Type: "snowflake"}

// containerNames are the default tables of a datastore.
var containerNames = []string{
	"customers", "orders", "order_items", "products", "payments", "invoices", "shipments",
	"suppliers", "returns", "stores", "employees", "inventory", "promotions", "web_sessions",
}

// defaultContainers returns count tables, with ids from first.
func defaultContainers(first int64, count int) []Container {
	containers := make([]Container, count)
	for i := range containers {
		name := fmt.Sprintf("table_%d", i+1)
		if i < len(containerNames) {
			name = containerNames[i]
		}
		containers[i] = Container{ID: first + int64(i), Name: name, ContainerType: "table", TableType: "table"}
	}
	return containers
}

// seeded returns the record of a seeded Run, with defaults for what is missing.
func seeded(run Run, now time.Time) *record {
	run.Type = cmp.Or(run.Type, "scan")
	run.Result = cmp.Or(run.Result, success)
	run.TriggeredBy = cmp.Or(run.TriggeredBy, defaultUser)
	if run.Result == aborted {
		run.AbortedBy = cmp.Or(run.AbortedBy, defaultUser)
	}
	run.Datastore = cmp.Or(run.Datastore, defaultDatastore)
	if run.Containers == nil && kindOf(run.Type) != "catalog" {
		run.Containers = defaultContainers(234, int(cmp.Or(run.Status["total_containers"], 2)))
	}
	fillTimes(&run, now)

	share := shareOf(run)
	if run.Status != nil {
		return recorded(run, share)
	}
	run.Status = defaultCounters(run)
	for i := range run.Anomalies {
		run.Status[anomaliesCounter] += run.Anomalies[i]
	}
	return &record{run: run, current: executionOf(run, share)}
}

// recorded returns the record of a Run that has done a share of its work, as its counters show.
func recorded(run Run, share float64) *record {
	if run.Result != queued {
		for name, count := range run.Status {
			run.Status[name] = wholeOf(name, count, share)
		}
	}
	return &record{run: run, current: executionOf(run, share)}
}

// executionOf returns the execution that has led to the state of a Run.
func executionOf(run Run, share float64) execution {
	current := execution{dispatched: run.Created, begins: run.StartTime, ends: run.EndTime, to: share}
	current.takes = current.ends.Sub(current.begins)
	if active(run.Result) {
		current.ends, current.takes = endOfTime, Never
	}
	if run.Result == queued || run.StartTime.IsZero() {
		current.begins = endOfTime
	}
	return current
}

// fillTimes derives the missing times of a Run from the others.
func fillTimes(run *Run, now time.Time) {
	if run.Created.IsZero() {
		switch {
		case !run.StartTime.IsZero():
			run.Created = run.StartTime.Add(-defaultQueueTime)
		case !run.EndTime.IsZero():
			run.Created = run.EndTime.Add(-defaultQueueTime - defaultRunTime)
		case run.Result == queued:
			run.Created = now
		case run.Result == running:
			run.Created = now.Add(-time.Minute)
		default:
			run.Created = now.Add(-2 * defaultRunTime)
		}
	}
	if run.StartTime.IsZero() {
		run.StartTime = earliest(run.Created.Add(defaultQueueTime), now)
		if !run.EndTime.IsZero() {
			run.StartTime = earliest(run.StartTime, run.EndTime)
		}
	}
	if run.EndTime.IsZero() {
		run.EndTime = earliest(run.StartTime.Add(defaultRunTime), now)
	}
}

// shareOf returns the share of its work that a seeded Run has done or will have done when it ends:
// all of it for a success, otherwise what its counters show, or half.
func shareOf(run Run) float64 {
	if run.Result == success {
		return 1
	}
	analyzed, total := run.Status["containers_analyzed"], run.Status["total_containers"]
	if 0 < analyzed && analyzed <= total {
		return float64(analyzed) / float64(total)
	}
	return 0.5
}

// wholeOf is the inverse of counted: it returns the counter for the whole work, given its count
// after a share of the work.
func wholeOf(name string, count int64, share float64) int64 {
	if isTotal(name) {
		return count
	}
	return int64(math.Ceil(float64(count)/share - tolerance))
}

// defaultCounters returns the counters of the whole work of a Run, by its type.
func defaultCounters(run Run) map[string]int64 {
	containers := int64(len(run.Containers))
	counters := map[string]int64{"total_containers": containers, "containers_analyzed": containers}
	switch kindOf(run.Type) {
	case "catalog":
		return map[string]int64{"containers_synchronized": int64(len(containerNames))}
	case "scan", "external_scan":
		counters["partitions_scanned"] = 3 * containers
		counters["anomalies_identified"] = 0
	case "profile":
		counters["partitions_analyzed"] = 3 * containers
		counters["fields_profiled"] = 12 * containers
		counters["checks_synchronized"] = 8 * containers
	}
	counters["records_processed"] = 50000 * containers
	return counters
}
