// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// plainRun is a Run as encoding/json reads it by itself, which fails for unexpected types.
type plainRun struct {
	ID          int64   `json:"id"`
	Type        string  `json:"type"`
	Result      string  `json:"result"`
	Message     *string `json:"message"`
	Created     string  `json:"created"`
	StartTime   string  `json:"start_time"`
	EndTime     *string `json:"end_time"`
	TriggeredBy *string `json:"triggered_by"`
	Datastore   *struct {
		ID        *int64  `json:"id"`
		Name      *string `json:"name"`
		StoreType *string `json:"store_type"`
		Type      *string `json:"type"`
	} `json:"datastore"`
	Schedule *struct {
		ID *int64 `json:"id"`
	} `json:"schedule"`
	Status     map[string]*float64 `json:"status"`
	Containers []*struct {
		ID            *int64  `json:"id"`
		Name          *string `json:"name"`
		ContainerType *string `json:"container_type"`
	} `json:"containers"`
}

// BenchmarkDecoding decodes a page, and reports the time relative to that of plain structs: for
// Runs as on the API page, for Runs whose ids are floats, and for Runs with 1,000 containers.
func BenchmarkDecoding(b *testing.B) {
	recorder := httptest.NewRecorder()
	newHistory(maxPageSize, 0).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/?page=1&size=100", nil))
	body := recorder.Body.Bytes()
	table := []byte(`{"id":235,"name":"orders","container_type":"table","table_type":"table"}`)
	many := bytes.ReplaceAll(body, table, bytes.Join(bytes.SplitN(bytes.Repeat(append(table, '|'), 999), []byte("|"), 999), []byte(",")))
	many = bytes.ReplaceAll(many, []byte("|"), nil)
	for name, body := range map[string][]byte{
		"API page": body, "floats": bytes.ReplaceAll(body, []byte(`"id":101`), []byte(`"id":101.0`)), "containers": many,
	} {
		b.Run(name, func(b *testing.B) {
			plain := bytes.ReplaceAll(body, []byte(`"id":101.0`), []byte(`"id":101`))
			baseline := decodeRepeatedly[plainRun](b, plain)
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				if read := new(page[Operation]); decode(body, read) != nil || len(read.Items) != maxPageSize {
					b.Fatal("not decoded")
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/baseline, "x-plain")
		})
	}
}

// decodeRepeatedly returns the seconds that decoding a page takes.
func decodeRepeatedly[T any](b *testing.B, body []byte) float64 {
	b.Helper()
	began := time.Now()
	for rounds := 1; ; rounds++ {
		var read struct {
			Items []T `json:"items"`
		}
		if err := json.Unmarshal(body, &read); err != nil {
			b.Fatal(err)
		}
		if took := time.Since(began); rounds > 20 && took > time.Second {
			return took.Seconds() / float64(rounds)
		}
	}
}
