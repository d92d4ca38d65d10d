// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
	"github.com/qualytics/terraform-provider-qualytics/internal/runwait"
)

// progressLine returns "Run 53390: running, 7/14 containers, 350,000 records", for example.
func progressLine(operation *qualytics.Operation) string {
	var line strings.Builder
	fmt.Fprintf(&line, "Run %d: %s", operation.ID, printable(string(operation.Result)))
	done, counted := operation.Status.Whole(qualytics.CounterAnalyzed)
	if total, ok := operation.Status.Whole(qualytics.CounterContainers); ok && counted {
		fmt.Fprintf(&line, ", %d/%d containers", done, total)
	}
	if records, ok := operation.Status.Whole(qualytics.CounterRecords); ok {
		line.WriteString(", " + humanize.Comma(records) + " records")
	}
	return line.String()
}

func logProgress(ctx context.Context) runwait.Progress {
	return func(operation *qualytics.Operation) { tflog.Info(ctx, progressLine(operation)) }
}

const (
	// counterInterval is the minimum interval between two lines while only counters change.
	counterInterval = 30 * time.Second
	// silenceInterval is the maximum interval between two lines.
	silenceInterval = 60 * time.Second
)

// actionProgress sends lines about a Run to the terminal: at once when its result changes, and at
// intervals otherwise.
type actionProgress struct {
	send     func(action.InvokeProgressEvent)
	began    time.Time
	sent     time.Time // when the last line was sent
	run      int64     // the Run of the last line
	result   qualytics.Result
	lastLine string
	link     string // ends the next line
}

func newActionProgress(resp *action.InvokeResponse) *actionProgress {
	return &actionProgress{send: resp.SendProgress, began: time.Now()}
}

// begin sends the first line about an accepted Run, which ends with its page.
func (p *actionProgress) begin(run *qualytics.Operation) {
	p.link = linkTo(run)
	p.report(run)
}

// report sends a line about the Run if one is due.
func (p *actionProgress) report(run *qualytics.Operation) {
	line, silent := progressLine(run), time.Since(p.sent)
	switch {
	case run.ID != p.run || run.Result != p.result:
	case line != p.lastLine && silent >= counterInterval:
	case silent >= silenceInterval:
	default:
		return
	}
	p.sent, p.run, p.result, p.lastLine = time.Now(), run.ID, run.Result, line
	if elapsed := time.Since(p.began).Truncate(time.Second); elapsed > 0 {
		line += ", " + elapsed.String()
	}
	if p.link != "" {
		line, p.link = line+". "+p.link, ""
	}
	p.send(action.InvokeProgressEvent{Message: line})
}
