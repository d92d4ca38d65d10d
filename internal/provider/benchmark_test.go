// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// BenchmarkOperationsRead reads qualytics_operations at the protocol level in three ways, and
// reports the time and the peak memory relative to the first: State.Set with a slice of structs,
// which is the usual way; State.Raw, which passes through the framework; and the provider's way
// around the framework.
func BenchmarkOperationsRead(b *testing.B) {
	ways := []struct {
		name   string
		server func() tfprotov6.ProviderServer
	}{
		{"structs", func() tfprotov6.ProviderServer { return serve(&structsProvider{testProvider()}) }},
		{"raw", providerserver.NewProtocol6(testProvider())},
		{"direct", func() tfprotov6.ProviderServer { return serve(testProvider()) }},
	}
	for _, count := range []int{1_000, 10_000} {
		url := serveRuns(b, count)
		var structsTime, structsPeak float64
		for _, way := range ways {
			b.Run(fmt.Sprintf("runs=%d/%s", count, way.name), func(b *testing.B) {
				read := operationsRead(b, way.server(), url)
				read() // create the pages
				b.ReportAllocs()
				var peaks uint64
				for b.Loop() {
					peaks += peakMemory(read)
				}
				peak := float64(peaks) / float64(b.N)
				b.ReportMetric(peak/(1<<20), "peak-MB")
				if way.name == "structs" {
					structsTime, structsPeak = perOperation(b), peak
					return
				}
				b.ReportMetric(perOperation(b)/structsTime, "x-structs")
				b.ReportMetric(peak/structsPeak, "x-structs-peak")
			})
		}
	}
}

func perOperation(b *testing.B) float64 { return float64(b.Elapsed()) / float64(b.N) }

// serveRuns serves a history of count Runs. It creates each page once, so that the server costs
// little of the measured time.
func serveRuns(b *testing.B, count int) string {
	server := mockapi.New(mockapi.Options{Token: testToken})
	runs := make([]mockapi.Run, count)
	for i := range runs {
		runs[i] = scan(int64(i+1), "success")
	}
	server.Seed(runs...)
	var pages sync.Map
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, made := pages.Load(r.URL.RawQuery)
		if !made {
			recorder := httptest.NewRecorder()
			r.Header.Del("Accept-Encoding")
			server.ServeHTTP(recorder, r)
			page = recorder.Body.Bytes()
			pages.Store(r.URL.RawQuery, page)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(page.([]byte))
	}))
	b.Cleanup(listener.Close)
	return listener.URL
}

// operationsRead returns a function that reads all Runs at the protocol level.
func operationsRead(b *testing.B, server tfprotov6.ProviderServer, url string) func() {
	b.Helper()
	configured, err := server.ConfigureProvider(b.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: jsonConfig(fmt.Sprintf(`{"url": %q, "token": %q}`, url, testToken)),
	})
	if err != nil || len(configured.Diagnostics) > 0 {
		b.Fatal(err, configured)
	}
	request := &tfprotov6.ReadDataSourceRequest{TypeName: "qualytics_operations", Config: jsonConfig(`{}`)}
	return func() {
		read, err := server.ReadDataSource(b.Context(), request)
		if err != nil || len(read.Diagnostics) > 0 {
			b.Fatal(err, read)
		}
	}
}

// peakMemory returns the maximum increase of the heap while run is running.
func peakMemory(run func()) uint64 {
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	done, stop := make(chan uint64), make(chan struct{})
	go func() {
		var peak uint64
		for {
			select {
			case <-stop:
				done <- peak
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&now)
				if now.HeapInuse > before.HeapInuse {
					peak = max(peak, now.HeapInuse-before.HeapInuse)
				}
			}
		}
	}()
	run()
	close(stop)
	return <-done
}

// structsProvider is the provider with structsDataSource.
type structsProvider struct{ *qualyticsProvider }

func (p *structsProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return &structsDataSource{} }}
}

// structsDataSource is operationsDataSource without its own tftypes values.
type structsDataSource struct{ operationsDataSource }

type structsModel struct {
	filterModel
	Limit      types.Int64        `tfsdk:"limit"`
	Fields     types.List         `tfsdk:"fields"`
	Operations []structsOperation `tfsdk:"operations"`
	IDs        []int64            `tfsdk:"ids"`
	Total      int64              `tfsdk:"total"`
}

