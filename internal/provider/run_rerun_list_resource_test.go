// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"reflect"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// found is one result of a list resource.
type found struct {
	id       any
	name     string
	resource map[string]any
}

// lists returns the list-resource part of the protocol.
func (p *protocol) lists(t *testing.T) tfprotov6.ListResourceServer {
	t.Helper()
	server, ok := p.server.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the provider has no list resources")
	}
	return server
}

func (p *protocol) validateList(t *testing.T, config string) []*tfprotov6.Diagnostic {
	t.Helper()
	resp, err := p.lists(t).ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{
		TypeName: "qualytics_run_rerun", Config: jsonConfig(config),
	})
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

func (p *protocol) list(
	t *testing.T, config string, limit int64, includeResource bool,
) (results []found, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	const name = "qualytics_run_rerun"
	identities, err := p.server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	stream, err := p.lists(t).ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: name, Config: jsonConfig(config), Limit: limit, IncludeResource: includeResource,
	})
	if err != nil {
		t.Fatal(err)
	}
	for result := range stream.Results {
		diagnostics = append(diagnostics, result.Diagnostics...)
		if result.Identity == nil {
			continue
		}
		identity, _ := plain(t, result.Identity.IdentityData, identities.IdentitySchemas[name].ValueType()).(map[string]any)
		resource, _ := plain(t, result.Resource, p.schemas.ResourceSchemas[name].ValueType()).(map[string]any)
		results = append(results, found{id: identity["id"], name: result.DisplayName, resource: resource})
	}
	return results, diagnostics
}

func idsOf(results []found) []any {
	ids := []any{}
	for _, result := range results {
		ids = append(ids, result.id)
	}
	return ids
}

// The display name consists of type, datastore, result and start time.
func TestRunRerunList_names(t *testing.T) {
	t.Parallel()
	api := newHistory(t)
	results, diagnostics := api.protocol(t).list(t, `{"sort_created": "asc"}`, 0, false)
	expectDiagnostics(t, diagnostics)
	want := []found{
		{id: int64(1), name: "catalog on Datastore-Sample: success, 2026-05-02T00:30:00.000000Z"},
		{id: int64(2), name: "profile on Orders: success, 2026-05-03T00:30:00.000000Z"},
		{id: int64(3), name: "scan on Datastore-Sample: success, 2026-05-04T00:30:00.000000Z"},
		{id: int64(4), name: "external_scan on Datastore-Sample: failure, 2026-05-05T00:30:00.000000Z"},
		{id: int64(5), name: "export on Lake: aborted, 2026-05-06T00:30:00.000000Z"},
		{id: int64(6), name: "materialize on Datastore-Sample: running, 2026-05-07T00:30:00.000000Z"},
		{id: int64(7), name: "promote_quality_check on Datastore-Sample: queued, not started"},
	}
	if !reflect.DeepEqual(results, want) {
		t.Errorf("got  %v\nwant %v", results, want)
	}

	api.Inject(mockapi.Fault{Status: 200, Body: `{"items": [{"id": 8, "type": "scan", "result": "success"}], "total": 1}`})
	results, diagnostics = api.protocol(t).list(t, `{}`, 0, true)
	expectDiagnostics(t, diagnostics)
	if len(results) != 1 || results[0].name != "scan on an unknown datastore: success, not started" {
		t.Errorf("got %v", results)
	}
}

// With a limit, only the necessary pages are read.
func TestRunRerunList_limit(t *testing.T) {
	t.Parallel()
	api := newLongHistory(t, 150)
	p := api.protocol(t)
	for limit, want := range map[int64][]any{0: down(150, 1), 3: down(150, 148), 120: down(150, 31)} {
		api.ResetRequests()
		results, diagnostics := p.list(t, `{}`, limit, false)
		expectDiagnostics(t, diagnostics)
		if ids := idsOf(results); !slices.Equal(ids, want) {
			t.Errorf("limit %d: got %v, want %v", limit, ids, want)
		}
		if limit == 3 {
			api.expectRequests(t, "GET /api/operations?page=1&size=3")
		}
	}
}

// With include_resource, a result is the resource that an import of the Run creates, so that the
// generated configuration starts nothing.
func TestRunRerunList_includeResource(t *testing.T) {
	t.Parallel()
	api := newHistory(t)
	p := api.protocol(t)
	results, diagnostics := p.list(t, `{"id": 2}`, 0, true)
	expectDiagnostics(t, diagnostics)
	operation, diagnostics := p.read(t, "qualytics_operation", `{"id": 2}`)
	expectDiagnostics(t, diagnostics)
	want := map[string]any{
		"run_id": int64(2), "triggers": nil, "timeouts": nil, "wait_for_completion": true, "fail_on": []any{"failure", "aborted"},
		"delete_on_destroy": true, "abort_on_destroy": true, "rerun_if_deleted": true,
		"latest": nil, "max_anomalies": nil, "name": "profile 2", "superseded_runs": nil,
	}
	for name, value := range operation {
		if name != "containers" && name != "details" {
			want[name] = value
		}
	}
	if len(results) != 1 || !reflect.DeepEqual(results[0].resource, want) {
		t.Errorf("got  %v\nwant %v", results, want)
	}
}

// The caller can stop a list early.
func TestRunRerunList_stopped(t *testing.T) {
	t.Parallel()
	api := newLongHistory(t, 5)
	stream, err := api.protocol(t).lists(t).ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: "qualytics_run_rerun", Config: jsonConfig(`{}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	names := 0
	for range stream.Results {
		if names++; names == 2 {
			break
		}
	}
	if names != 2 {
		t.Errorf("got %d results, want 2", names)
	}
}
