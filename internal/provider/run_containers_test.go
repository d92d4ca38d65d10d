// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// Failed containers are listed first, then the others, each by the number of anomalies. A missing
// value affects nothing else.
func TestRunRerun_failedContainers(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Plan(failing)
	api.Inject(mockapi.Fault{Path: "/api/operations/101/containers", Status: 200, Body: `{"total": 9, "items": [
		{"id": 1, "container": {"id": 11, "name": "fine"}, "result": "success", "anomaly_count": 0},
		{"id": 2, "container": {"id": 12, "name": "one"}, "result": "success", "anomaly_count": 1},
		{"id": 3, "container": {"id": 13, "name": "many"}, "result": "success", "anomaly_count": 2000},
		{"id": 4, "container": {"id": 14, "name": "lost"}, "result": "failure", "message": "no such table"},
		{"id": 5, "container": {"id": 15}, "result": "failure", "message": "", "anomaly_count": 3},
		{"id": 6, "container": {}, "result": "failure", "anomaly_count": 2},
		{"id": 7, "container": null, "result": "failure", "anomaly_count": -1},
		{"id": 8, "container": {"id": 18, "name": "odd"}, "result": null},
		{"id": 9, "container": {"id": 19, "name": "cut"}, "result": "aborted", "anomaly_count": 4}
	]}`})
	expectDiagnostics(t, api.protocol(t).manage(t, "qualytics_run_rerun").apply(t, `{"run_id": 100}`), strings.Join([]string{
		`error: Run 101 failed: .*\n\nContainers, worst first:`,
		"  - container 15: `failure` .3 anomalies.",
		"  - .unnamed container.: `failure` .2 anomalies.",
		"  - lost: `failure`, no such table",
		"  - .unnamed container.: `failure`",
		"  - many: 2,000 anomalies",
		"  - cut: 4 anomalies",
		"  - one: 1 anomaly",
		"",
		"Terraform marks the new resource as tainted: the next apply deletes the record of this Run and reruns. " +
			"To accept the Run instead, run `terraform untaint` with the resource's address, then change fail_on or max_anomalies. " +
			"The data source qualytics_operation_containers with operation_id = 101 lists all containers.$",
	}, `\n`))
}
