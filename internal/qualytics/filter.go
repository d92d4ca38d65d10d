// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// The sort orders of a list.
var (
	descending = "desc"
	ascending  = "asc"
)

// Filter selects and sorts Runs. Its fields are the query parameters of the API page, and a window
// of creation times that the client applies. A nil field has no effect.
type Filter struct {
	ID            *int64
	ScheduleID    *int64
	OperationType *OperationType
	Finished      *bool
	Results       []Result
	CreatedDate   *string // YYYY-MM-DD, like the two below
	StartDate     *string
	EndDate       *string
	Datastores    []int64
	Containers    []int64
	HasLogs       *bool
	Offset        *int64  // minutes
	SortCreated   *string // asc or desc, like the one below
	SortDuration  *string

	// CreatedAfter and CreatedBefore select the Runs that were created within [CreatedAfter,
	// CreatedBefore). nil means unbounded.
	CreatedAfter  *time.Time
	CreatedBefore *time.Time
}

func (f Filter) query() url.Values {
	query := url.Values{}
	set(query, "id", f.ID)
	set(query, "schedule_id", f.ScheduleID)
	set(query, "operation_type", f.OperationType)
	set(query, "finished", f.Finished)
	add(query, "result", f.Results)
	set(query, "created_date", f.CreatedDate)
	set(query, "start_date", f.StartDate)
	set(query, "end_date", f.EndDate)
	add(query, "datastore", f.Datastores)
	add(query, "container", f.Containers)
	set(query, "has_logs", f.HasLogs)
	set(query, "offset", f.Offset)
	set(query, "sort_created", f.SortCreated)
	set(query, "sort_duration", f.SortDuration)
	return query
}

func set[T any](query url.Values, name string, value *T) {
	if value != nil {
		add(query, name, []T{*value})
	}
}

func add[T any](query url.Values, name string, values []T) {
	for _, value := range values {
		query.Add(name, fmt.Sprint(value))
	}
}

// maxURILength limits the path and the query of a request. The vendor's gateway accepts 4,096
// characters; the rest is for the page parameters.
const maxURILength = 4000

// checkLength returns an error if the lists of ids in a filter make the URI too long for gateways.
func (c *Client) checkLength(filter Filter) error {
	if len(c.base.Path)+len("/operations?")+len(filter.query().Encode()) <= maxURILength {
		return nil
	}
	name := "datastore"
	if len(filter.Containers) > len(filter.Datastores) {
		name = "container"
	}
	const message = "the URL would be too long; split the list into several requests"
	err := c.newError(apiCall{method: http.MethodGet, path: "/operations"}, KindTooLong, 0, name+" has too many values: "+message)
	err.Parameters = []ParameterError{{Location: []string{"query", name}, Message: "Too many values: " + message}}
	return err
}
