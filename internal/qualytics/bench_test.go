// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// history is a server with any number of pre-encoded Runs.
type history struct {
	latency time.Duration
	encoded []byte // all items, each followed by a comma
	ends    []int  // of each item in encoded, including its comma
}

// newHistory serves Runs as on the API page.
func newHistory(count int, latency time.Duration) *history {
	return encodeHistory(count, latency, func(id int) string {
		return fmt.Sprintf(`{"id":%d,"created":"2026-05-01T09:30:00.123456Z","type":"scan",`+
			`"start_time":"2026-05-01T09:30:05.000000Z","end_time":"2026-05-01T09:35:05.000000Z","result":"success","message":null,`+
			`"triggered_by":"user@example.com","datastore":{"id":101,"name":"Datastore-Sample","store_type":"jdbc","type":"snowflake",`+
			`"enrich_only":false,"enrich_container_prefix":"_q","favorite":false},"schedule":null,"status":{"total_containers":14,`+
			`"containers_analyzed":14,"partitions_scanned":42,"records_processed":700000,"anomalies_identified":0},`+
			`"containers":[{"id":234,"name":"customers","container_type":"table","table_type":"table"},`+
			`{"id":235,"name":"orders","container_type":"table","table_type":"table"}],"tags":[],"incremental":true,"remediation":"none"}`, id)
	})
}

// newBareHistory serves Runs that show only their ids, which costs a tenth of the time.
func newBareHistory(count int, latency time.Duration) *history {
	return encodeHistory(count, latency, func(id int) string { return fmt.Sprintf(`{"id":%d}`, id) })
}

// encodeHistory serves Runs with ids from count down to 1, as a function encodes them.
func encodeHistory(count int, latency time.Duration, encode func(id int) string) *history {
	h := &history{latency: latency, ends: make([]int, 1, count+1)}
	for id := count; id > 0; id-- {
		h.encoded = append(append(h.encoded, encode(id)...), ',')
		h.ends = append(h.ends, len(h.encoded))
	}
	return h
}

func (h *history) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	time.Sleep(h.latency)
	count := len(h.ends) - 1
	number, _ := strconv.Atoi(r.FormValue("page"))
	size, _ := strconv.Atoi(r.FormValue("size"))
	from := min((number-1)*size, count)
	items := h.encoded[h.ends[from]:h.ends[min(from+size, count)]]
	tail := fmt.Sprintf(`],"total":%d,"page":%d,"size":%d,"pages":%d}`, count, number, size, (count+size-1)/size)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(`{"items":[`)+max(len(items)-1, 0)+len(tail)))
	_, _ = w.Write([]byte(`{"items":[`))
	_, _ = w.Write(items[:max(len(items)-1, 0)])
	_, _ = w.Write([]byte(tail))
}

// BenchmarkOperations lists whole histories with different latencies. It reports the client's time
// relative to the baseline's, and its time per Run relative to a history of a tenth of the length.
func BenchmarkOperations(b *testing.B) {
	for _, latency := range []time.Duration{0, 50 * time.Millisecond} {
		var shorter float64 // time per Run of the shorter history
		for _, count := range []int{1000, 10_000, 100_000} {
			b.Run(fmt.Sprintf("runs=%d/latency=%v", count, latency), func(b *testing.B) {
				server := httptest.NewServer(newHistory(count, latency))
				defer server.Close()
				var baseline float64
				b.Run("baseline", func(b *testing.B) {
					baseline = listRepeatedly(b, count, func() int { return listBare(b, server.URL, count) })
				})
				b.Run("client", func(b *testing.B) {
					client := listRepeatedly(b, count, func() int { return listWhole(b, server.URL) })
					b.ReportMetric(client/baseline, "x-baseline")
					if shorter > 0 {
						b.ReportMetric(client/shorter, "x-tenth")
					}
					shorter = client
				})
			})
		}
	}
}

