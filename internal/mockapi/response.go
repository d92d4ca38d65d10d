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

// response is a response that is not sent yet.
type response struct {
	status int
	header http.Header
	body   []byte
}

// reply returns a value as JSON.
func reply(status int, value any) response {
	body, err := json.Marshal(value)
	if err != nil {
		// Only a Run whose Settings have no JSON form leads to this error.
		return detail(http.StatusInternalServerError, "%s", err)
	}
	return response{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: body}
}

// detail returns an error in the format of the API's framework.
func detail(status int, format string, arguments ...any) response {
	return reply(status, map[string]string{"detail": fmt.Sprintf(format, arguments...)})
}

func noSuchRun(id int64) response {
	return detail(http.StatusNotFound, "Run %d does not exist", id)
}

// gzipFrom is the minimum length of a body that is compressed.
const gzipFrom = 1024

// gzipWriters are reused: each allocates more than a megabyte. A sync.Pool would drop many of them
// under the race detector.
var gzipWriters = make(chan *gzip.Writer, 16)

func newGzipWriter() *gzip.Writer {
	select {
	case writer := <-gzipWriters:
		return writer
	default:
		writer, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		return writer
	}
}

func reuse(writer *gzip.Writer) {
	select {
	case gzipWriters <- writer:
	default:
	}
}

// compressed returns the response in the encoding that the client accepts.
func (resp response) compressed(r *http.Request) response {
	if len(resp.body) < gzipFrom || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return resp
	}
	writer := newGzipWriter()
	defer reuse(writer)
	var body bytes.Buffer
	writer.Reset(&body)
	_, _ = writer.Write(resp.body)
	_ = writer.Close()
	resp.body = body.Bytes()
	resp.header = resp.header.Clone()
	resp.header.Set("Content-Encoding", "gzip")
	resp.header.Set("Vary", "Accept-Encoding")
	return resp
}

// writeHead sends the response without its body.
func (resp response) writeHead(w http.ResponseWriter) {
	maps.Copy(w.Header(), resp.header)
	if resp.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(resp.body)))
	}
	w.WriteHeader(resp.status)
}
