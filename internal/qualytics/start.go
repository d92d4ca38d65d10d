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
	"time"
)

// interruptGrace is how long a start may continue after its context has ended: its response names
// the Run that it started. The last two fifths are for the search for the Run.
const interruptGrace = 5 * time.Second

// Configuration is what [Client.Run] starts.
type Configuration struct {
	Type        OperationType
	DatastoreID int64
	Settings    json.RawMessage // an object without type and datastore_id; nil: none
}

// Run starts a Run: POST /api/operations/run, which is not on the Runs API page. Otherwise, it
// behaves like [Client.Rerun], but compares a Run whose response was lost with the configuration. It
// returns an error before it sends anything if the settings are not an object, or contain type or
// datastore_id.
func (c *Client) Run(ctx context.Context, configuration Configuration, user string) (Started, error) {
	body, err := configuration.body()
	if err != nil {
		return Started{}, err
	}
	settings := configuration.Settings
	if settings == nil {
		settings = json.RawMessage("{}")
	}
	started, err := c.start(ctx, startRequest{
		call: apiCall{method: http.MethodPost, path: "/operations/run", retry: retryUnlessReached, body: body},
		model: &Operation{
			Type: configuration.Type, Datastore: &Datastore{ID: &configuration.DatastoreID}, Payload: settings,
		},
		user: user,
	})
	if failure, ok := errors.AsType[*Error](err); ok {
		failure.untag(string(configuration.Type))
	}
	return started, err
}

// untag removes a tag from the locations of rejected parameters: if the body is one of several
// models, FastAPI names the one that the type selects, as in body.scan.datastore_id.
func (e *Error) untag(tag string) {
	for i, parameter := range e.Parameters {
		if len(parameter.Location) > 2 && parameter.Location[1] == tag {
			e.Parameters[i].Location = slices.Delete(parameter.Location, 1, 2)
		}
	}
}

// body returns the configuration as the API expects it: one object.
func (c Configuration) body() ([]byte, error) {
	fields := map[string]json.RawMessage{}
	if c.Settings != nil {
		if err := json.Unmarshal(c.Settings, &fields); err != nil || fields == nil {
			return nil, errors.New("the settings are not a JSON object")
		}
	}
	for name, value := range map[string]any{"type": c.Type, "datastore_id": c.DatastoreID} {
		if _, ok := fields[name]; ok {
			return nil, fmt.Errorf("the settings contain %s", name)
		}
		fields[name], _ = json.Marshal(value) //nolint:errchkjson // a string or a number
	}
	return json.Marshal(fields)
}

// Rerun starts a new Run with the configuration of an existing one: "Rerunning a Run", PUT
// /api/operations/rerun/{id}. The source is a terminal Run as returned by [Client.Operation] or
// [Client.Operations].
//
// Starts on one datastore wait for each other. A start lists the existing Runs, then sends the
// request. It does not retry a request whose outcome is unknown: it searches for the Run that the
// request may have started, and adopts it if nothing else can have started it. Otherwise, it returns
// a [*LostStartError]. After a 409, it also looks whether the request has started a Run, because
// gateways may send it more than once.
//
// user is the user who triggered an earlier Run with the same token, as the API shows it, or empty.
// It only serves to recognize a Run after a lost response.
//
// If ctx ends before the request is sent, Rerun returns an error of [KindCancelled], which wraps a
// [*QueueError] if it was not its turn, and starts nothing. A request that has been sent gets up to 5 s
// to complete and to be searched for, because its response names the Run that it started: after
// ctx has been cancelled, or before its deadline.
func (c *Client) Rerun(ctx context.Context, source *Operation, user string) (Started, error) {
	return c.start(ctx, startRequest{
		call:  apiCall{method: http.MethodPut, path: actionPath("rerun", source.ID), retry: retryUnlessReached},
		model: source,
		user:  user,
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
		model:   source,
		resumes: true,
	})
}

// startRequest is a call that starts a Run.
type startRequest struct {
	call    apiCall
	model   *Operation // what it starts: the source or, without an id, the configuration as payload
	user    string     // who is expected to trigger the Run; empty if unknown
	resumes bool       // the source itself may continue
}