// serveHalved serves a history on whose deployment larger pages are too large, and counts the
// requests.
func serveHalved(t testing.TB, handler *history, largest int64) (url string, requests *atomic.Int64) {
	t.Helper()
	tooLarge, requests := mockapi.PageAbove(largest), new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if tooLarge(r) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

// BenchmarkHalvedPages lists a history whose pages must be halved. It reports the time and the
// requests relative to the same list with whole pages.
func BenchmarkHalvedPages(b *testing.B) {
	const count = 100_000
	for _, latency := range []time.Duration{0, 50 * time.Millisecond} {
		handler := newHistory(count, latency)
		var wholeTime, wholeRequests float64
		for _, largest := range []int64{maxPageSize, maxPageSize / 2} {
			b.Run(fmt.Sprintf("latency=%v/largest=%d", latency, largest), func(b *testing.B) {
				url, requests := serveHalved(b, handler, largest)
				took := listRepeatedly(b, count, func() int { return listWhole(b, url) })
				made := float64(requests.Load()) / float64(b.N)
				if largest == maxPageSize {
					wholeTime, wholeRequests = took, made
					return
				}
				b.ReportMetric(took/wholeTime, "x-whole")
				b.ReportMetric(made/wholeRequests, "x-whole-requests")
			})
		}
	}
}

// BenchmarkTenLists lists a history ten times concurrently. Without a gateway, it reports the time
// relative to ten lists one after another; with a gateway, relative to the minimum at its rate.
func BenchmarkTenLists(b *testing.B) {
	const lists, count, rate, burst = 10, 1_000, 50, 100
	handler := newHistory(count, 5*time.Millisecond)
	var requests atomic.Int64
	counting := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		handler.ServeHTTP(w, r)
	})
	measure := func(b *testing.B, handler http.Handler, list func(client *Client)) float64 {
		b.Helper()
		server := httptest.NewServer(handler)
		defer server.Close()
		client := newClient(b, server.URL, func(config *Config) { config.RetryWait = defaultRetryWait })
		requests.Store(0)
		for b.Loop() {
			list(client)
		}
		return b.Elapsed().Seconds() / float64(b.N)
	}
	var serial float64
	b.Run("serial", func(b *testing.B) {
		serial = measure(b, counting, func(client *Client) {
			for range lists {
				listAtOnce(b, client, 1, count)
			}
		})
	})
	b.Run("at-once", func(b *testing.B) {
		took := measure(b, counting, func(client *Client) { listAtOnce(b, client, lists, count) })
		b.ReportMetric(took/serial, "x-serial")
	})
	b.Run("gateway", func(b *testing.B) {
		gateway := (&mockapi.Gateway{Rate: rate, Burst: burst}).Handler(counting)
		took := measure(b, gateway, func(client *Client) { listAtOnce(b, client, lists, count) })
		ideal := (float64(requests.Load()) - burst) / rate / float64(b.N)
		b.ReportMetric(took/ideal, "x-ideal")
	})
}

// listRepeatedly lists a history of count Runs, and returns the nanoseconds per Run.
func listRepeatedly(b *testing.B, count int, list func() int) float64 {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if got := list(); got != count {
			b.Fatalf("listed %d of %d Runs", got, count)
		}
	}
	perRun := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / float64(count)
	b.ReportMetric(perRun, "ns/Run")
	return perRun
}

func listWhole(b *testing.B, url string) int {
	b.Helper()
	listing, err := newClient(b, url).Operations(b.Context(), Filter{}, 0)
	if err != nil || !listing.Steady {
		b.Fatal(listing.Steady, err)
	}
	return len(listing.Items)
}

// listBare is the baseline: it knows the number of Runs, requests pages without overlap, as many at
// a time as the client, and only decodes them.
func listBare(b *testing.B, url string, count int) int {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: maxConcurrentPages}
	defer transport.CloseIdleConnections()
	read := make([]page[Operation], (count+maxPageSize-1)/maxPageSize)
	group, ctx := errgroup.WithContext(b.Context())
	group.SetLimit(maxConcurrentPages)
	for i := range read {
		group.Go(func() error {
			return getPage(ctx, transport, fmt.Sprintf("%s/api/operations?page=%d&size=%d", url, i+1, maxPageSize), &read[i])
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	got := 0
	for _, page := range read {
		got += len(page.Items)
	}
	return got
}

func getPage(ctx context.Context, transport *http.Transport, url string, into *page[Operation]) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(into)
}
