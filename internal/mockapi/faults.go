// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"context"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// Always as Times makes a Fault hit every matching request.
const Always = -1

// Fault disturbs the response to matching requests: it delays, replaces, loses or truncates it. A
// request whose response is replaced or lost has no effect, unless AfterEffect or EffectAfter is
// set.
type Fault struct {
	Method string // "" matches any
	Path   string // a pattern of path.Match such as /api/operations/rerun/*; "" matches any
	// Match is a further condition, such as PageAbove; nil matches any. It must not
	// change the faults.
	Match func(r *http.Request) bool
	Skip  int // number of matching requests to skip first
	Times int // number of requests to hit; 0 means one

	// AfterEffect performs the request first.
	AfterEffect bool
	// EffectAfter performs the request this long after its response was sent or lost, like a
	// backend that continues working behind a proxy. Requires Status or Close. It uses real time,
	// or the time of a testing/synctest bubble.
	EffectAfter time.Duration
	// Twice performs the request twice and sends the second response, like a gateway that repeats a
	// request when the connection to a backend breaks. A POST is performed once: a gateway does not
	// repeat it.
	Twice bool
	// Hook is called when the fault hits, before anything else.
	Hook func()
	// Delay is the wait before the request is performed, or with AfterEffect, before the response
	// is sent. A client that gives up during the delay gets no response.
	Delay time.Duration

	// Status replaces the response, with Body or with a default detail.
	Status int
	// Header is added to the response, such as Retry-After or Location.
	Header http.Header
	// Body replaces the body of the response. A body that starts with "<" is HTML.
	Body string
	// Rewrite changes the JSON of the response: each item of a page, or the only object.
	Rewrite func(object map[string]any)
	// Close closes the connection without a response.
	Close bool
	// Truncate ends the body after this many bytes, although Content-Length announces all of it.
	Truncate int
	// Slow is the pause between the ten parts in which the body is sent.
	Slow time.Duration
}

// faults holds the injected faults that are not used up.
type faults struct {
	mutex sync.Mutex
	list  []*Fault
}

// Inject adds faults. The first matching fault that is not used up hits a request.
func (s *Server) Inject(added ...Fault) {
	s.faults.mutex.Lock()
	defer s.faults.mutex.Unlock()
	for _, fault := range added {
		fault.Times = max(fault.Times, Always)
		if fault.Times == 0 {
			fault.Times = 1
		}
		s.faults.list = append(s.faults.list, &fault)
	}
}

// ClearFaults removes all injected faults.
func (s *Server) ClearFaults() {
	s.faults.mutex.Lock()
	defer s.faults.mutex.Unlock()
	s.faults.list = nil
}

// take returns the fault that hits the request and counts the hit. If none does, it returns an
// empty Fault.
func (f *faults) take(r *http.Request) Fault {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for i, fault := range f.list {
		if !fault.matches(r) {
			continue
		}
		if fault.Skip > 0 {
			fault.Skip--
			continue
		}
		if fault.Times--; fault.Times == 0 {
			f.list = slices.Delete(f.list, i, i+1)
		}
		return *fault
	}
	return Fault{}
}

func (f *Fault) matches(r *http.Request) bool {
	if f.Method != "" && f.Method != r.Method {
		return false
	}
	if matched, _ := path.Match(f.Path, r.URL.Path); f.Path != "" && !matched {
		return false
	}
	return f.Match == nil || f.Match(r)
}

// PageAbove matches requests for a page of a list with more than size items, as a Match of a Fault.
func PageAbove(size int64) func(r *http.Request) bool {
	return func(r *http.Request) bool { return parse(r).page().size > size }
}

// apply performs the request as the fault allows, and returns the response. It returns false if
// there is no response.
func (f *Fault) apply(r *http.Request, perform func() response) (response, bool) {
	if f.Twice && r.Method != http.MethodPost {
		once := perform
		perform = func() response {
			once()
			return once()
		}
	}
	if f.Hook != nil {
		f.Hook()
	}
	var result response
	if f.AfterEffect {
		result = perform()
	}
	inTime := pause(r.Context(), f.Delay)
	if f.EffectAfter > 0 {
		time.AfterFunc(f.EffectAfter, func() { perform() })
	}
	if !inTime || f.Close {
		return response{}, false
	}
	if !f.AfterEffect && f.Status == 0 {
		result = perform()
	}
	return f.replace(result), true
}

// replace applies the fault to the response.
func (f *Fault) replace(result response) response {
	if f.Status != 0 {
		result = detail(f.Status, "%s", http.StatusText(f.Status))
	}
	result = result.rewritten(f.Rewrite)
	if f.Body != "" {
		result.body = []byte(f.Body)
		if strings.HasPrefix(f.Body, "<") {
			result.header = http.Header{"Content-Type": {"text/html; charset=utf-8"}}
		}
	}
	if len(f.Header) > 0 {
		result.header = result.header.Clone()
		for name, values := range f.Header {
			result.header[http.CanonicalHeaderKey(name)] = values
		}
	}
	return result
}

// send writes the response as the fault allows.
func (f *Fault) send(ctx context.Context, w http.ResponseWriter, resp response) {
	resp.writeHead(w)
	body := resp.body
	if f.Truncate > 0 {
		body = body[:min(f.Truncate, len(body))]
	}
	if f.Slow == 0 {
		_, _ = w.Write(body)
		return
	}
	for piece := range slices.Chunk(body, max(1, (len(body)+9)/10)) {
		_, _ = w.Write(piece)
		_ = http.NewResponseController(w).Flush()
		if !pause(ctx, f.Slow) {
			return
		}
	}
}

// pause waits for d; it returns false if the context ended first.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
