// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"cmp"
	"encoding/json"
)

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
	var wire struct {
		work
		Container object[wireContainer] `json:"container"`
		Name      text[string]          `json:"name"`
		Type      text[string]          `json:"container_type"`
		Scan      nested                `json:"container_scan"`
		Profile   nested                `json:"container_profile"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	work, container := wire.work, wire.Container.value
	if container == nil && (wire.Name.known || wire.Scan.named || wire.Profile.named) {
		if work.ID.known || wire.Name.known {
			container = &wireContainer{ID: work.ID, Name: wire.Name, ContainerType: wire.Type}
		}
		work = orZero(cmp.Or(wire.Scan.value, wire.Profile.value))
	}
	*c = ContainerRun{
		ID:               work.ID.pointer(),
		StartTime:        work.StartTime,
		EndTime:          work.EndTime,
		RecordsProcessed: work.RecordsProcessed.pointer(),
		AnomalyCount:     work.AnomalyCount.pointer(),
		Result:           work.Result.pointer(),
		Message:          work.Message.pointer(),
	}
	if container != nil {
		c.Container = new(container.container())
	}
	return nil
}

// work is what a Run did to one container.
type work struct {
	ID               integer      `json:"id"`
	StartTime        Timestamp    `json:"start_time"`
	EndTime          Timestamp    `json:"end_time"`
	RecordsProcessed integer      `json:"records_processed"`
	AnomalyCount     integer      `json:"anomaly_count"`
	Result           text[Result] `json:"result"`
	Message          text[string] `json:"message"`
}

// nested is work within the container itself.
type nested struct {
	object[work]
	named bool // the field exists, though it may be null
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *nested) UnmarshalJSON(data []byte) error {
	n.named = true
	return n.object.UnmarshalJSON(data)
}
