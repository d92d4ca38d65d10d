// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// BenchmarkStarts reruns 50 Runs in one client, which makes one start at a time. It reports the
// time relative to the baseline: bare PUTs, ten at a time, as Terraform would send them.
func BenchmarkStarts(b *testing.B) {
	const count, parallelism = 50, 10
	for _, latency := range []time.Duration{0, 50 * time.Millisecond} {
		b.Run(fmt.Sprintf("latency=%v", latency), func(b *testing.B) {
			var parallel float64
			b.Run("baseline", func(b *testing.B) {
				parallel = startRepeatedly(b, latency, count, parallelism, barePUT)
			})
			b.Run("client", func(b *testing.B) {
				serial := startRepeatedly(b, latency, count, parallelism, func(ctx context.Context, c *Client, source *Operation) error {
					_, err := c.Rerun(ctx, source, "")
					return err
				})
				b.ReportMetric(serial/parallel, "x-baseline")
			})
		})
	}
}

// barePUT sends only the request for a rerun.
func barePUT(ctx context.Context, c *Client, source *Operation) error {
	_, err := c.do(ctx, apiCall{method: http.MethodPut, path: actionPath("rerun", source.ID), retry: retryUnlessReached}, new(Operation))
	return err
}

// startRepeatedly starts count Runs, some of them in parallel, and returns the nanoseconds per
// start.
func startRepeatedly(
	b *testing.B, latency time.Duration, count, parallelism int,
	start func(context.Context, *Client, *Operation) error,
) float64 {
	b.Helper()
	for b.Loop() {
		b.StopTimer()
		api := mockapi.New(mockapi.Options{Token: testToken})
		for id := range int64(count) {
			api.Seed(mockapi.Run{ID: 1 + id})
		}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(latency)
			api.ServeHTTP(w, r)
		}))
		client := newClient(b, server.URL)
		b.StartTimer()
		group, ctx := errgroup.WithContext(b.Context())
		group.SetLimit(parallelism)
		for id := range int64(count) {
			group.Go(func() error { return start(ctx, client, &Operation{ID: 1 + id, Type: TypeScan}) })
		}
		if err := group.Wait(); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if runs := len(api.Runs()); runs != 2*count {
			b.Fatalf("%d Runs", runs)
		}
		server.Close()
		b.StartTimer()
	}
	perStart := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / float64(count)
	b.ReportMetric(perStart/1e6, "ms/start")
	return perStart
}
