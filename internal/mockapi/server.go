// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server implements the API. It is an http.Handler, safe for concurrent use.
type Server struct {
	options Options
	journal journal
	faults  faults
	gateway *gateway

	mutex      sync.RWMutex // guards all below
	byID       map[int64]*record
	ordered    []*record // by creation, then id
	lastID     int64
	planned    []Outcome
	datastores map[int64]*knownDatastore
	forbidden  map[int64]bool // by datastore
	revoked    bool
}

// New returns a Server with no Runs.
func New(options Options) *Server {
	if options.Now == nil {
		options.Now = time.Now
	}
	options.User = cmp.Or(options.User, "terraform@service.example.com")
	return &Server{
		options: options, gateway: newGateway(options.Gateway),
		byID: map[int64]*record{}, datastores: map[int64]*knownDatastore{}, forbidden: map[int64]bool{},
	}
}

// Revoke makes the token invalid.
func (s *Server) Revoke() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.revoked = true
}

// now returns the time of the server's clock, in the precision of the API's timestamps.
func (s *Server) now() time.Time {
	return s.options.Now().UTC().Truncate(time.Microsecond)
}

// ServeHTTP responds to one request. To close a connection without a response, it panics with
// http.ErrAbortHandler, as net/http documents.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r, body := received(r)
	responded := s.journal.arrived(r, body, s.now())
	if refusal, refused := s.gateway.refuse(r, s.now()); refused {
		responded(refusal.status)
		refusal.writeHead(w)
		_, _ = w.Write(refusal.body)
		return
	}
	fault := s.faults.take(r)
	result, ok := fault.apply(r, func() response { return s.perform(r) })
	if !ok {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Date", s.now().Format(http.TimeFormat))
	responded(result.status)
	fault.send(r.Context(), w, result.compressed(r))
}

// received returns a request whose body is read, and the body. A request can be performed after the
// client is gone, when the connection no longer provides the body. A request that did not come over
// a connection may have none.
func received(r *http.Request) (*http.Request, []byte) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body) // what arrived of an incomplete body is invalid in any case
	}
	r = r.WithContext(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r, body
}

// routes are the endpoints of the API page, and the one that starts a Run.
var routes = []struct {
	method, pattern string
	handle          func(s *Server, r *http.Request, id int64) response
}{
	{http.MethodGet, "/api/operations", (*Server).list},
	{http.MethodGet, "/api/operations/{id}", (*Server).retrieve},
	{http.MethodDelete, "/api/operations/{id}", (*Server).remove},
	{http.MethodGet, "/api/operations/{id}/containers", (*Server).containers},
	{http.MethodPost, "/api/operations/run", (*Server).create},
	{http.MethodPut, "/api/operations/abort/{id}", (*Server).abort},
	{http.MethodPut, "/api/operations/run/{id}", (*Server).resume},
	{http.MethodPut, "/api/operations/rerun/{id}", (*Server).rerun},
}

// perform performs a request and returns the response.
func (s *Server) perform(r *http.Request) response {
	if refusal, ok := s.authorize(r); !ok {
		return refusal
	}
	var allowed []string
	for _, route := range routes {
		segment, ok := matchPath(route.pattern, r.URL.Path)
		switch {
		case !ok:
			continue
		case route.method != r.Method:
			allowed = append(allowed, route.method)
			continue
		case segment == "":
			return route.handle(s, r, 0)
		}
		id, err := strconv.ParseInt(segment, 10, 64)
		if err != nil || id < 1 {
			return detail(http.StatusBadRequest, "The operation id %q is not a positive integer", segment)
		}
		return route.handle(s, r, id)
	}
	if len(allowed) == 0 {
		return detail(http.StatusNotFound, "Not Found")
	}
	refusal := detail(http.StatusMethodNotAllowed, "Method Not Allowed")
	refusal.header.Set("Allow", strings.Join(allowed, ", "))
	return refusal
}

// authorize accepts the header "Authorization: Bearer <token>".
func (s *Server) authorize(r *http.Request) (response, bool) {
	s.mutex.RLock()
	revoked := s.revoked
	s.mutex.RUnlock()
	refusal := detail(http.StatusUnauthorized, "Not authenticated")
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") && token != "" {
		if token == s.options.Token && !revoked {
			return response{}, true
		}
		refusal = detail(http.StatusUnauthorized, "Invalid or expired token")
	}
	refusal.header.Set("WWW-Authenticate", "Bearer")
	return refusal, false
}

// matchPath returns the value of {id} in a path that matches the pattern.
func matchPath(pattern, path string) (id string, ok bool) {
	wanted, given := strings.Split(pattern, "/"), strings.Split(path, "/")
	ok = slices.EqualFunc(wanted, given, func(want, have string) bool {
		if want == "{id}" {
			id = have
			return have != ""
		}
		return want == have
	})
	return id, ok
}
