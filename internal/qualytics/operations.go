// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func operationPath(id int64) string { return "/operations/" + strconv.FormatInt(id, 10) }

func actionPath(action string, id int64) string {
	return "/operations/" + action + "/" + strconv.FormatInt(id, 10)
}

// Operation returns one Run with its payload: "Retrieving a Run", GET /api/operations/{id}.
func (c *Client) Operation(ctx context.Context, id int64) (*Operation, error) {
	call := apiCall{method: http.MethodGet, path: operationPath(id)}
	run, _, err := c.doRun(ctx, ctx, call)
	if err != nil {
		return nil, c.confirmMissing(ctx, id, err)
	}
	if run.ID != id {
		return nil, c.wrongRun(call, run.ID)
	}
	return run, nil
}

// doRun makes a call whose response is a Run, as [Client.doOutliving] does.
func (c *Client) doRun(ctx, later context.Context, call apiCall) (*Operation, *callState, error) {
	var response oneRun
	state, err := c.doOutliving(ctx, later, call, &response)
	if err != nil {
		return nil, state, err
	}
	response.URL = c.webPage(&response.Operation)
	return &response.Operation, state, nil
}

// oneRun is a response with one Run, which some deployments wrap in a page of one item.
type oneRun struct{ Operation }

// UnmarshalJSON implements json.Unmarshaler.
func (r *oneRun) UnmarshalJSON(data []byte) error {
	err := r.Operation.UnmarshalJSON(data)
	var wrapped page[json.RawMessage]
	if err == nil && r.ID == 0 && json.Unmarshal(data, &wrapped) == nil && len(wrapped.Items) == 1 {
		data = wrapped.Items[0]
		err = r.Operation.UnmarshalJSON(data)
	}
	r.Payload = slices.Clone(data)
	return err
}

// webPage returns the URL of a Run's page in the web application, or nil if its datastore is
// unknown.
func (c *Client) webPage(run *Operation) *string {
	datastore, ok := run.datastoreID()
	if !ok {
		return nil
	}
	page := *c.base
	page.Path = strings.TrimSuffix(page.Path, "/api")
	return new(fmt.Sprintf("%s/datastores/%d/activity?operation_id=%d", page.String(), datastore, run.ID))
}

// Operations lists Runs: "Listing Runs", GET /api/operations. It returns at most limit of them, in
// the order of the filter; a limit of 0 means all. [TypeSync] and [TypeCatalog] each select the Runs
// of both names. A filter that is too long for one URL is an error of [KindTooLong].
func (c *Client) Operations(ctx context.Context, filter Filter, limit int) (Listing[Operation], error) {
	if err := c.checkLength(filter); err != nil {
		return Listing[Operation]{}, err
	}
	if filter.OperationType != nil && filter.OperationType.Canonical() == TypeSync {
		return c.syncs(ctx, filter, limit)
	}
	return c.operations(ctx, filter, limit)
}

// Listed reports whether the list of Runs has a Run: GET /api/operations?id={id}. It confirms a 404
// for the Run.
func (c *Client) Listed(ctx context.Context, id int64) (bool, error) {
	listing, err := c.Operations(ctx, Filter{ID: &id}, 1)
	if err != nil || len(listing.Items) == 0 {
		return false, err
	}
	if other := listing.Items[0].ID; other != id {
		return false, c.wrongRun(apiCall{method: http.MethodGet, path: "/operations"}, other)
	}
	return true, nil
}

// operations lists the Runs that the API selects for a filter.
func (c *Client) operations(ctx context.Context, filter Filter, limit int) (Listing[Operation], error) {
	if filter.CreatedAfter != nil || filter.CreatedBefore != nil {
		return c.operationsWithin(ctx, filter, limit)
	}
	list := c.operationPages(filter)
	list.first, list.wanted = extent[Operation](limit)
	listing, err := list.read(ctx)
	return listing.upTo(limit), err
}

