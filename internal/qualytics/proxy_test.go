// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// Go reads the proxy's address once per process, and uses no proxy for loopback addresses. So the
// test starts another process, which sends a request to a host that only the proxy knows.
func TestProxyFromEnvironment(t *testing.T) {
	const role = "QUALYTICS_TEST_PROXIED"
	if os.Getenv(role) != "" {
		client := newClient(t, "http://qualytics.invalid")
		run, err := client.Operation(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "Run", run.ID, int64(100))
		return
	}
	api := mockapi.New(mockapi.Options{Token: testToken})
	api.Seed(scan(100, "success"))
	var hosts []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts = append(hosts, r.URL.Host)
		api.ServeHTTP(w, r)
	}))
	defer proxy.Close()

	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxyFromEnvironment$")
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); !strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			command.Env = append(command.Env, variable)
		}
	}
	command.Env = append(command.Env, role+"=1", "HTTP_PROXY="+proxy.URL, raceSleepsNot)
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	equal(t, "hosts requested through the proxy", hosts, []string{"qualytics.invalid"})
}