type structsOperation struct {
	ID              int64                 `tfsdk:"id"`
	Type            string                `tfsdk:"type"`
	Result          string                `tfsdk:"result"`
	Message         *string               `tfsdk:"message"`
	Created         string                `tfsdk:"created"`
	StartTime       string                `tfsdk:"start_time"`
	EndTime         string                `tfsdk:"end_time"`
	DurationSeconds float64               `tfsdk:"duration_seconds"`
	TriggeredBy     *string               `tfsdk:"triggered_by"`
	ScheduleID      *int64                `tfsdk:"schedule_id"`
	Datastore       structsDatastore      `tfsdk:"datastore"`
	Status          map[string]*big.Float `tfsdk:"status"`
	URL             *string               `tfsdk:"url"`
}

type structsDatastore struct {
	ID        int64   `tfsdk:"id"`
	Name      string  `tfsdk:"name"`
	StoreType *string `tfsdk:"store_type"`
	Type      *string `tfsdk:"type"`
}

func (d *structsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config operationsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	listing, err := d.client.Operations(ctx, config.filter(&resp.Diagnostics), 0)
	if err != nil {
		resp.Diagnostics.AddError("Cannot list", err.Error())
		return
	}
	model := structsModel{filterModel: config.filterModel, Fields: config.Fields, Total: listing.Total}
	for _, run := range listing.Items {
		duration, _ := run.Duration()
		model.IDs = append(model.IDs, run.ID)
		model.Operations = append(model.Operations, structsOperation{
			ID: run.ID, Type: string(run.Type), Result: string(run.Result), Message: run.Message, TriggeredBy: run.TriggeredBy,
			Created: string(run.Created), StartTime: string(run.StartTime), EndTime: string(run.EndTime), DurationSeconds: duration.Seconds(),
			Datastore: structsDatastore{
				ID: *run.Datastore.ID, Name: *run.Datastore.Name, StoreType: run.Datastore.StoreType, Type: run.Datastore.Type,
			},
			Status: run.Status, URL: run.URL,
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// BenchmarkSchemas starts the provider and gets its schemas, as Terraform does several times per
// command.
func BenchmarkSchemas(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		server := serve(testProvider())
		if _, err := server.GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRerunLife measures a rerun, from the request to the deleted record. The baseline, named
// baseline, makes the same requests with the client alone.
func BenchmarkRerunLife(b *testing.B) {
	server := mockapi.New(mockapi.Options{Token: testToken})
	server.Seed(scan(1, "success"))
	listener := httptest.NewServer(server)
	defer listener.Close()
	configured := testProvider()
	var diags diag.Diagnostics
	api := configured.connect(providerModel{
		URL: types.StringValue(listener.URL), Token: types.StringValue(testToken),
		PollInterval: types.StringValue("1us"), // do not measure the waiting
	}, "test", &diags)
	if diags.HasError() {
		b.Fatal(diags)
	}
	source, err := api.client.Operation(b.Context(), 1)
	if err != nil {
		b.Fatal(err)
	}
	var baseline float64
	b.Run("baseline", func(b *testing.B) {
		defer func() { baseline = perOperation(b) }()
		for b.Loop() {
			start, err := api.client.Rerun(b.Context(), source, "")
			if err != nil {
				b.Fatal(err)
			}
			if _, err = api.client.Operation(b.Context(), start.ID); err != nil {
				b.Fatal(err)
			}
			if err = api.client.Delete(b.Context(), start.ID); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("provider", func(b *testing.B) {
		defer func() { b.ReportMetric(perOperation(b)/baseline, "x-baseline") }()
		for b.Loop() {
			start, err := api.client.Rerun(b.Context(), source, "")
			if err != nil {
				b.Fatal(err)
			}
			if _, result, err := api.wait(b.Context(), &start.Operation, within(time.Minute, "timeout"), nil, nil); result != waitTerminal {
				b.Fatal(err)
			}
			if err := api.deleteRecord(b.Context(), &start.Operation, true); err != nil {
				b.Fatal(err)
			}
		}
	})
}
