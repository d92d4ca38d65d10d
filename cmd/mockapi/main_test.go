// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	output, stdout := io.Pipe()
	var stderr bytes.Buffer
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"-addr", "127.0.0.1:0", "-token", "a-secret", "-run-time", "1h"}, stdout, &stderr)
		_ = stdout.Close()
		ended <- err
	}()

	lines := bufio.NewReader(output)
	line, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok || !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Fatalf("first line: %q", line)
	}
	wanted := []struct {
		method, path, token string
		status              int
		contains            string
	}{
		{http.MethodGet, "/api/operations/53388", "a-secret", 200, `"records_processed":700000`},
		{http.MethodPut, "/api/operations/rerun/53388", "a-secret", 200, `"result":"queued"`},
		{http.MethodGet, "/api/operations?page=0", "a-secret", 422, `greater_than_equal`},
		{http.MethodGet, "/api/operations", "another", 401, `Invalid or expired token`},
	}
	for _, want := range wanted {
		request, err := http.NewRequestWithContext(ctx, want.method, url+want.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+want.token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != want.status || !strings.Contains(string(body), want.contains) {
			t.Errorf("%s %s: %d %s", want.method, want.path, response.StatusCode, body)
		}
	}
	stop()
	rest, _ := io.ReadAll(lines)
	want := "\nprovider \"qualytics\" {\n  url   = \"" + url + "\"\n  token = \"a-secret\"\n}\n"
	if string(rest) != want {
		t.Errorf("rest of the output: %q, want %q", rest, want)
	}
	if err := <-ended; err != nil {
		t.Errorf("stopped with %v", err)
	}
	log := stderr.String()
	for _, entry := range []string{
		"GET /api/operations/53388 200\n", "PUT /api/operations/rerun/53388 200\n", "GET /api/operations 422\n", "GET /api/operations 401\n",
	} {
		if !strings.Contains(log, entry) {
			t.Errorf("no %q in %q", entry, log)
		}
	}
	if strings.Contains(log, "a-secret") {
		t.Errorf("the token is in the log: %q", log)
	}
}

func TestInvalidArguments(t *testing.T) {
	for _, test := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"-addr", ":0"}, "-addr :0 is not a loopback address, such as 127.0.0.1:8080"},
		{[]string{"-addr", "0.0.0.0:0"}, "-addr 0.0.0.0:0 is not a loopback address, such as 127.0.0.1:8080"},
		{[]string{"-addr", "[::]:0"}, "-addr [::]:0 is not a loopback address, such as 127.0.0.1:8080"},
		{[]string{"-addr", "192.0.2.1:80"}, "-addr 192.0.2.1:80 is not a loopback address, such as 127.0.0.1:8080"},
		{[]string{"-addr", "127.0.0.1"}, "address 127.0.0.1: missing port in address"},
		{[]string{"-token", ""}, "-token must not be empty"},
		{[]string{"-run-time", "-1s"}, "-run-time must not be negative"},
		{[]string{"-result", "success,lost"}, "-result lost must be success, failure or aborted, or a list of them"},
		{[]string{"-anomalies", "0,many"}, "-anomalies 0,many must be a whole number of 0 or more, or a list of them"},
		{[]string{"-anomalies", "-1"}, "-anomalies -1 must be a whole number of 0 or more, or a list of them"},
		{[]string{"more"}, `unexpected argument "more"`},
		{[]string{"-port", "1"}, "flag provided but not defined: -port"},
	} {
		err := run(t.Context(), test.arguments, io.Discard, io.Discard)
		if err == nil || err.Error() != test.want {
			t.Errorf("%v: got %v, want %s", test.arguments, err, test.want)
		}
	}
}
