// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

func operationPath(id int64) string { return "/operations/" + strconv.FormatInt(id, 10) }

func actionPath(action string, id int64) string {
	return "/operations/" + action + "/" + strconv.FormatInt(id, 10)
}

// Operation retrieves one Run, its whole payload included: "Retrieving a Run", GET
// /api/operations/{id}.
func (c *Client) Operation(ctx context.Context, id int64) (*Operation, error) {
	call := call{method: http.MethodGet, path: operationPath(id)}
	var operation Operation
	exchange, err := c.do(ctx, call, &operation)
	if err != nil {
		return nil, c.confirmMissing(ctx, id, err)
	}
	if operation.ID != id {
		return nil, c.wrongRun(call, operation.ID)
	}
	operation.Payload = exchange.body
	return &operation, nil
}

// Operations lists Runs: "Listing Runs", GET /api/operations. It returns at most limit of them, in the
// order that the filter asks for; a limit of 0 means all.
func (c *Client) Operations(ctx context.Context, filter Filter, limit int) (Listing[Operation], error) {
	list := pages[Operation]{
		fetch: func(ctx context.Context, window window) (page[Operation], error) {
			answer, err := fetchPage[Operation](ctx, c, "/operations", filter.query(), window)
			if err == nil && slices.ContainsFunc(answer.Items, func(operation Operation) bool { return operation.ID < 1 }) {
				err = c.newError(call{method: http.MethodGet, path: "/operations"}, KindNotAPI, http.StatusOK, "JSON with a Run that has no usable id")
			}
			return answer, err
		},
		id: func(operation Operation) int64 { return operation.ID },
	}
	return list.read(ctx, limit)
}

// Containers lists what a Run did per container: "Listing containers in a Run", GET
// /api/operations/{id}/containers.
func (c *Client) Containers(ctx context.Context, id int64) (Listing[ContainerRun], error) {
	list := pages[ContainerRun]{
		fetch: func(ctx context.Context, window window) (page[ContainerRun], error) {
			return fetchPage[ContainerRun](ctx, c, operationPath(id)+"/containers", url.Values{}, window)
		},
		id: func(container ContainerRun) int64 { return orZero(container.ID) },
	}
	return list.read(ctx, 0)
}

func fetchPage[T any](ctx context.Context, c *Client, path string, query url.Values, window window) (page[T], error) {
	query.Set("page", strconv.Itoa(window.number))
	query.Set("size", strconv.Itoa(window.size))
	var answer page[T]
	call := call{method: http.MethodGet, path: path, query: query}
	_, err := c.do(ctx, call, &answer)
	if err == nil && answer.Items == nil {
		err = c.newError(call, KindNotAPI, http.StatusOK, "JSON without items")
	}
	return answer, err
}

// Abort asks a Run to stop: "Aborting a Run", PUT /api/operations/abort/{id}. The Run that is returned
// may still be active: it is aborted as soon as the worker can stop safely.
func (c *Client) Abort(ctx context.Context, id int64) (*Operation, error) {
	call := call{method: http.MethodPut, path: actionPath("abort", id)}
	var operation Operation
	exchange, err := c.do(ctx, call, &operation)
	if IsConflict(err) && exchange.reached > 1 {
		// An earlier attempt may have aborted it, and only its answer was lost.
		if current, lookErr := c.Operation(ctx, id); lookErr == nil && current.Result == ResultAborted {
			return current, nil
		}
	}
	if err != nil {
		return nil, err
	}
	if operation.ID != id {
		return nil, c.wrongRun(call, operation.ID)
	}
	return &operation, nil
}

// Delete removes a Run's record: "Deleting a Run", DELETE /api/operations/{id}.
func (c *Client) Delete(ctx context.Context, id int64) error {
	exchange, err := c.do(ctx, call{method: http.MethodDelete, path: operationPath(id)}, nil)
	if IsNotFound(err) && exchange.reached > 1 {
		return nil // an earlier attempt deleted it, and only its answer was lost
	}
	return c.confirmMissing(ctx, id, err)
}

// confirmMissing makes sure that a 404 is about the Run. What the application says of an unknown path,
// where a wrong base URL leads to, may read the same; but there is no listing there.
func (c *Client) confirmMissing(ctx context.Context, id int64, err error) error {
	var missing *Error
	if !errors.As(err, &missing) || missing.Kind != KindNotFound || missing.Detail != "Not Found" {
		return err
	}
	if _, listErr := c.Operations(ctx, Filter{ID: &id}, 1); listErr != nil {
		missing.Kind = KindWrongURL
		missing.Detail += " (and the Runs cannot be listed there, either)"
	}
	return missing
}

func (c *Client) wrongRun(call call, id int64) *Error {
	return c.newError(call, KindNotAPI, http.StatusOK, fmt.Sprintf("the response is about another Run (id %d)", id))
}
