// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"reflect"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A Run without containers, and entries that lack fields, which are null. total counts all pages.
func TestOperationContainers_sparse(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	api.Inject(mockapi.Fault{Status: 200, Body: `{"items": [], "total": 0}`}, mockapi.Fault{Status: 200, Body: `{"items": [
		{"id": 2, "container": {"id": 3, "name": "u"}, "result": "paused"}, {}
	], "total": 2}`})
	entry := func(id, container, result any) map[string]any {
		return map[string]any{
			"id": id, "container": container, "start_time": nil, "end_time": nil, "records_processed": nil, "anomaly_count": nil,
			"result": result, "message": nil,
		}
	}
	some := []any{entry(int64(2), map[string]any{"id": int64(3), "name": "u", "container_type": nil}, "paused"), entry(nil, nil, nil)}
	p := api.protocol(t)
	for _, containers := range [][]any{{}, some} {
		state, diagnostics := p.read(t, "qualytics_operation_containers", `{"operation_id": 100}`)
		expectDiagnostics(t, diagnostics)
		want := map[string]any{"operation_id": int64(100), "containers": containers, "total": int64(len(containers))}
		if !reflect.DeepEqual(state, want) {
			t.Errorf("got  %v\nwant %v", state, want)
		}
	}
}