// start starts a Run: it waits for its turn, takes a snapshot of the Runs, sends the request, and
// checks the response. Then it looks at the list once more, or searches for the Run.
func (c *Client) start(caller context.Context, request startRequest) (Started, error) {
	ctx, grace, cancel := withGrace(caller)
	defer cancel()
	forResponse, stop := outliving(ctx, grace*3/5)
	defer stop()
	forSearch, stop := outliving(ctx, grace)
	defer stop()

	datastore, _ := request.model.datastoreID()
	turn, err := c.locks.acquire(ctx, datastore)
	if err != nil {
		failure := c.newError(request.call, KindCancelled, 0,
			"Runs of one datastore start one at a time, and the request was not sent in time, so nothing was started ("+err.Error()+")")
		failure.Err = err
		return Started{}, failure
	}

	before := turn.seen
	if before == nil {
		if before, err = c.takeSnapshot(ctx, request.model); err != nil {
			turn.release(nil)
			return Started{}, err
		}
	}

	run, state, err := c.doRun(ctx, forResponse, request.call)
	responded := err == nil
	if responded {
		err = c.check(request, run, before)
	}
	search := &startSearch{client: c, request: request, before: before}
	if err == nil {
		return c.accepted(ctx, search, run, turn), nil
	}
	defer turn.release(nil)

	failure, ok := errors.AsType[*Error](err)
	if !ok || state.reached == 0 || failure.refused() {
		return Started{}, err
	}
	lost := &LostStartError{Source: request.model.ID, Datastore: datastore, Lost: failure}
	var found *Operation
	if failure.Kind == KindConflict {
		var matches int
		found, matches = search.poll(forSearch, false, lost)
		lost.Interrupted = ctx.Err() != nil
		if found == nil && matches == 0 && lost.SearchErr == nil {
			return Started{}, failure
		}
	} else {
		found = search.untilFound(ctx, forSearch, c.searchUntil(failure, responded, state.sent), lost)
	}
	if found == nil {
		lost.addNamed(run, before, failure)
		return Started{}, lost
	}
	c.started.add(found.ID)
	return Started{Operation: found.asStarted(), LostResponse: failure}, nil
}

// check returns an error if the response names a Run that the request cannot have started: one that
// existed before, or one that differs from the model.
func (c *Client) check(request startRequest, run *Operation, before *snapshot) error {
	model := request.model
	_, located := run.datastoreID()
	same, known := sameDatastore(run, model)
	switch {
	case run.ID < 1:
		return c.wrongRun(request.call, run.ID)
	case request.resumes && run.ID == model.ID:
		return nil
	case run.ID == model.ID || !before.isNew(run) || !located && !before.isNewer(run):
		return c.notNew(request.call, run.ID, "existed before the request")
	case run.Type != "" && model.Type != "" && !sameType(run.Type, model.Type):
		return c.notNew(request.call, run.ID, fmt.Sprintf("is of type %s, not %s", Printable(string(run.Type)), model.Type))
	case known && !same:
		return c.notNew(request.call, run.ID, fmt.Sprintf("is on datastore %d, not %d", *run.Datastore.ID, *model.Datastore.ID))
	}
	return nil
}

func (c *Client) notNew(call apiCall, id int64, why string) *Error {
	return c.newError(call, KindNotAPI, http.StatusOK, fmt.Sprintf("the response names Run %d, which %s", id, why))
}

// refused reports whether the API certainly did not start anything. After a 2xx response that
// cannot be read, a broken connection, a server error or a gateway's page, this is unknown. After a
// conflict, too: it may be with the Run that the same request has started.
func (e *Error) refused() bool {
	switch e.StatusCode {
	case http.StatusConflict, http.StatusRequestTimeout:
		return false
	case http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge:
		return true // a gateway's, too: it has not passed the request on
	}
	return e.StatusCode >= 300 && e.StatusCode < 500 && !e.Gateway
}

// searchUntil returns the time at which a request is certainly no longer processed. If the API has
// responded, or a gateway has responded for it, that is soon.
func (c *Client) searchUntil(failure *Error, responded bool, sent time.Time) time.Time {
	until := time.Now().Add(min(c.searchTimeout, minSearchTime))
	responded = responded || failure.StatusCode == http.StatusInternalServerError && !failure.Gateway ||
		failure.StatusCode >= 400 && failure.StatusCode < 500 && failure.StatusCode != http.StatusRequestTimeout
	if processed := sent.Add(c.searchTimeout); !responded && processed.After(until) {
		return processed
	}
	return until
}

// addNamed adds the Run that the response names, if the request may have started it after all.
func (e *LostStartError) addNamed(run *Operation, before *snapshot, failure *Error) {
	listed := func(candidate Candidate) bool { return candidate.ID == run.ID }
	if run != nil && run.ID > 0 && run.ID != e.Source && before.isNew(run) && !slices.ContainsFunc(e.Candidates, listed) {
		e.Candidates = append(e.Candidates, Candidate{Operation: *run, Reason: failure.Detail})
	}
}

// withGrace returns how long a start may continue after its context has ended, and a context that
// ends that long before the caller's deadline.
func withGrace(caller context.Context) (context.Context, time.Duration, context.CancelFunc) {
	deadline, ok := caller.Deadline()
	if !ok {
		ctx, cancel := context.WithCancel(caller)
		return ctx, interruptGrace, cancel
	}
	grace := min(interruptGrace, max(time.Until(deadline)/4, 0))
	ctx, cancel := context.WithDeadline(caller, deadline.Add(-grace))
	return ctx, grace, cancel
}
