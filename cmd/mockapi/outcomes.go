// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// parseOutcomes parses the lists of results and anomalies. The shorter list is extended with its
// last value. A Run is queued for a sixth of its time.
func parseOutcomes(results, anomalies string, runTime time.Duration) ([]mockapi.Outcome, error) {
	resultList, anomalyList := strings.Split(results, ","), strings.Split(anomalies, ",")
	outcomes := make([]mockapi.Outcome, max(len(resultList), len(anomalyList)))
	for i := range outcomes {
		result := resultList[min(i, len(resultList)-1)]
		if !slices.Contains([]string{"success", "failure", "aborted"}, result) {
			return nil, fmt.Errorf("-result %s must be success, failure or aborted, or a list of them", result)
		}
		count, err := strconv.ParseInt(anomalyList[min(i, len(anomalyList)-1)], 10, 64)
		if err != nil || count < 0 {
			return nil, fmt.Errorf("-anomalies %s must be a whole number of 0 or more, or a list of them", anomalies)
		}
		outcomes[i] = mockapi.Outcome{Queued: runTime / 6, Running: runTime - runTime/6, Result: result, Anomalies: &count}
		if result == "failure" {
			outcomes[i].Message = "Connection to the datastore was lost: socket closed by the remote host"
		}
	}
	return outcomes, nil
}
