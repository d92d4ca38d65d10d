// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// minSearchTime is the minimum duration of the search for a Run. If the application itself has
// responded, it is also the maximum.
const minSearchTime = 5 * time.Second

// Started is a Run whose start or continuation the API has accepted.
type Started struct {
	Operation

	// LostResponse is nil, or the reason why the response was lost. In that case, the client found
	// the Run by searching for it, and adopted it.
	LostResponse error
}

// startedRuns holds what a client knows about the Runs that it has started. Only the holder of the
// start lock may use it.
type startedRuns struct {
	ids  map[int64]bool
	user string // who triggered them, according to the API; empty if unknown
}

func (s *startedRuns) add(id int64) {
	if s.ids == nil {
		s.ids = make(map[int64]bool)
	}
	s.ids[id] = true
}

// Rerun starts a new Run with the configuration of an existing one: "Rerunning a Run", PUT
// /api/operations/rerun/{id}. The source is a terminal Run as returned by [Client.Operation] or
// [Client.Operations].
//
// A client makes one start at a time. It lists the existing Runs, then sends the request. It does
// not retry a request whose outcome is unknown: it searches for the Run that the request may have
// started, and adopts it if nothing else can have started it. Otherwise, it returns a
// [*LostStartError].
//
// user is the user who triggered an earlier Run with the same token, as the API shows it, or empty.
// It only serves to recognize a Run after a lost response.
//
// If ctx ends before the request is sent, Rerun returns an error of [KindCancelled] and starts
// nothing. After that, the request gets a few seconds to complete, because its response names the
// Run that it started.
func (c *Client) Rerun(ctx context.Context, source *Operation, user string) (Started, error) {
	return c.start(ctx, startRequest{
		call:   apiCall{method: http.MethodPut, path: actionPath("rerun", source.ID), retry: retryUnlessReached},
		source: source,
		user:   user,
	})
}

// Resume continues a Run that was aborted or failed: "Resuming a Run", PUT
// /api/operations/run/{id}. The API may respond with the same Run or with a new one. With
// forceAbort, a Run that is still active is aborted first. The source is the Run as it was read
// just before. Otherwise, Resume behaves like [Client.Rerun].
func (c *Client) Resume(ctx context.Context, source *Operation, forceAbort bool) (Started, error) {
	query := url.Values{}
	if forceAbort {
		query.Set("force_abort", "true")
	}
	return c.start(ctx, startRequest{
		call:    apiCall{method: http.MethodPut, path: actionPath("run", source.ID), query: query, retry: retryUnlessReached},
		source:  source,
		resumes: true,
	})
}

// startRequest is a call that starts a Run.
type startRequest struct {
	call    apiCall
	source  *Operation
	user    string // who is expected to trigger the Run; empty if unknown
	resumes bool   // the source itself may continue
}

func (c *Client) start(ctx context.Context, request startRequest) (Started, error) {
	release, err := c.lock.acquire(ctx)
	if err != nil {
		failure := c.newError(request.call, KindCancelled, 0,
			"Runs start one at a time, and the request was not sent in time, so nothing was started ("+err.Error()+")")
		failure.Err = err
		return Started{}, failure
	}
	defer release()
	before, err := c.takeSnapshot(ctx, request.source)
	if err != nil {
		return Started{}, err
	}
	untilResponse, cancel := outliving(ctx, responseGrace)
	defer cancel()
	untilFound, cancel := outliving(ctx, interruptGrace)
	defer cancel()
	run, state, err := c.doRun(ctx, untilResponse, request.call)
	responded := err == nil
	if err == nil {
		err = c.check(request, run, before)
	}
	if err == nil {
		c.started.add(run.ID)
		if run.TriggeredBy != nil {
			c.started.user = *run.TriggeredBy
		}
		return Started{Operation: *run}, nil
	}
	failure, ok := errors.AsType[*Error](err)
	if !ok || state.reached == 0 || failure.rejected() {
		return Started{}, err
	}
	search := lostRunSearch{client: c, request: request, before: before, until: time.Now().Add(min(c.searchTimeout, minSearchTime))}
	_, _, isAPI := readDetail(state.body())
	responded = responded || isAPI && failure.StatusCode == http.StatusInternalServerError
	if processed := state.sent.Add(c.searchTimeout); !responded && processed.After(search.until) {
		search.until = processed
	}
	found, lost := search.run(ctx, untilFound)
	if lost != nil {
		lost.Lost = failure
		return Started{}, lost
	}
	c.started.add(found.ID)
	return Started{Operation: *found, LostResponse: failure}, nil
}

// check returns an error if the response names a Run that the request cannot have started: one that
// existed before, or one that differs from the source.
func (c *Client) check(request startRequest, run *Operation, before snapshot) error {
	source := request.source
	_, located := run.datastoreID()
	switch {
	case run.ID < 1:
		return c.wrongRun(request.call, run.ID)
	case request.resumes && run.ID == source.ID:
		return nil
	case run.ID == source.ID || !before.isNew(run) || !located && !before.isNewer(run):
		return c.notNew(request.call, run.ID, "existed before the request")
	case run.Type != "" && source.Type != "" && !sameType(run.Type, source.Type):
		return c.notNew(request.call, run.ID, fmt.Sprintf("is of type %s, not %s", Printable(string(run.Type)), source.Type))
	case differInDatastore(run, source):
		return c.notNew(request.call, run.ID, fmt.Sprintf("is on datastore %d, not %d", *run.Datastore.ID, *source.Datastore.ID))
	}
	return nil
}

func (c *Client) notNew(call apiCall, id int64, why string) *Error {
	return c.newError(call, KindNotAPI, http.StatusOK, fmt.Sprintf("the response names Run %d, which %s", id, why))
}

// rejected reports whether the API certainly did not start anything. After a 2xx response that
// cannot be read, a broken connection or a server error, this is unknown.
func (e *Error) rejected() bool {
	return e.StatusCode >= 300 && e.StatusCode < 500 && e.StatusCode != http.StatusRequestTimeout
}
