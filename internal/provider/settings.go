// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
)

// setting is a value of the provider's configuration and its source, for errors.
type setting struct {
	value  string
	source string
}

// origin is the source of an attribute that is not set in the provider block: an environment
// variable, then a key of the CLI's configuration file.
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

// resolver finds the values of settings. The provider block takes precedence over the environment,
// then the CLI's configuration file. The file is read when it is first needed. A file that cannot
// be read is ignored: only the error about a missing setting mentions it.
type resolver struct {
	file  func() (cliConfig, error)
	diags *diag.Diagnostics
}

const inBlock = "set in the provider block"

func (r resolver) url(configured types.String) setting {
	if !configured.IsNull() {
		return setting{value: configured.ValueString(), source: inBlock}
	}
	if found, ok := fromEnvironment("url"); ok {
		return found
	}
	found, ok := r.fromFile("url")
	if ok && found.value == "" {
		r.addMissing("url", r.unusableFile())
	}
	return found
}

// token returns the token for a URL. The token in the file is used only for the URL in the file, so
// that it is not sent to another host.
func (r resolver) token(configured types.String, url setting) setting {
	if !configured.IsNull() {
		return setting{value: configured.ValueString(), source: inBlock}
	}
	if found, ok := fromEnvironment("token"); ok {
		return found
	}
	if !r.fileIsFor(url) {
		r.addMissing("token", r.unusableFile()+r.unusedToken(url))
		return setting{}
	}
	found, ok := r.fromFile("token")
	if ok && found.value == "" {
		r.addMissing("token", r.unusableFile())
	}
	return found
}

// addMissing reports a missing setting. why explains why the file was not used.
func (r resolver) addMissing(attribute, why string) {
	origin := origins[attribute]
	r.diags.AddAttributeError(path.Root(attribute), "Missing "+attribute,
		"Set "+attribute+" in the provider block, the environment variable "+origin.variable+", "+
			"or "+origin.key+" in "+cliConfigFile+", the configuration file of the Qualytics CLI."+why)
}

// unusableFile explains why the file cannot be read, or returns "".
func (r resolver) unusableFile() string {
	if _, err := r.file(); err != nil {
		return "\n\nThe provider ignores " + cliConfigFile + ": " + err.Error() + "."
	}
	return ""
}

// unusedToken explains that the token in the file is for another URL, or returns "" if it has none.
func (r resolver) unusedToken(url setting) string {
	file, err := r.file()
	if err != nil || url.value == "" {
		return ""
	}
	if token, err := file.text("token"); err == nil && token == "" {
		return ""
	}
	return "\n\nThe provider does not use the token in " + file.path + ", " +
		"because the url in that file is not the url in effect (" + url.source + ")."
}

// fileIsFor reports whether the url in the file is this URL.
func (r resolver) fileIsFor(url setting) bool {
	file, err := r.file()
	if err != nil {
		return false
	}
	own, err := file.text("url")
	return err == nil && own != "" && (own == url.value || qualytics.SameURL(own, url.value))
}

func fromEnvironment(attribute string) (found setting, ok bool) {
	variable := origins[attribute].variable
	value := os.Getenv(variable)
	return setting{value: value, source: "taken from the environment variable " + variable}, value != ""
}

// fromFile returns the value in the file, or "" if it has none. It reports a value of the wrong
// type, and ok is then false.
func (r resolver) fromFile(attribute string) (found setting, ok bool) {
	file, err := r.file()
	if err != nil {
		return setting{}, true
	}
	origin := origins[attribute]
	value, err := origin.read(file, origin.key)
	if err != nil {
		r.diags.AddAttributeError(path.Root(attribute), "Invalid "+attribute,
			"The value of "+err.Error()+". Correct the file, or set "+attribute+" in the provider block.")
		return setting{}, false
	}
	return setting{value: value, source: "taken from " + origin.key + " in " + file.path}, true
}

func (r resolver) requestTimeout(configured types.String) time.Duration {
	if !configured.IsNull() {
		return durationOr(configured, qualytics.DefaultRequestTimeout)
	}
	found, ok := fromEnvironment("request_timeout")
	if !ok {
		found, _ = r.fromFile("request_timeout")
	}
	if found.value == "" {
		return qualytics.DefaultRequestTimeout
	}
	seconds, err := strconv.Atoi(found.value)
	timeout, tooLong := time.ParseDuration(strconv.Itoa(seconds) + "s")
	if err != nil || tooLong != nil || seconds < 1 {
		r.diags.AddAttributeError(path.Root("request_timeout"), "Invalid request_timeout",
			"The request_timeout ("+found.source+") must be a whole number of seconds of 1 or more, not "+strconv.Quote(found.value)+". "+
				"Correct it, or set request_timeout in the provider block.")
	}
	return timeout
}

// insecure reports whether any TLS certificate is accepted. The file is ignored if the provider
// block sets what to trust, or if its URL is not the one in effect.
func (r resolver) insecure(model providerModel, url setting) bool {
	if !model.InsecureSkipVerify.IsNull() || !model.CACertFile.IsNull() {
		return model.InsecureSkipVerify.ValueBool()
	}
	if !r.fileIsFor(url) {
		return false
	}
	found, _ := r.fromFile("insecure_skip_verify")
	if found.value != "false" {
		return false
	}
	r.diags.AddAttributeWarning(path.Root("insecure_skip_verify"), "TLS verification is off",
		"Any certificate is accepted, because ssl_verify is false ("+found.source+"). "+
			"To override the file, set insecure_skip_verify or ca_cert_file in the provider block.")
	return true
}