func (c *Client) operationPages(filter Filter) pages[Operation] {
	return pages[Operation]{
		fetch: func(ctx context.Context, request pageRequest) (page[Operation], error) {
			read, err := fetchPage[Operation](ctx, c, "/operations", filter.query(), request)
			if err == nil && slices.ContainsFunc(read.Items, func(run Operation) bool { return run.ID < 1 }) {
				call := apiCall{method: http.MethodGet, path: "/operations"}
				err = c.newError(call, KindNotAPI, http.StatusOK, "JSON with a Run that has no usable id")
			}
			for i := range read.Items {
				read.Items[i].URL = c.webPage(&read.Items[i])
			}
			return read, err
		},
		id: func(run Operation) int64 { return run.ID },
	}
}

// Containers lists the work of a Run per container: "Listing containers in a Run", GET
// /api/operations/{id}/containers.
func (c *Client) Containers(ctx context.Context, id int64) (Listing[ContainerRun], error) {
	list := pages[ContainerRun]{
		fetch: func(ctx context.Context, request pageRequest) (page[ContainerRun], error) {
			return fetchPage[ContainerRun](ctx, c, operationPath(id)+"/containers", url.Values{}, request)
		},
		id: ContainerRun.key,
	}
	list.first, list.wanted = extent[ContainerRun](0)
	listing, err := list.read(ctx)
	return listing, c.confirmMissing(ctx, id, err)
}

func fetchPage[T any](ctx context.Context, c *Client, path string, query url.Values, request pageRequest) (page[T], error) {
	query.Set("page", strconv.Itoa(request.number))
	query.Set("size", strconv.Itoa(request.size))
	var read page[T]
	call := apiCall{method: http.MethodGet, path: path, query: query, pageSize: request.size, trial: request.trial}
	_, err := c.do(ctx, call, &read)
	if err == nil && read.Items == nil {
		err = c.newError(call, KindNotAPI, http.StatusOK, "JSON without items")
	}
	return read, err
}

// Abort requests that a Run stops: "Aborting a Run", PUT /api/operations/abort/{id}. The returned
// Run may still be active: it is aborted as soon as the worker can stop safely.
func (c *Client) Abort(ctx context.Context, id int64) (*Operation, error) {
	call := apiCall{method: http.MethodPut, path: actionPath("abort", id)}
	run, state, err := c.doRun(ctx, ctx, call)
	if IsConflict(err) && state.reached > 1 {
		// An earlier attempt may have aborted the Run, and its response was lost.
		if current, readErr := c.Operation(ctx, id); readErr == nil && current.Result == ResultAborted {
			return current, nil
		}
	}
	if err != nil {
		return nil, err
	}
	if run.ID != id {
		return nil, c.wrongRun(call, run.ID)
	}
	return run, nil
}

// Delete deletes the record of a Run: "Deleting a Run", DELETE /api/operations/{id}.
func (c *Client) Delete(ctx context.Context, id int64) error {
	state, err := c.do(ctx, apiCall{method: http.MethodDelete, path: operationPath(id)}, nil)
	if IsNotFound(err) && state.reached > 1 {
		return nil // an earlier attempt deleted it, and its response was lost
	}
	return c.confirmMissing(ctx, id, err)
}

// confirmMissing verifies that a 404 is about the Run. With a wrong base URL, the response to an
// unknown path may be the same, but the list does not exist either.
func (c *Client) confirmMissing(ctx context.Context, id int64, err error) error {
	var missing *Error
	if !errors.As(err, &missing) || missing.Kind != KindNotFound || missing.Detail != "Not Found" {
		return err
	}
	if _, listErr := c.Operations(ctx, Filter{ID: &id}, 1); listErr != nil {
		missing.Kind = KindWrongURL
		missing.Detail += " (nor can Runs be listed there)"
	}
	return missing
}

func (c *Client) wrongRun(call apiCall, id int64) *Error {
	return c.newError(call, KindNotAPI, http.StatusOK, fmt.Sprintf("the response is about another Run (id %d)", id))
}
