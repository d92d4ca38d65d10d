// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

// Command mockapi serves the Runs API from memory, with a history of Runs, so that the provider can
// be tried without a Qualytics deployment.
//
// The first line of output is "listening on http://127.0.0.1:PORT", followed by a provider block to
// paste. The command logs one line per request to stderr, and runs until it is interrupted or
// terminated.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "mockapi:", err)
		os.Exit(1)
	}
}

// run serves until the context ends.
func run(ctx context.Context, arguments []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("mockapi", flag.ContinueOnError)
	flags.SetOutput(stderr)
	address := flags.String("addr", "127.0.0.1:0", "loopback `address` to listen on")
	token := flags.String("token", "demo-token", "API `token` that the server accepts")
	runTime := flags.Duration("run-time", 3*time.Second, "duration of each started Run")
	anomalies := flags.String("anomalies", "0",
		"number of anomalies that started scans identify: a `list` such as 0,37,0, whose last value applies to all later scans")
	results := flags.String("result", "success",
		"results of started Runs: a `list` such as success,failure,success, whose last value applies to all later Runs")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case *token == "":
		return errors.New("-token must not be empty")
	case *runTime < 0:
		return errors.New("-run-time must not be negative")
	}
	outcomes, err := parseOutcomes(*results, *anomalies, *runTime)
	if err != nil {
		return err
	}

	listener, err := listen(*address)
	if err != nil {
		return err
	}
	url := "http://" + listener.Addr().String()
	_, err = fmt.Fprintf(stdout, "listening on %s\n\nprovider \"qualytics\" {\n  url   = %q\n  token = %q\n}\n", url, url, *token)
	if err != nil {
		return errors.Join(err, listener.Close())
	}

	server := &http.Server{
		Handler:           logged(newAPI(*token, outcomes), stderr),
		ReadHeaderTimeout: 10 * time.Second,
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(grace)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// newAPI returns the API with the demo's history. Started Runs have the outcomes in order, and all
// later ones the last. An abort takes as long as a Run is queued.
func newAPI(token string, outcomes []mockapi.Outcome) *mockapi.Server {
	last := outcomes[len(outcomes)-1]
	api := mockapi.New(mockapi.Options{Token: token, Outcome: last, AbortDelay: last.Queued})
	api.Plan(outcomes...)
	api.Seed(mockapi.Demo(time.Now())...)
	return api
}

// listen accepts loopback addresses only: the default token is public, so the server must not be
// reachable from the network.
func listen(address string) (net.Listener, error) {
	resolved, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, err
	}
	if !resolved.IP.IsLoopback() {
		return nil, fmt.Errorf("-addr %s is not a loopback address, such as 127.0.0.1:8080", address)
	}
	return net.ListenTCP("tcp", resolved)
}
