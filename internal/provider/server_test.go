// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A direct state is the same as the state of the framework.
func TestServer_directState(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	odd := mockapi.Run{ID: 7, Type: "materialize", Result: "queued"}
	api.Seed(scan(1, "failure"), scan(2, "running"), odd)
	for name, configs := range map[string][]string{
		"qualytics_operations": {
			`{}`, `{"id": 999}`, `{"fields": ["id", "datastore"]}`, `{"created_after": "2026-05-01T00:00:00Z"}`,
			`{"limit": 2, "sort_created": "asc"}`,
			`{"result": ["failure", "running"], "finished": true, "created_date": "2026-05-01", "datastore": [101]}`,
		},
		"qualytics_operation_containers": {`{"operation_id": 1}`, `{"operation_id": 7}`},
	} {
		for _, config := range configs {
			direct := readState(t, serve(testProvider()), api, name, config)
			usual := readState(t, providerserver.NewProtocol6(testProvider())(), api, name, config)
			if differences, err := direct.Diff(usual); err != nil || len(differences) > 0 {
				t.Errorf("%s with %s: %v %v", name, config, differences, err)
			}
		}
	}
}

// rememberingServer keeps the context of a read, as the framework does.
type rememberingServer struct {
	frameworkServer
	ctx context.Context //nolint:containedctx // that is what it is for
}

func (s *rememberingServer) ReadDataSource(
	ctx context.Context, req *tfprotov6.ReadDataSourceRequest,
) (*tfprotov6.ReadDataSourceResponse, error) {
	s.ctx = ctx
	return s.frameworkServer.ReadDataSource(ctx, req)
}

// The state of a read is released, although the framework keeps the context.
func TestServer_releasesState(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	remembering := &rememberingServer{frameworkServer: serve(testProvider()).frameworkServer}
	readState(t, server{remembering}, api, "qualytics_operations", `{}`)
	if direct := remembering.ctx.Value(directStateKey{}).(**tftypes.Value); *direct != nil {
		t.Error("the state was not released")
	}
}

// Direct states do not support blocks.
func TestServer_dataSourcesHaveNoBlocks(t *testing.T) {
	for name, schema := range newProtocol(t).schemas.DataSourceSchemas {
		if len(schema.Block.BlockTypes) > 0 {
			t.Errorf("%s has blocks", name)
		}
	}
}

// readState returns the state of a data source that was read with a server.
func readState(t *testing.T, server tfprotov6.ProviderServer, api *api, name, config string) tftypes.Value {
	t.Helper()
	p := &protocol{server: server, schemas: allSchemas()}
	expectDiagnostics(t, p.configure(t, api.json(`"poll_interval": "10ms"`)))
	read, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: jsonConfig(config)})
	if err != nil {
		t.Fatal(err)
	}
	expectDiagnostics(t, read.Diagnostics)
	state, err := read.State.Unmarshal(p.schemas.DataSourceSchemas[name].ValueType())
	if err != nil {
		t.Fatal(err)
	}
	return state
}
