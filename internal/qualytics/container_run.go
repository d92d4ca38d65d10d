// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

// ContainerRun is what one Run did in one container.
type ContainerRun struct {
	ID               int64     `json:"id"`
	Container        Container `json:"container"`
	StartTime        Timestamp `json:"start_time"`
	EndTime          Timestamp `json:"end_time"`
	RecordsProcessed *int64    `json:"records_processed"`
	AnomalyCount     *int64    `json:"anomaly_count"`
	Result           *Result   `json:"result"`
	Message          *string   `json:"message"`
}
