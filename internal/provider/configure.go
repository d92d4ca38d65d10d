// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"os"
	"strconv"
	"sync"
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

// origin is what sets an attribute that the provider block leaves out: an environment variable or else a
// key of the CLI's configuration file.
type origin struct {
	variable string
	key      string
	read     func(file cliConfig, key string) (string, error)
}

var origins = map[string]origin{
	"url":                  {"QUALYTICS_URL", "url", cliConfig.text},
	"token":                {"QUALYTICS_TOKEN", "token", cliConfig.text},
	"request_timeout":      {"QUALYTICS_TIMEOUT", "timeout", cliConfig.seconds},
	"insecure_skip_verify": {"", "ssl_verify", cliConfig.flag},
}

// connect resolves the configuration and makes the client from it.
func (p *qualyticsProvider) connect(model providerModel, terraformVersion string, diags *diag.Diagnostics) *runs {
	requireKnown(model, diags)
	resolve := resolver{file: sync.OnceValues(readCLIConfig), diags: diags}
	url := resolve.text("url", model.URL)
	token := resolve.text("token", model.Token)
	requestTimeout := resolve.requestTimeout(model.RequestTimeout)
	insecure := resolve.insecure(model)
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
		LookFor:            p.lookFor,
		CACertFile:         model.CACertFile.ValueString(),
		InsecureSkipVerify: insecure,
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
	for _, attribute := range []struct {
		name  string
		value attr.Value
	}{
		{"url", model.URL},
		{"token", model.Token},
		{"request_timeout", model.RequestTimeout},
		{"max_retries", model.MaxRetries},
		{"poll_interval", model.PollInterval},
		{"ca_cert_file", model.CACertFile},
		{"insecure_skip_verify", model.InsecureSkipVerify},
	} {
		if !attribute.value.IsUnknown() {
			continue
		}
		detail := "The provider's " + attribute.name + " depends on something that is not created yet, so that no Run can be looked up while planning. Give it a value that is known beforehand, or apply what it depends on first (terraform apply -target=...)."
		if variable := origins[attribute.name].variable; variable != "" {
			detail += " The environment variable " + variable + " can set it, too."
		}
		diags.AddAttributeError(path.Root(attribute.name), "Value known only after apply", detail)
	}
}

// resolver finds the values of settings: the provider block beats the environment, which beats the CLI's
// configuration file. The file is read when it is first needed.
type resolver struct {
	file  func() (cliConfig, error)
	diags *diag.Diagnostics
}

// beyondBlock looks for what the provider block leaves out; the value is "" where nothing sets it. ok is false when
// a value cannot be read, which is then reported.
func (r resolver) beyondBlock(attribute string) (found setting, ok bool) {
	origin := origins[attribute]
	if value := os.Getenv(origin.variable); value != "" {
		return setting{value: value, source: "taken from the environment variable " + origin.variable}, true
	}
	file, err := r.file()
	if err != nil {
		r.diags.AddError("Unusable configuration of the Qualytics CLI",
			"The provider takes what neither its block nor the environment sets from "+cliConfigFile+", but "+err.Error()+". Correct the file, or remove it.")
		return setting{}, false
	}
	value, err := origin.read(file, origin.key)
	if err != nil {
		r.diags.AddAttributeError(path.Root(attribute), "Invalid "+attribute,
			"The value of "+err.Error()+". Correct the file, or set "+attribute+" in the provider block.")
		return setting{}, false
	}
	return setting{value: value, source: "taken from " + origin.key + " in " + file.path}, true
}

// text is a setting that must not be missing.
func (r resolver) text(attribute string, configured types.String) setting {
	if !configured.IsNull() {
		return setting{value: configured.ValueString(), source: "set in the provider block"}
	}
	found, ok := r.beyondBlock(attribute)
	if ok && found.value == "" {
		origin := origins[attribute]
		r.diags.AddAttributeError(path.Root(attribute), "Missing "+attribute,
			"The provider needs to know the "+attribute+". Set "+attribute+" in the provider block, the environment variable "+origin.variable+", or "+origin.key+" in "+cliConfigFile+", where the Qualytics CLI keeps it.")
	}
	return found
}

func (r resolver) requestTimeout(configured timetypes.GoDuration) time.Duration {
	if !configured.IsNull() {
		return durationOr(configured, qualytics.DefaultRequestTimeout)
	}
	found, _ := r.beyondBlock("request_timeout")
	if found.value == "" {
		return qualytics.DefaultRequestTimeout
	}
	seconds, err := strconv.Atoi(found.value)
	timeout, tooLong := time.ParseDuration(strconv.Itoa(seconds) + "s")
	if err != nil || tooLong != nil || seconds < 1 {
		r.diags.AddAttributeError(path.Root("request_timeout"), "Invalid request_timeout",
			"The request_timeout ("+found.source+") must be a whole number of seconds from 1 on, not "+strconv.Quote(found.value)+". Correct it, or set request_timeout in the provider block.")
	}
	return timeout
}

// insecure reports whether any TLS certificate is accepted. The CLI's file has no say where the provider
// block says what to trust.
func (r resolver) insecure(model providerModel) bool {
	if !model.InsecureSkipVerify.IsNull() || !model.CACertFile.IsNull() {
		return model.InsecureSkipVerify.ValueBool()
	}
	found, _ := r.beyondBlock("insecure_skip_verify")
	if found.value != "false" {
		return false
	}
	r.diags.AddAttributeWarning(path.Root("insecure_skip_verify"), "TLS verification is off",
		"Any certificate is accepted, as ssl_verify: false asks for ("+found.source+"). Set insecure_skip_verify or ca_cert_file in the provider block to decide it here.")
	return true
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
