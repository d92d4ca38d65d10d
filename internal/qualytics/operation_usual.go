// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

// usualOperation is a Run whose fields all have the JSON types of the API page. Almost every Run is
// one, and reading it this way takes a third of the time and a quarter of the memory of lenient
// reading.
type usualOperation struct {
	ID          int64             `json:"id"`
	Type        OperationType     `json:"type"`
	Result      Result            `json:"result"`
	Message     *string           `json:"message"`
	Created     Timestamp         `json:"created"`
	StartTime   Timestamp         `json:"start_time"`
	EndTime     Timestamp         `json:"end_time"`
	TriggeredBy *string           `json:"triggered_by"`
	Datastore   *usualDatastore   `json:"datastore"`
	Schedule    *usualSchedule    `json:"schedule"`
	Status      *Counters         `json:"status"`
	Containers  []*usualContainer `json:"containers"`
}

type usualDatastore struct {
	ID        *int64  `json:"id"`
	Name      *string `json:"name"`
	StoreType *string `json:"store_type"`
	Type      *string `json:"type"`
}

type usualSchedule struct {
	ID *int64 `json:"id"`
}

type usualContainer struct {
	ID            *int64  `json:"id"`
	Name          *string `json:"name"`
	ContainerType *string `json:"container_type"`
}

func (u *usualOperation) operation() Operation {
	operation := Operation{
		ID:          u.ID,
		Type:        u.Type,
		Result:      u.Result,
		Message:     u.Message,
		Created:     u.Created,
		StartTime:   u.StartTime,
		EndTime:     u.EndTime,
		TriggeredBy: u.TriggeredBy,
		Datastore:   (*Datastore)(u.Datastore),
		Status:      orZero(u.Status),
	}
	if u.Schedule != nil {
		operation.ScheduleID = u.Schedule.ID
	}
	if u.Containers != nil {
		operation.Containers = make([]Container, 0, len(u.Containers))
	}
	for _, container := range u.Containers {
		if container != nil {
			operation.Containers = append(operation.Containers, Container(*container))
		}
	}
	return operation
}
