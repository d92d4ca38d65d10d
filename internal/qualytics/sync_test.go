// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// serveSyncs serves 150 Runs, of alternating names, by a deployment that knows the names as the
// function maps them: to the type of the Runs that it lists, to "" for both, or to "422".
func serveSyncs(t *testing.T, names func(name string) string) (*Client, *[]string) {
	t.Helper()
	runs := runsAt(150, everyMinute)
	for i := range runs {
		runs[i].Type = []string{"sync", "catalog"}[i%2]
	}
	var mutex sync.Mutex
	requests := []string{}
	both := mockapi.New(mockapi.Options{Token: testToken})
	both.Seed(runs...)
	single := map[string]*mockapi.Server{}
	for i, name := range []string{"sync", "catalog"} {
		single[name] = mockapi.New(mockapi.Options{Token: testToken})
		for _, run := range runs {
			if run.Type == []string{"sync", "catalog"}[i] {
				single[name].Seed(run)
			}
		}
	}
	return respond(t, func(w http.ResponseWriter, r *http.Request) {
		name := r.FormValue("operation_type")
		mutex.Lock()
		requests = append(requests, fmt.Sprint(name, " ", r.FormValue("page"), "/", r.FormValue("size")))
		mutex.Unlock()
		switch selected := names(name); selected {
		case "422":
			responding(422, "application/json", `{"detail": [{"loc": ["query", "operation_type"], "msg": "Input should be 'scan'"}]}`)(w, r)
		case "":
			both.ServeHTTP(w, r)
		default:
			single[selected].ServeHTTP(w, r)
		}
	}), &requests
}

// A sync has two names. Either one lists the Runs of both, whatever the deployment does.
func TestBothNamesOfASync(t *testing.T) {
	desc, asc := "desc", "asc"
	for name, names := range map[string]func(string) string{
		"synonyms":         func(string) string { return "" },
		"literal":          func(name string) string { return name },
		"sync rejected":    func(name string) string { return map[string]string{"sync": "422"}[name] },
		"catalog rejected": func(name string) string { return map[string]string{"catalog": "422"}[name] },
	} {
		for _, operationType := range []OperationType{TypeSync, TypeCatalog} {
			what := name + ", " + string(operationType)
			client, requests := serveSyncs(t, names)
			for order, want := range map[*string][]int64{&desc: idsDown(150, 1), &asc: slices.Sorted(slices.Values(idsDown(150, 1)))} {
				for _, limit := range []int{0, 3} {
					*requests = nil
					listing, err := client.Operations(t.Context(), Filter{OperationType: &operationType, SortCreated: order}, limit)
					if err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					if limit > 0 {
						want = want[:limit]
					}
					equal(t, what, listed(listing), want)
					equal(t, what+", total", listing.Total, int64(150))
					if name == "synonyms" {
						other := []string{"catalog 1/1", "sync 1/1"}[strings.Count(string(operationType), "catalog")]
						equal(t, "requests for the other name", (*requests)[len(*requests)-1], other)
						equal(t, "requests", len(*requests), map[int]int{0: 3, 3: 2}[limit])
					}
				}
			}
			window := within(50, 120)
			window.OperationType = &operationType
			*requests = nil
			listing, err := client.Operations(t.Context(), window, 0)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			equal(t, what+", window", listed(listing), idsDown(120, 51))
			if name == "synonyms" {
				others := slices.DeleteFunc(*requests, func(line string) bool { return strings.HasPrefix(line, string(operationType)+" ") })
				equal(t, "requests for the other name", len(others), 1)
			}
		}
	}
}

// If both names are rejected, something else is wrong with the request. Other errors are no
// rejection of a name.
func TestFailedListOfSyncs(t *testing.T) {
	client, _ := serveSyncs(t, func(string) string { return "422" })
	_, err := client.Operations(t.Context(), Filter{OperationType: new(TypeSync)}, 0)
	equal(t, "kind", KindOf(err), KindInvalid)

	client = respond(t, func(w http.ResponseWriter, r *http.Request) {
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
