// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
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
