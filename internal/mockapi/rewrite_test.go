// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// A deployment whose Runs have no datastore, neither in the list nor alone nor in the response to
// an action. Containers of a Run and errors are no Runs.
func TestRewrite(t *testing.T) {
	api := start(t, mockapi.Options{Rewrite: func(run object) { delete(run, "datastore"); run["name"] = "x" }},
		mockapi.Run{ID: 1}, mockapi.Run{ID: 2})
	runs := append(api.get(t, "/api/operations")["items"].([]any),
		api.get(t, "/api/operations/1"), api.put(t, "/api/operations/rerun/1"))
	equal(t, "Runs", len(runs), 4)
	for _, one := range runs {
		run := one.(object)
		equal(t, fmt.Sprint("datastore of ", run["id"]), run["datastore"], nil)
		equal(t, "name", run["name"], "x")
	}
	listing := api.get(t, "/api/operations/1/containers")
	equal(t, "name of a container", listing["items"].([]any)[0].(object)["name"], nil)
	equal(t, "name of the listing", listing["name"], nil)
	api.call(t, http.MethodGet, "/api/operations/9").expect(t, 404, `{"detail":"Run 9 does not exist"}`)
}
