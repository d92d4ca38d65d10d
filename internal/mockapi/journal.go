// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Request is a request that the server received.
type Request struct {
	Method     string
	Path       string // as received, such as /api/operations/rerun/53388
	Query      url.Values
	Header     http.Header
	Body       string
	Status     int       // of the response; 0 while, or if, no response was sent
	Time       time.Time // by the server's clock
	RemoteAddr string
}

// String returns the request in one line, such as "PUT /api/operations/rerun/53388", with its query
// sorted by name.
func (r Request) String() string {
	line := r.Method + " " + r.Path
	if len(r.Query) > 0 {
		line += "?" + r.Query.Encode()
	}
	return line
}

// journal records the requests in the order of their arrival.
type journal struct {
	mutex    sync.Mutex
	requests []*Request
}

// Requests returns all requests in the order of their arrival, including those that have no
// response yet.
func (s *Server) Requests() []Request {
	s.journal.mutex.Lock()
	defer s.journal.mutex.Unlock()
	requests := make([]Request, len(s.journal.requests))
	for i, request := range s.journal.requests {
		requests[i] = *request
	}
	return requests
}

// ResetRequests clears the journal.
func (s *Server) ResetRequests() {
	s.journal.mutex.Lock()
	defer s.journal.mutex.Unlock()
	s.journal.requests = nil
}

// arrived records a request with its body. The returned function records the status of the
// response.
func (j *journal) arrived(r *http.Request, body []byte, now time.Time) (responded func(status int)) {
	entry := &Request{
		Method:     r.Method,
		Path:       r.URL.Path,
		Query:      r.URL.Query(),
		Header:     r.Header.Clone(),
		Body:       string(body),
		Time:       now,
		RemoteAddr: r.RemoteAddr,
	}
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.requests = append(j.requests, entry)
	return func(status int) {
		j.mutex.Lock()
		defer j.mutex.Unlock()
		entry.Status = status
	}
}
