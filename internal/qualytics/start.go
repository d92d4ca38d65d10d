// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
)

// Started is a Run that the API has accepted to start, or to go on with.
type Started struct {
	Operation

	// LostAnswer is nil, or why the answer that accepted the Run was lost. The Run was then found by
	// looking for it.
	LostAnswer error
}

// Rerun starts a new Run with the configuration of an existing one: "Rerunning a Run", PUT
// /api/operations/rerun/{id}. The new Run has an id of its own.
//
// A request whose outcome is unknown is not repeated: the Run that it may have started is looked for.
// If there is not exactly one that it can be, the error is a [*LostStartError]. To tell it from older
// ones, the newest Run is looked up before the request is made. Once the request is on its way,
// cancelling ctx no longer interrupts it, nor the looking.
func (c *Client) Rerun(ctx context.Context, id int64) (Started, error) {
	return c.start(ctx, startCall{
		call:    call{method: http.MethodPut, path: actionPath("rerun", id)},
		source:  id,
		accepts: func(operation *Operation) bool { return operation.ID > 0 && operation.ID != id },
	})
}

// Resume continues a Run that was aborted or failed: "Resuming a Run", PUT /api/operations/run/{id}.
// The API may answer with the same Run or with a new one. With forceAbort a Run that is still active is
// aborted first. A lost answer is dealt with as in [Client.Rerun].
func (c *Client) Resume(ctx context.Context, id int64, forceAbort bool) (Started, error) {
	query := url.Values{}
	if forceAbort {
		query.Set("force_abort", strconv.FormatBool(forceAbort))
	}
	return c.start(ctx, startCall{
		call:    call{method: http.MethodPut, path: actionPath("run", id), query: query},
		source:  id,
		accepts: func(operation *Operation) bool { return operation.ID > 0 },
		revives: true,
	})
}

// startCall is a call that starts a Run, and what tells the Run that it started.
type startCall struct {
	call
	source  int64
	accepts func(*Operation) bool // whether an answer can be the started Run
	revives bool                  // the source itself may be the Run that goes on
}

func (c *Client) start(ctx context.Context, start startCall) (Started, error) {
	var before past
	start.repeat = repeatUnlessReached
	start.before = func(ctx context.Context) (err error) {
		before, err = c.lookBefore(ctx, start)
		return err
	}
	var operation Operation
	exchange, err := c.startAndClaim(ctx, start, &operation)
	if err == nil {
		return Started{Operation: operation}, nil
	}
	var failure *Error
	if !errors.As(err, &failure) || exchange.reached == 0 || failure.refused() {
		return Started{}, err
	}
	found, err := c.findStarted(context.WithoutCancel(ctx), start, before, failure)
	if err != nil {
		return Started{}, err
	}
	return Started{Operation: *found, LostAnswer: failure}, nil
}

// startAndClaim makes the call and claims the Run of its answer, so that nobody who looks for a lost
// Run takes this one for it.
func (c *Client) startAndClaim(ctx context.Context, start startCall, operation *Operation) (*exchange, error) {
	c.starting.RLock()
	defer c.starting.RUnlock()
	exchange, err := c.do(ctx, start.call, operation)
	if err == nil && !start.accepts(operation) {
		err = c.wrongRun(start.call, operation.ID)
	}
	if err == nil {
		c.claims.add(operation.ID)
	}
	return exchange, err
}

// refused reports whether the API certainly did not start anything. A 2xx answer that cannot be read, a
// broken connection and a server error all leave that open.
func (e *Error) refused() bool {
	return e.StatusCode >= 300 && e.StatusCode < 500 && e.StatusCode != http.StatusRequestTimeout
}
