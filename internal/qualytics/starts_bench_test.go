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

// BenchmarkStarts reruns 50 Runs in one client, ten at a time as Terraform does. It reports the time
// relative to a baseline: for Runs of 50 datastores, bare PUTs, ten at a time; for Runs of one
// datastore, a bare list and a bare PUT for each, one after the other.
func BenchmarkStarts(b *testing.B) {
	for _, latency := range []time.Duration{0, 50 * time.Millisecond} {
		for _, test := range []struct {
			name        string
			datastores  int64
			parallelism int // of the baseline
			baseline    func(context.Context, *Client, *Operation) error
		}{{"many", 50, 10, barePUT}, {"one", 1, 1, bareListAndPUT}} {
			b.Run(fmt.Sprintf("latency=%v/datastores=%s", latency, test.name), func(b *testing.B) {
				var baseline float64
				b.Run("baseline", func(b *testing.B) {
					baseline = startRepeatedly(b, latency, test.datastores, test.parallelism, test.baseline)
				})
				b.Run("client", func(b *testing.B) {
					client := startRepeatedly(b, latency, test.datastores, 10, func(ctx context.Context, c *Client, source *Operation) error {
						_, err := c.Rerun(ctx, source, "")
						return err
					})
					b.ReportMetric(client/baseline, "x-baseline")
				})
			})
		}
	}
}

// barePUT sends only the request for a rerun.
func barePUT(ctx context.Context, c *Client, source *Operation) error {
	_, err := c.do(ctx, apiCall{method: http.MethodPut, path: actionPath("rerun", source.ID), retry: retryUnlessReached}, new(Operation))
	return err
}

func bareListAndPUT(ctx context.Context, c *Client, source *Operation) error {
	if _, err := c.Operations(ctx, Filter{Datastores: []int64{*source.Datastore.ID}, SortCreated: &descending}, maxPageSize); err != nil {
		return err
	}
	return barePUT(ctx, c, source)
}

// startRepeatedly starts 50 Runs, some of them in parallel, and returns the nanoseconds per start.
func startRepeatedly(
	b *testing.B, latency time.Duration, datastores int64, parallelism int,
	start func(context.Context, *Client, *Operation) error,
) float64 {
	b.Helper()
	const count = 50
	for b.Loop() {
		b.StopTimer()
		api := mockapi.New(mockapi.Options{Token: testToken})
		for id := range int64(count) {
			api.Seed(mockapi.Run{ID: 1 + id, Datastore: mockapi.Datastore{ID: 1 + id%datastores, Name: "a"}})
		}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(latency)
			r.Header.Del("Accept-Encoding") // compression would take longer than all the rest
			api.ServeHTTP(w, r)
		}))
		client := newClient(b, server.URL)
		b.StartTimer()
		group, ctx := errgroup.WithContext(b.Context())
		group.SetLimit(parallelism)
		for id := range int64(count) {
			group.Go(func() error {
				return start(ctx, client, &Operation{ID: 1 + id, Type: TypeScan, Datastore: &Datastore{ID: new(1 + id%datastores)}})
			})
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
