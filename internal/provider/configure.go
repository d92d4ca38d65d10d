// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"os"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
	"github.com/qualytics/terraform-provider-qualytics/internal/runwait"
)

const defaultPollInterval = 10 * time.Second

// setting is a value of the provider's configuration and where it comes from, which errors about it name.
type setting struct {
	value  string
	source string
}

// connect resolves the configuration (which beats the environment) and makes the client from it.
func (p *qualyticsProvider) connect(model providerModel, terraformVersion string, diags *diag.Diagnostics) *runs {
	requireKnown(model, diags)
	url := resolve(model.URL, "url", "QUALYTICS_URL", diags)
	token := resolve(model.Token, "token", "QUALYTICS_TOKEN", diags)
	requestTimeout := resolveRequestTimeout(model.RequestTimeout, diags)
	if diags.HasError() {
		return nil
	}
	client, err := qualytics.New(qualytics.Config{
		URL:                url.value,
		Token:              token.value,
		UserAgent:          "terraform-provider-qualytics/" + p.version + " Terraform/" + terraformVersion,
		RequestTimeout:     requestTimeout,
		MaxRetries:         int(int64Or(model.MaxRetries, qualytics.DefaultMaxRetries)),
		RetryWait:          p.retryWait,
		CACertFile:         model.CACertFile.ValueString(),
		InsecureSkipVerify: model.InsecureSkipVerify.ValueBool(),
		Log:                logRequest,
	})
	if err != nil {
		addConfigError(diags, err, map[string]setting{"URL": url, "Token": token})
		return nil
	}
	if qualytics.PlainHTTP(url.value) {
		diags.AddAttributeWarning(path.Root("url"), "Token sent without encryption",
			"The url ("+url.source+") starts with http://, so the token and all data travel readable by anybody on the way. Use https:// unless this is a test deployment.")
	}
	return &runs{
		client: client,
		pace:   runwait.Pace{Longest: durationOr(model.PollInterval, defaultPollInterval)},
	}
}

// requireKnown rejects values that are known only after the apply: without them nothing can be looked up
// while planning.
func requireKnown(model providerModel, diags *diag.Diagnostics) {
	for name, value := range map[string]attr.Value{
		"url": model.URL, "token": model.Token, "request_timeout": model.RequestTimeout,
		"max_retries": model.MaxRetries, "poll_interval": model.PollInterval,
		"ca_cert_file": model.CACertFile, "insecure_skip_verify": model.InsecureSkipVerify,
	} {
		if value.IsUnknown() {
			diags.AddAttributeError(path.Root(name), "Value known only after apply",
				"The provider's "+name+" depends on something that is not created yet, so that no Run can be looked up while planning. Give it a value that is known beforehand, apply what it depends on first (terraform apply -target=...), or set it by an environment variable.")
		}
	}
}

func resolve(configured types.String, name, variable string, diags *diag.Diagnostics) setting {
	if !configured.IsNull() {
		return setting{value: configured.ValueString(), source: "set in the provider block"}
	}
	if value := os.Getenv(variable); value != "" {
		return setting{value: value, source: "taken from the environment variable " + variable}
	}
	if !configured.IsUnknown() {
		diags.AddAttributeError(path.Root(name), "Missing "+name,
			"The provider needs to know the "+name+". Set the environment variable "+variable+", or "+name+" in the provider block.")
	}
	return setting{}
}

func resolveRequestTimeout(configured timetypes.GoDuration, diags *diag.Diagnostics) time.Duration {
	variable := os.Getenv("QUALYTICS_TIMEOUT")
	if !configured.IsNull() || variable == "" {
		return durationOr(configured, qualytics.DefaultRequestTimeout)
	}
	seconds, err := strconv.Atoi(variable)
	if err != nil || seconds < 1 {
		diags.AddAttributeError(path.Root("request_timeout"), "Invalid request timeout",
			"The environment variable QUALYTICS_TIMEOUT must be a whole number of seconds from 1 on, not "+strconv.Quote(variable)+". Correct it, or set request_timeout in the provider block.")
	}
	return time.Duration(seconds) * time.Second
}

// addConfigError reports what the client rejects on the attribute that it comes from.
func addConfigError(diags *diag.Diagnostics, err error, settings map[string]setting) {
	attributes := map[string]string{"URL": "url", "Token": "token", "CACertFile": "ca_cert_file"}
	var fault *qualytics.ConfigError
	if !errors.As(err, &fault) {
		diags.AddError("Invalid provider configuration", err.Error())
		return
	}
	name := attributes[fault.Field]
	source := ""
	if setting, ok := settings[fault.Field]; ok {
		source = " (" + setting.source + ")"
	}
	diags.AddAttributeError(path.Root(name), "Invalid "+name, "The "+name+source+" "+fault.Err.Error()+".")
}

func logRequest(ctx context.Context, message string, fields map[string]any) {
	tflog.Debug(ctx, message, fields)
}

func durationOr(value timetypes.GoDuration, fallback time.Duration) time.Duration {
	duration, diags := value.ValueGoDuration()
	if diags.HasError() {
		return fallback
	}
	return duration
}

func int64Or(value types.Int64, fallback int64) int64 {
	if value.IsNull() {
		return fallback
	}
	return value.ValueInt64()
}
