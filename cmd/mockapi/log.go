// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"io"
	"log"
	"net/http"
)

// logged writes one line per request: method, path and status, but not the token.
func logged(next http.Handler, output io.Writer) http.Handler {
	logger := log.New(output, "", log.Ltime)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := &statusRecorder{ResponseWriter: w}
		next.ServeHTTP(recorder, r)
		logger.Printf("%s %s %d", r.Method, r.URL.EscapedPath(), recorder.status)
	})
}

// statusRecorder records the status of the response.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (s *statusRecorder) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}
