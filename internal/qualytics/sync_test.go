// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// serveSyncs serves 120 Runs, of alternating names, by a deployment that may take the names literally
// and rejects some.
func serveSyncs(t *testing.T, literal bool, rejected ...string) service {
	t.Helper()
	runs := runsAt(120, everyMinute)
	for i := range runs {
		runs[i].Type = []string{"sync", "catalog"}[i%2]
	}
	service := simulate(t, mockapi.Options{LiteralTypes: literal}, runs)
	service.Inject(mockapi.Fault{Status: http.StatusUnprocessableEntity, Times: mockapi.Always, Match: func(r *http.Request) bool {
		return slices.Contains(rejected, r.FormValue("operation_type"))
	}})
	return service
}

// names returns the operation_type of each request.
func (s service) names() []string {
	var names []string
	for _, request := range s.Requests() {
		names = append(names, request.Query.Get("operation_type"))
	}
	return names
}

// A sync has two names. Either one lists the Runs of both, whatever the deployment does.
func TestBothNamesOfASync(t *testing.T) {
	desc, asc := "desc", "asc"
	for name, test := range map[string]struct {
		literal  bool
		rejected string
	}{"synonyms": {false, ""}, "literal": {true, ""}, "sync rejected": {false, "sync"}, "catalog rejected": {false, "catalog"}} {
		for operationType, other := range map[OperationType]string{TypeSync: "catalog", TypeCatalog: "sync"} {
			what := name + ", " + string(operationType)
			service := serveSyncs(t, test.literal, test.rejected)
			for order, want := range map[*string][]int64{&desc: idsDown(120, 1), &asc: slices.Sorted(slices.Values(idsDown(120, 1)))} {
				for _, limit := range []int{0, 3} {
					service.ResetRequests()
					listing, err := service.client.Operations(t.Context(), Filter{OperationType: &operationType, SortCreated: order}, limit)
					if err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					if limit > 0 {
						want = want[:limit]
					}
					equal(t, what, listed(listing), want)
					equal(t, what+", total", listing.Total, int64(120))
					if name == "synonyms" { // one small request finds that the other name has the same Runs
						names := []string{string(operationType), string(operationType), other}
						equal(t, "names", service.names(), names[min(limit, 1):])
						equal(t, "size", service.Requests()[len(names)-1-min(limit, 1)].Query.Get("size"), "1")
					}
				}
			}
			window := within(10, 80)
			window.OperationType = &operationType
			service.ResetRequests()
			listing, err := service.client.Operations(t.Context(), window, 0)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			equal(t, what+", window", listed(listing), idsDown(80, 11))
			if name == "synonyms" {
				others := slices.DeleteFunc(service.names(), func(name string) bool { return name != other })
				equal(t, "requests for the other name", len(others), 1)
			}
		}
	}
}

// If both names are rejected, something else is wrong with the request. Other errors are no
// rejection of a name.
func TestFailedListOfSyncs(t *testing.T) {
	_, err := serveSyncs(t, false, "sync", "catalog").client.Operations(t.Context(), Filter{OperationType: new(TypeSync)}, 0)
	equal(t, "kind", KindOf(err), KindInvalid)

	client := respond(t, func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("operation_type") == "catalog" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = w.Write([]byte(`{"items": [{"id": 1}], "total": 1}`))
	})
	_, err = client.Operations(t.Context(), Filter{OperationType: new(TypeSync)}, 0)
	equal(t, "kind", KindOf(err), KindUnavailable)
}

// If synonyms show a new Run between the requests, no Run is counted twice.
func TestSyncsThatChange(t *testing.T) {
	newest := 2
	client := respond(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"items": [{"id": %d}, {"id": 1}], "total": 2}`, newest)
		newest++
	})
	listing, err := client.Operations(t.Context(), Filter{OperationType: new(TypeSync)}, 0)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "Runs", listed(listing), []int64{2, 1})
	equal(t, "total", listing.Total, int64(2))
}
