// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
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
	URL         *string

	// Payload is the JSON of the complete response. Only [Client.Operation] sets it.
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
	var strict strictOperation
	if json.Unmarshal(data, &strict) == nil {
		*o = strict.operation()
		return nil
	}
	return o.readLeniently(data)
}

// readLeniently reads a Run field by field, whatever their JSON types.
func (o *Operation) readLeniently(data []byte) error {
	var fields struct {
		ID          json.RawMessage `json:"id"`
		Type        json.RawMessage `json:"type"`
		Result      json.RawMessage `json:"result"`
		Message     json.RawMessage `json:"message"`
		Created     json.RawMessage `json:"created"`
		StartTime   json.RawMessage `json:"start_time"`
		EndTime     json.RawMessage `json:"end_time"`
		TriggeredBy json.RawMessage `json:"triggered_by"`
		Datastore   json.RawMessage `json:"datastore"`
		Schedule    json.RawMessage `json:"schedule"`
		Status      json.RawMessage `json:"status"`
		Containers  json.RawMessage `json:"containers"`
	}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	*o = Operation{
		ID:          orZero(optionalInt(fields.ID)),
		Type:        orZero(optional[OperationType](fields.Type)),
		Result:      orZero(optional[Result](fields.Result)),
		Message:     optional[string](fields.Message),
		Created:     orZero(optional[Timestamp](fields.Created)),
		StartTime:   orZero(optional[Timestamp](fields.StartTime)),
		EndTime:     orZero(optional[Timestamp](fields.EndTime)),
		TriggeredBy: optional[string](fields.TriggeredBy),
		Datastore:   optional[Datastore](fields.Datastore),
		Status:      orZero(optional[Counters](fields.Status)),
		Containers:  optionalList[Container](fields.Containers),
	}
	if schedule := optional[struct {
		ID json.RawMessage `json:"id"`
	}](fields.Schedule); schedule != nil {
		o.ScheduleID = optionalInt(schedule.ID)
	}
	return nil
}

// UnmarshalJSON reads a datastore as leniently as [Operation.UnmarshalJSON] reads a Run.
func (d *Datastore) UnmarshalJSON(data []byte) error {
	var fields struct {
		ID        json.RawMessage `json:"id"`
		Name      json.RawMessage `json:"name"`
		StoreType json.RawMessage `json:"store_type"`
		Type      json.RawMessage `json:"type"`
	}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	*d = Datastore{
		ID:        optionalInt(fields.ID),
		Name:      optional[string](fields.Name),
		StoreType: optional[string](fields.StoreType),
		Type:      optional[string](fields.Type),
	}
	return nil
}

// UnmarshalJSON reads a container as leniently as [Operation.UnmarshalJSON] reads a Run.
func (c *Container) UnmarshalJSON(data []byte) error {
	var fields struct {
		ID            json.RawMessage `json:"id"`
		Name          json.RawMessage `json:"name"`
		ContainerType json.RawMessage `json:"container_type"`
	}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	*c = Container{
		ID:            optionalInt(fields.ID),
		Name:          optional[string](fields.Name),
		ContainerType: optional[string](fields.ContainerType),
	}
	return nil
}

// Finished reports whether the Run is terminal: it has an end time or one of the terminal results.
func (o *Operation) Finished() bool {
	switch o.Result {
	case ResultSuccess, ResultFailure, ResultAborted:
		return true
	default:
		return o.EndTime != ""
	}
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
	text := orZero(optional[string](data))
	if len(text) >= len("2006-01-02T15:04:05") && !strings.ContainsAny(text[len("2006-01-02"):], "Z+-") {
		text += "Z"
	}
	*t = Timestamp(text)
	return nil
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
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	*c = make(Counters, len(fields))
	for name, field := range fields {
		if string(field) == "null" {
			(*c)[name] = nil
		} else if number := finiteNumber(field); number != nil {
			(*c)[name] = number
		}
	}
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
func finiteNumber(field json.RawMessage) *big.Float {
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
