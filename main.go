// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-qualytics serves the Terraform provider for the Runs of Qualytics.
package main

import (
	"flag"
	"log"
	"os/signal"
	"syscall"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/qualytics/terraform-provider-qualytics/internal/provider"
)

// version is set when a release is built.
var version = "dev"

func main() {
	var debug bool
	flag.BoolVar(&debug, "debug", false, "wait for a debugger, and for Terraform to attach to this process")
	flag.Parse()

	var options []tf6server.ServeOpt
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	} else {
		// Terraform ends its providers itself, once it has saved what they did. A signal that reaches the
		// whole process group must not make a provider lose the Run that it has just started.
		signal.Ignore(syscall.SIGTERM)
	}
	if err := tf6server.Serve("registry.terraform.io/qualytics/qualytics", provider.NewServer(version), options...); err != nil {
		log.Fatal(err)
	}
}
