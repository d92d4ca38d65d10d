// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

type endpoint struct{ method, path string }

// endpoints are all endpoints, for the Run 1.
var endpoints = []endpoint{
	{http.MethodGet, "/api/operations"},
	{http.MethodGet, "/api/operations/1"},
	{http.MethodGet, "/api/operations/1/containers"},
	{http.MethodPut, "/api/operations/abort/1"},
	{http.MethodPut, "/api/operations/run/1"},
	{http.MethodPut, "/api/operations/rerun/1"},
	{http.MethodDelete, "/api/operations/1"},
	{http.MethodPost, "/api/operations/run"},
}

// endpointsOfRuns returns the endpoints that name a Run.
func endpointsOfRuns() []endpoint {
	return slices.DeleteFunc(slices.Clone(endpoints), func(e endpoint) bool { return !strings.Contains(e.path, "1") })
}

func TestUnauthorized(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	const missing, invalid = `{"detail":"Not authenticated"}`, `{"detail":"Invalid or expired token"}`
	for _, test := range []struct{ authorization, want string }{
		{"", missing},
		{"Bearer", missing},
		{"Bearer ", missing},
		{token, missing},
		{"Basic " + token, missing},
		{"Bearer another", invalid},
		{"Bearer " + token + "x", invalid},
	} {
		for _, endpoint := range endpoints {
			request := api.request(t, endpoint.method, endpoint.path+"?size=0")
			request.Header.Set("Authorization", test.authorization)
			response := api.send(t, request)
			response.expect(t, http.StatusUnauthorized, test.want)
			equal(t, "WWW-Authenticate", response.header.Get("WWW-Authenticate"), "Bearer")
		}
	}
	request := api.request(t, http.MethodGet, "/api/operations/1")
	request.Header.Set("Authorization", "bearer "+token)
	equal(t, "the scheme in lower case", api.send(t, request).status, 200)
	api.Revoke()
	api.call(t, http.MethodGet, "/api/operations/1").expect(t, http.StatusUnauthorized, invalid)
}

// A server without a token accepts no token, not even an empty one.
func TestNoToken(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	api.Server = mockapi.New(mockapi.Options{})
	equal(t, "status", record(api.Server, "Bearer ").Code, http.StatusUnauthorized)
	equal(t, "status", record(api.Server, "Bearer x").Code, http.StatusUnauthorized)
}

func TestInvalidIDs(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	for _, id := range []string{"abc", "0", "-1", "1.0", "99999999999999999999", "%20"} {
		shown := id
		if id == "%20" {
			shown = " "
		}
		want := `{"detail":"The operation id \"` + shown + `\" is not a positive integer"}`
		for _, endpoint := range endpointsOfRuns() {
			path := strings.Replace(endpoint.path, "1", id, 1)
			api.call(t, endpoint.method, path).expect(t, http.StatusBadRequest, want)
		}
	}
}

func TestNoSuchRun(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 2})
	for _, endpoint := range endpointsOfRuns() {
		api.call(t, endpoint.method, endpoint.path).expect(t, 404, `{"detail":"Run 1 does not exist"}`)
	}
}

func TestForbidden(t *testing.T) {
	own, other := mockapi.Datastore{ID: 101, Name: "own"}, mockapi.Datastore{ID: 102, Name: "other"}
	api := start(t, mockapi.Options{},
		mockapi.Run{ID: 1, Type: "external_scan", Result: "success", Datastore: other},
		mockapi.Run{ID: 2, Datastore: own})
	api.Forbid(102)
	want := `{"detail":"Editor team permission is required on datastore 102 (other)"}`
	for _, endpoint := range endpoints {
		response := api.call(t, endpoint.method, endpoint.path)
		switch endpoint.method {
		case http.MethodGet:
			equal(t, endpoint.path, response.status, http.StatusOK)
			continue
		case http.MethodPost:
			response = api.post(t, `{"type": "scan", "datastore_id": 102}`)
		}
		// All four actions are conflicts in this state, too: 403 takes precedence over 409.
		response.expect(t, http.StatusForbidden, want)
	}
	equal(t, "start on the other datastore", api.post(t, `{"type": "scan", "datastore_id": 101}`).status, 200)
	equal(t, "the other datastore", api.call(t, http.MethodPut, "/api/operations/rerun/2").status, 200)
	api.call(t, http.MethodDelete, "/api/operations/9").expect(t, 404, `{"detail":"Run 9 does not exist"}`)
}

func TestUnknownPaths(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	for _, path := range []string{
		"/", "/api", "/api/", "/operations", "/api/operations/", "/api/operations/1/", "/api/operations/1/logs",
		"/api/operations/abort/1/containers", "/api/api/operations", "/api/operations//containers",
	} {
		api.call(t, http.MethodGet, path).expect(t, http.StatusNotFound, `{"detail":"Not Found"}`)
	}
}

func TestMethodNotAllowed(t *testing.T) {
	api := start(t, mockapi.Options{}, mockapi.Run{ID: 1})
	for _, test := range []struct{ method, path, allow string }{
		{http.MethodPost, "/api/operations", "GET"},
		{http.MethodPut, "/api/operations/1", "GET, DELETE"},
		{http.MethodPost, "/api/operations/1", "GET, DELETE"},
		{http.MethodDelete, "/api/operations/1/containers", "GET"},
		{http.MethodGet, "/api/operations/abort/1", "PUT"},
		{http.MethodPost, "/api/operations/run/1", "PUT"},
		{http.MethodPut, "/api/operations/run", "GET, DELETE, POST"},
		{http.MethodPost, "/api/operations/rerun/1", "PUT"},
	} {
		response := api.call(t, test.method, test.path)
		response.expect(t, http.StatusMethodNotAllowed, `{"detail":"Method Not Allowed"}`)
		equal(t, test.path, response.header.Get("Allow"), test.allow)
	}
}
