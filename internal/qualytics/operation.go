// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"cmp"
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// Operation is a Run, with the fields that all types of operation share. Any field but ID may be
// missing.
type Operation struct {
	ID          int64
	Type        OperationType
	Result      Result
	Message     *string
	Created     Timestamp
	StartTime   Timestamp
	EndTime     Timestamp
	TriggeredBy *string
	Datastore   *Datastore
	ScheduleID  *int64 // the schedule that triggered the Run
	Status      Counters
	Containers  []Container

	// URL is the page of the Run in the web application, as [Client] sets it. It is nil if the
	// datastore is unknown.
	URL *string

	// Payload is the complete JSON of the Run. A list does not set it.
	Payload json.RawMessage
}

// Datastore describes the datastore of a Run.
type Datastore struct {
	ID        *int64
	Name      *string
	StoreType *string
	Type      *string
}

// Container is a table, view, file or the like that a Run targets.
type Container struct {
	ID            *int64
	Name          *string
	ContainerType *string
}

// UnmarshalJSON reads a Run. It returns an error only for a value that is not an object: a field
// that is null, missing or of an unexpected JSON type is left empty.
func (o *Operation) UnmarshalJSON(data []byte) error {
	var wire struct {
		ID          integer               `json:"id"`
		Type        text[OperationType]   `json:"type"`
		Result      text[Result]          `json:"result"`
		Message     text[string]          `json:"message"`
		Created     Timestamp             `json:"created"`
		StartTime   Timestamp             `json:"start_time"`
		EndTime     Timestamp             `json:"end_time"`
		TriggeredBy text[string]          `json:"triggered_by"`
		Datastore   object[wireDatastore] `json:"datastore"`
		Schedule    object[schedule]      `json:"schedule"`
		ScheduleID  integer               `json:"schedule_id"`
		Status      Counters              `json:"status"`
		Containers  list[wireContainer]   `json:"containers"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*o = Operation{
		ID:          wire.ID.value,
		Type:        wire.Type.value,
		Result:      wire.Result.value,
		Message:     wire.Message.pointer(),
		Created:     wire.Created,
		StartTime:   wire.StartTime,
		EndTime:     wire.EndTime,
		TriggeredBy: wire.TriggeredBy.pointer(),
		ScheduleID:  cmp.Or(orZero(wire.Schedule.value).ID.pointer(), wire.ScheduleID.pointer()),
		Status:      wire.Status,
	}
	if wire.Datastore.value != nil {
		o.Datastore = wire.Datastore.value.datastore()
	}
	if wire.Containers.known {
		o.Containers = make([]Container, 0, len(wire.Containers.entries))
	}
	for _, entry := range wire.Containers.entries {
		o.Containers = append(o.Containers, entry.container())
	}
	return nil
}

// schedule names the schedule of a Run. Deployments show it as schedule.id, schedule_id, or both.
type schedule struct {
	ID integer `json:"id"`
}

// wireDatastore and wireContainer are a datastore and a container as the API writes them.
type wireDatastore struct {
	ID        integer      `json:"id"`
	Name      text[string] `json:"name"`
	StoreType text[string] `json:"store_type"`
	Type      text[string] `json:"type"`
}

func (w wireDatastore) datastore() *Datastore {
	return &Datastore{ID: w.ID.pointer(), Name: w.Name.pointer(), StoreType: w.StoreType.pointer(), Type: w.Type.pointer()}
}

type wireContainer struct {
	ID            integer      `json:"id"`
	Name          text[string] `json:"name"`
	ContainerType text[string] `json:"container_type"`
}

func (w wireContainer) container() Container {
	return Container{ID: w.ID.pointer(), Name: w.Name.pointer(), ContainerType: w.ContainerType.pointer()}
}

// Finished reports whether the Run is terminal: it has one of the terminal results, or an end time
// and a result that is none of the active ones.
func (o *Operation) Finished() bool {
	switch o.Result {
	case ResultSuccess, ResultFailure, ResultAborted:
		return true
	case ResultQueued, ResultRunning:
		return false
	default:
		return o.EndTime != ""
	}
}

// ContinuedSince reports whether a Run has continued since it was read before: its start time has
// changed, or it had ended and is now active or has another end time.
func (o *Operation) ContinuedSince(before *Operation) bool {
	return before.StartTime != "" && o.StartTime != before.StartTime ||
		before.Finished() && (!o.Finished() || o.EndTime != before.EndTime)
}

// Duration returns the time from start to end. ok is false if the Run is active or never started.
func (o *Operation) Duration() (duration time.Duration, ok bool) {
	start, startErr := o.StartTime.Time()
	end, endErr := o.EndTime.Time()
	if startErr != nil || endErr != nil || !o.Finished() {
		return 0, false
	}
	return end.Sub(start), true
}

// Timestamp is a time in RFC 3339, as the API wrote it. It is empty for null and for values that
// are not strings.
type Timestamp string

// UnmarshalJSON keeps the API's text, and reads a time without a zone as UTC.
func (t *Timestamp) UnmarshalJSON(data []byte) error {
	var read text[string]
	err := read.UnmarshalJSON(data)
	*t = Timestamp(read.value)
	if len(*t) >= len("2006-01-02T15:04:05") && !strings.ContainsAny(string((*t)[len("2006-01-02"):]), "Z+-") {
		*t += "Z"
	}
	return err
}

// Time parses the timestamp. It returns an error if the timestamp is empty or not in RFC 3339.
func (t Timestamp) Time() (time.Time, error) {
	return time.Parse(time.RFC3339Nano, string(t))
}

// Counters holds the counters of a Run's status by name. A null counter is nil.
type Counters map[string]*big.Float

// UnmarshalJSON reads the counters of an object, and omits values that are neither null nor a
// finite number.
func (c *Counters) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		return nil
	}
	var wire map[string]counter
	err := json.Unmarshal(data, &wire)
	*c = make(Counters, len(wire))
	for name, counter := range wire {
		if counter.known {
			(*c)[name] = counter.value
		}
	}
	return err
}

// counter is a finite number or null.
type counter struct {
	value *big.Float
	known bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *counter) UnmarshalJSON(data []byte) error {
	c.value = finiteNumber(data)
	c.known = c.value != nil || string(data) == "null"
	return nil
}

// Whole returns a counter that is a whole number of 0 or more. ok is false for any other value, for
// null and for a missing counter.
func (c Counters) Whole(name string) (count int64, ok bool) {
	number := c[name]
	if number == nil || !number.IsInt() || number.Sign() < 0 {
		return 0, false
	}
	count, accuracy := number.Int64()
	return count, accuracy == big.Exact
}

// counterPrecision is Terraform's precision of numbers, in bits.
const counterPrecision = 512

// finiteNumber parses a number. It returns nil for one that Terraform cannot hold.
func finiteNumber(field []byte) *big.Float {
	if strings.IndexByte("-0123456789", field[0]) < 0 {
		return nil
	}
	if whole, err := strconv.ParseInt(string(field), 10, 64); err == nil {
		return new(big.Float).SetPrec(counterPrecision).SetInt64(whole)
	}
	number, _, err := big.ParseFloat(string(field), 10, counterPrecision, big.ToNearestEven)
	if err != nil || number.IsInf() {
		return nil
	}
	return number
}
