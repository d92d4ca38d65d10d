// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import "time"

const (
	demoRuns    = 240
	demoSpacing = 3 * time.Hour
	firstDemoID = 53154 // so that the newest scan of datastore 101 is the API page's Run 53388
)

var demoDatastores = []Datastore{
	{ID: 101, Name: "Datastore-Sample", StoreType: "jdbc", Type: "snowflake", EnrichContainerPrefix: "_sample", Favorite: true},
	{ID: 102, Name: "Orders", StoreType: "jdbc", Type: "postgresql", EnrichContainerPrefix: "_orders"},
	{ID: 103, Name: "Lakehouse", StoreType: "dfs", Type: "s3", EnrichContainerPrefix: "_lakehouse"},
}

// demoDay lists the Runs of a day, one every three hours. A schedule triggered those with a
// schedule id.
var demoDay = []struct {
	runType      string
	datastore    int
	scheduleID   int64
	scheduleName string
}{
	{"sync", 0, 11, "Daily sync"},
	{"promote", 2, 0, ""},
	{"scan", 0, 12, "Daily scan"},
	{"external_scan", 2, 0, ""},
	{"materialize", 1, 0, ""},
	{"export", 2, 0, ""},
	{"scan", 1, 13, "Daily scan of orders"},
	{"profile", 0, 14, "Daily profile"},
}

// Demo returns a history of 240 Runs over the 30 days before now: three datastores, every type and
// every result, including a queued profile and a scan that runs for another two minutes. The
// history is deterministic relative to now. The newest successful scan of datastore 101 is the Run
// 53388 of the API page.
func Demo(now time.Time) []Run {
	runs := make([]Run, demoRuns)
	first := now.Add(-demoRuns * demoSpacing)
	for i := range runs {
		runs[i] = demoRun(i, first.Add(time.Duration(i)*demoSpacing))
	}

	page := &runs[53388-firstDemoID]
	page.Result, page.Message, page.HasLogs = success, "", true

	stopped := &runs[53204-firstDemoID]
	stopped.Result, stopped.Message = aborted, ""

	runningRun := &runs[demoRuns-2]
	runningRun.Created = now.Add(-2 * time.Minute)
	runningRun.StartTime = now.Add(-110 * time.Second)
	runningRun.EndTime = now.Add(2 * time.Minute)
	runningRun.Result, runningRun.Message = success, ""

	queuedRun := &runs[demoRuns-1]
	queuedRun.Created = now.Add(-10 * time.Second)
	queuedRun.StartTime, queuedRun.EndTime = time.Time{}, time.Time{}
	queuedRun.Result, queuedRun.Message = queued, ""
	return runs
}

// demoRun returns the Run with this index in the history.
func demoRun(index int, created time.Time) Run {
	slot := demoDay[index%len(demoDay)]
	day := index / len(demoDay)
	run := Run{
		ID:          firstDemoID + int64(index),
		Type:        slot.runType,
		Created:     created,
		StartTime:   created.Add(time.Duration(2+index%7) * time.Second),
		Result:      success,
		TriggeredBy: "user@example.com",
		Datastore:   demoDatastores[slot.datastore],
		HasLogs:     index%3 != 0,
		Tags:        []string{"demo"},
	}
	run.EndTime = run.StartTime.Add(time.Duration(40+index*37%900) * time.Second)
	if slot.scheduleID != 0 {
		run.Schedule = &Schedule{ID: slot.scheduleID, Name: slot.scheduleName, Crontab: created.UTC().Format("4 15 * * *")}
		run.TriggeredBy = slot.scheduleName
	}
	if slot.runType != "sync" {
		run.Containers = defaultContainers(234+100*int64(slot.datastore), len(containerNames)-5*slot.datastore)
	}
	if run.Type == "scan" && run.Datastore.ID == 102 {
		run.Status = defaultCounters(run)
		run.identify(int64(day % 4))
	}
	switch {
	case index%17 == 4:
		run.Result = failure
		run.Message = "Connection to the datastore was lost: socket closed by the remote host"
	case index%23 == 6:
		run.Result = aborted
	case index%29 == 8:
		run.Message = "2 containers have no incremental field and were read in full"
	}
	if slot.runType == "promote" && day%2 == 1 {
		run.Type = "promote_quality_check"
	}
	return run
}
