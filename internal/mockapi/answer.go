// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// answer is a response before it is sent.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// reply answers with a value as JSON.
func reply(status int, value any) answer {
	body, err := json.Marshal(value)
	if err != nil {
		// Only a Run whose Settings have no JSON form leads here.
		return detail(http.StatusInternalServerError, "%s", err)
	}
	return answer{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: body}
}

// detail answers with an error in the form of the API's framework.
func detail(status int, format string, arguments ...any) answer {
	return reply(status, map[string]string{"detail": fmt.Sprintf(format, arguments...)})
}

func noSuchRun(id int64) answer {
	return detail(http.StatusNotFound, "Run %d does not exist", id)
}

// gzipFrom is the length from which a body is compressed.
const gzipFrom = 1024

// compressed is the answer in the encoding that the client accepts.
func (a answer) compressed(r *http.Request) answer {
	if len(a.body) < gzipFrom || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return a
	}
	var body bytes.Buffer
	writer, _ := gzip.NewWriterLevel(&body, gzip.BestSpeed)
	_, _ = writer.Write(a.body)
	_ = writer.Close()
	a.body = body.Bytes()
	a.header = a.header.Clone()
	a.header.Set("Content-Encoding", "gzip")
	a.header.Set("Vary", "Accept-Encoding")
	return a
}

// writeHead sends all of the answer but its body.
func (a answer) writeHead(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
}
