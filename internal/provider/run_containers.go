// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

const (
	// maxContainersShown is the maximum number of containers in an error.
	maxContainersShown = 10

	// containersTimeout limits the request for the containers, which are optional in the error.
	containersTimeout = 30 * time.Second
)

// describeContainers returns a paragraph with the containers of a Run that failed or have anomalies,
// worst first. It returns "" if there are none, or if they cannot be listed.
func describeContainers(ctx context.Context, client *qualytics.Client, id int64) string {
	ctx, cancel := context.WithTimeout(ctx, containersTimeout)
	defer cancel()
	listing, err := client.Containers(ctx, id)
	if err != nil {
		return ""
	}
	worst := slices.DeleteFunc(listing.Items, func(c qualytics.ContainerRun) bool { return !containerFailed(c) && anomaliesIn(c) == 0 })
	slices.SortStableFunc(worst, worstFirst)
	if len(worst) == 0 {
		return ""
	}
	var text strings.Builder
	text.WriteString("Containers, worst first:")
	for i, container := range worst {
		if i == maxContainersShown {
			fmt.Fprintf(&text, "\n  and %d more", len(worst)-i)
			break
		}
		text.WriteString("\n  - " + describeContainer(container))
	}
	return text.String()
}

// worstFirst sorts failed containers first, then by the number of anomalies.
func worstFirst(a, b qualytics.ContainerRun) int {
	if failed := containerFailed(a); failed != containerFailed(b) {
		if failed {
			return -1
		}
		return 1
	}
	return cmp.Compare(anomaliesIn(b), anomaliesIn(a))
}

func describeContainer(container qualytics.ContainerRun) string {
	line := containerName(container)
	switch found := anomaliesIn(container); {
	case containerFailed(container):
		line += ": `" + string(*container.Result) + "`"
		if container.Message != nil && *container.Message != "" {
			line += ", " + printable(*container.Message)
		}
		if found > 0 {
			line += " (" + anomalies(found) + ")"
		}
	default:
		line += ": " + anomalies(found)
	}
	return line
}

func containerName(container qualytics.ContainerRun) string {
	switch {
	case container.Container == nil:
		return "(unnamed container)"
	case container.Container.Name != nil:
		return printable(*container.Container.Name)
	case container.Container.ID != nil:
		return fmt.Sprintf("container %d", *container.Container.ID)
	default:
		return "(unnamed container)"
	}
}

func containerFailed(container qualytics.ContainerRun) bool {
	return container.Result != nil && *container.Result == qualytics.ResultFailure
}

func anomaliesIn(container qualytics.ContainerRun) int64 {
	if container.AnomalyCount == nil {
		return 0
	}
	return max(*container.AnomalyCount, 0)
}
