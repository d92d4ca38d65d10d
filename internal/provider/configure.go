// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

const defaultPollInterval = 10 * time.Second

// connect resolves the configuration and creates the client.
func (p *qualyticsProvider) connect(model providerModel, terraformVersion string, diags *diag.Diagnostics) *runs {
	resolve := resolver{file: sync.OnceValues(readCLIConfig), diags: diags}
	url := resolve.url(model.URL)
	token := resolve.token(model.Token, url)
	requestTimeout := resolve.requestTimeout(model.RequestTimeout)
	insecure := resolve.insecure(model, url)
	authorities := expandHome(model.CACertFile.ValueString(), diags)
	if diags.HasError() {
		return nil
	}
	client, err := qualytics.New(qualytics.Config{
		URL:                url.value,
		Token:              token.value,
		TokenSource:        token.source,
		UserAgent:          "terraform-provider-qualytics/" + p.version + " Terraform/" + terraformVersion,
		RequestTimeout:     requestTimeout,
		MaxRetries:         int(int64Or(model.MaxRetries, qualytics.DefaultMaxRetries)),
		RetryWait:          p.retryWait,
		SearchTimeout:      p.searchTimeout,
		CACertFile:         authorities,
		InsecureSkipVerify: insecure,
		Log:                logRequest,
	})
	if err != nil {
		addConfigError(diags, err, map[string]setting{"URL": url, "Token": token})
		return nil
	}
	if qualytics.PlainHTTP(url.value) {
		diags.AddAttributeWarning(path.Root("url"), "Token sent without encryption",
			"The url ("+url.source+") starts with http://, so the token and all data are sent unencrypted. "+
				"Use https:// unless this is a test deployment.")
	}
	runs := newRuns(client, durationOr(model.PollInterval, defaultPollInterval), p.notFoundGrace)
	runs.poller.Patience = p.patience
	return runs
}

// unknownSettings returns the names of the settings that are known only after apply.
func unknownSettings(model providerModel) []string {
	var names []string
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
		if attribute.value.IsUnknown() {
			names = append(names, attribute.name)
		}
	}
	return names
}

// addUnknown rejects settings that are known only after apply, because the plan reads Runs.
func addUnknown(diags *diag.Diagnostics, names []string) {
	for _, name := range names {
		detail := "The provider's " + name + " depends on a value that is known only after apply, " +
			"so the provider cannot read Runs during the plan. " +
			"Set it to a known value, or apply what it depends on first (terraform apply -target=...)."
		if variable := origins[name].variable; variable != "" {
			detail += " Alternatively, set the environment variable " + variable + "."
		}
		diags.AddAttributeError(path.Root(name), "Value known only after apply", detail)
	}
}

// expandHome replaces a leading ~ with the home directory, which Terraform does not do.
func expandHome(name string, diags *diag.Diagnostics) string {
	if !strings.HasPrefix(name, "~") {
		return name
	}
	home, err := os.UserHomeDir()
	switch {
	case name != "~" && !os.IsPathSeparator(name[1]):
		err = errors.New("only ~/ is supported, not the home directory of another user")
	case err == nil:
		return filepath.Join(home, name[1:])
	}
	diags.AddAttributeError(path.Root("ca_cert_file"), "Invalid ca_cert_file",
		"The ca_cert_file starts with ~, which cannot be expanded: "+err.Error()+". Set the full path.")
	return name
}

// addConfigError reports a value that the client rejects on its attribute.
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
