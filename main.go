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
	flag.BoolVar(&debug, "debug", false, "run with support for debuggers such as delve: Terraform attaches to this process")
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
		go endWhenTerminated(terminated, &activity)
	}
	server := activity.Watch(provider.NewServer(version))
	if err := tf6server.Serve("registry.terraform.io/qualytics/qualytics", server, options...); err != nil {
		log.Fatal(err)
	}
}

// endWhenTerminated exits after a SIGTERM, once the provider is idle. Terraform stops its providers
// after it has saved their results, so a signal to the whole process group must not lose a Run that
// was just started. If Terraform was killed, the provider must exit by itself.
func endWhenTerminated(terminated <-chan os.Signal, activity *provider.Activity) {
	<-terminated
	activity.AwaitQuiet(2 * time.Second)
	os.Exit(0)
}
