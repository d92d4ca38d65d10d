// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"fmt"
	"net/http"
	"testing"
)

// The API responds to an unknown path as to an unknown Run. It is an unknown Run only if Runs can
// be listed.
func TestMissingRunOrWrongURL(t *testing.T) {
	for name, test := range map[string]struct {
		detail   string
		listable bool
		kind     Kind
		lists    int
	}{
		"no such Run, in the API's words": {detail: "Operation not found", kind: KindNotFound},
		"no such Run, in general words":   {detail: "Not Found", listable: true, kind: KindNotFound, lists: 1},
		"no such path":                    {detail: "Not Found", kind: KindWrongURL, lists: 1},
	} {
		t.Run(name, func(t *testing.T) {
			lists := 0
			client := respond(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/api/operations" {
					lists++
					if test.listable {
						fmt.Fprint(w, `{"items": [], "total": 0}`)
						return
					}
				}
				w.WriteHeader(http.StatusNotFound)
				fmt.Fprintf(w, `{"detail": %q}`, test.detail)
			})
			if _, err := client.Operation(t.Context(), 7); KindOf(err) != test.kind {
				t.Errorf("reading: %v (kind %d), want kind %d", err, KindOf(err), test.kind)
			}
			if lists != test.lists {
				t.Errorf("listed %d times, want %d", lists, test.lists)
			}
			if err := client.Delete(t.Context(), 7); KindOf(err) != test.kind {
				t.Errorf("deleting: %v (kind %d), want kind %d", err, KindOf(err), test.kind)
			}
		})
	}
}
