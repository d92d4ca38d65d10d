// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import "encoding/json"

// ContainerRun is the work of one Run on one container. Any field may be missing.
type ContainerRun struct {
	ID               *int64
	Container        *Container // nil if the entry names none
	StartTime        Timestamp
	EndTime          Timestamp
	RecordsProcessed *int64
	AnomalyCount     *int64
	Result           *Result
	Message          *string
}

// key identifies an entry; it is 0 if the entry has no id. Container ids are negated, so that they
// differ from the ids of entries.
func (c ContainerRun) key() int64 {
	switch {
	case c.ID != nil:
		return *c.ID
	case c.Container != nil:
		return -orZero(c.Container.ID)
	}
	return 0
}

// UnmarshalJSON reads an entry as leniently as [Operation.UnmarshalJSON] reads a Run. The entries
// of the API page name their container. Some deployments return the container itself, with the work
// nested in it.
func (c *ContainerRun) UnmarshalJSON(data []byte) error {
	var shape struct {
		Container json.RawMessage `json:"container"`
		Name      json.RawMessage `json:"name"`
		Scan      json.RawMessage `json:"container_scan"`
		Profile   json.RawMessage `json:"container_profile"`
	}
	if err := json.Unmarshal(data, &shape); err != nil {
		return err
	}
	container := optional[Container](shape.Container)
	if container == nil && (optional[string](shape.Name) != nil || shape.Scan != nil || shape.Profile != nil) {
		container = optional[Container](data)
		if container != nil && container.ID == nil && container.Name == nil {
			container = nil
		}
		work := optional[json.RawMessage](shape.Scan)
		if work == nil {
			work = optional[json.RawMessage](shape.Profile)
		}
		data = orZero(work)
	}
	var fields struct {
		ID               json.RawMessage `json:"id"`
		StartTime        json.RawMessage `json:"start_time"`
		EndTime          json.RawMessage `json:"end_time"`
		RecordsProcessed json.RawMessage `json:"records_processed"`
		AnomalyCount     json.RawMessage `json:"anomaly_count"`
		Result           json.RawMessage `json:"result"`
		Message          json.RawMessage `json:"message"`
	}
	_ = json.Unmarshal(data, &fields) // nested work that is not an object is ignored
	*c = ContainerRun{
		ID:               optionalInt(fields.ID),
		Container:        container,
		StartTime:        orZero(optional[Timestamp](fields.StartTime)),
		EndTime:          orZero(optional[Timestamp](fields.EndTime)),
		RecordsProcessed: optionalInt(fields.RecordsProcessed),
		AnomalyCount:     optionalInt(fields.AnomalyCount),
		Result:           optional[Result](fields.Result),
		Message:          optional[string](fields.Message),
	}
	return nil
}
