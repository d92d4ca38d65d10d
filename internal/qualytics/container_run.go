// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import "encoding/json"

// ContainerRun is what one Run did in one container. Any field may be missing.
type ContainerRun struct {
	ID               *int64
	Container        *Container // nil where the entry names none
	StartTime        Timestamp
	EndTime          Timestamp
	RecordsProcessed *int64
	AnomalyCount     *int64
	Result           *Result
	Message          *string
}

// UnmarshalJSON reads an entry as leniently as [Operation.UnmarshalJSON] reads a Run.
func (c *ContainerRun) UnmarshalJSON(data []byte) error {
	var fields struct {
		ID               json.RawMessage `json:"id"`
		Container        json.RawMessage `json:"container"`
		StartTime        json.RawMessage `json:"start_time"`
		EndTime          json.RawMessage `json:"end_time"`
		RecordsProcessed json.RawMessage `json:"records_processed"`
		AnomalyCount     json.RawMessage `json:"anomaly_count"`
		Result           json.RawMessage `json:"result"`
		Message          json.RawMessage `json:"message"`
	}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	*c = ContainerRun{
		ID:               optionalInt(fields.ID),
		Container:        optional[Container](fields.Container),
		StartTime:        orZero(optional[Timestamp](fields.StartTime)),
		EndTime:          orZero(optional[Timestamp](fields.EndTime)),
		RecordsProcessed: optionalInt(fields.RecordsProcessed),
		AnomalyCount:     optionalInt(fields.AnomalyCount),
		Result:           optional[Result](fields.Result),
		Message:          optional[string](fields.Message),
	}
	return nil
}
