// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"encoding/json"
	"strings"
	"time"
)

// Result is where a Run stands. The API may know more than the constants below.
type Result string

// The results of the API page. The first two are active, the others terminal.
const (
	ResultQueued  Result = "queued"
	ResultRunning Result = "running"
	ResultSuccess Result = "success"
	ResultFailure Result = "failure"
	ResultAborted Result = "aborted"
)

// Operation is one Run, as far as its fields are common to every type of operation.
type Operation struct {
	ID          int64       `json:"id"`
	Type        string      `json:"type"`
	Result      Result      `json:"result"`
	Message     *string     `json:"message"`
	Created     Timestamp   `json:"created"`
	StartTime   Timestamp   `json:"start_time"`
	EndTime     Timestamp   `json:"end_time"`
	TriggeredBy *string     `json:"triggered_by"`
	Datastore   *Datastore  `json:"datastore"`
	Schedule    *Schedule   `json:"schedule"`
	Status      Counters    `json:"status"`
	Containers  []Container `json:"containers"`

	// Payload is the API's whole answer, of whatever type the operation is. Only [Client.Operation]
	// fills it in.
	Payload json.RawMessage `json:"-"`
}

// Datastore is what a Run says of the datastore that it ran on.
type Datastore struct {
	ID        int64   `json:"id"`
	Name      string  `json:"name"`
	StoreType *string `json:"store_type"`
	Type      *string `json:"type"`
}

// Schedule is what a Run says of the schedule that triggered it.
type Schedule struct {
	ID int64 `json:"id"`
}

// Container is a table, view, file or the like that a Run targets.
type Container struct {
	ID            int64   `json:"id"`
	Name          string  `json:"name"`
	ContainerType *string `json:"container_type"`
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

// Duration is the time from start to end. ok is false while the Run is active, and when it never started.
func (o *Operation) Duration() (duration time.Duration, ok bool) {
	start, startErr := o.StartTime.Time()
	end, endErr := o.EndTime.Time()
	if startErr != nil || endErr != nil || !o.Finished() {
		return 0, false
	}
	return end.Sub(start), true
}

// Timestamp is a time as the API wrote it, in RFC 3339. It is empty for null.
type Timestamp string

// UnmarshalJSON keeps the API's text, and takes a time without a zone as UTC.
func (t *Timestamp) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*t = ""
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	if len(text) >= len("2006-01-02T15:04:05") && !strings.ContainsAny(text[len("2006-01-02"):], "Z+-") {
		text += "Z"
	}
	*t = Timestamp(text)
	return nil
}

// Time parses the timestamp; it fails for an empty one.
func (t Timestamp) Time() (time.Time, error) {
	return time.Parse(time.RFC3339Nano, string(t))
}

// Counters are the numbers of a Run's status, whatever their names; anything else in it is left out.
type Counters map[string]json.Number

// UnmarshalJSON reads the numbers of an object.
func (c *Counters) UnmarshalJSON(data []byte) error {
	*c = nil
	if len(data) == 0 || data[0] != '{' {
		return nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	*c = make(Counters, len(all))
	for name, value := range all {
		if strings.IndexByte("-0123456789", value[0]) >= 0 {
			(*c)[name] = json.Number(value)
		}
	}
	return nil
}
