// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-qualytics serves the Terraform provider for the Runs of Qualytics.
package main

import (
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/qualytics/terraform-provider-qualytics/internal/provider"
)

// version is set when a release is built.
var version = "dev"

func main() {
	var debug bool
	flag.BoolVar(&debug, "debug", false, "wait for a debugger, and for Terraform to attach to this process")
	flag.Parse()

	var (
		options  []tf6server.ServeOpt
		activity provider.Activity
	)
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	} else {
		terminated := make(chan os.Signal, 1)
		signal.Notify(terminated, syscall.SIGTERM)
		go exitWhenTerminated(terminated, &activity)
	}
	server := activity.Watch(provider.NewServer(version))
	if err := tf6server.Serve("registry.terraform.io/qualytics/qualytics", server, options...); err != nil {
		log.Fatal(err)
	}
}

// exitWhenTerminated exits after a SIGTERM, once no call has been running for 2 seconds. Terraform
// stops its providers itself after saving their results, so a signal to the process group must not
// make a provider lose a Run that it has just started. But if Terraform is dead, the provider must
// exit.
func exitWhenTerminated(terminated <-chan os.Signal, activity *provider.Activity) {
	<-terminated
	activity.AwaitQuiet(2 * time.Second)
	os.Exit(0)
}
