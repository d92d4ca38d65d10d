// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"go.yaml.in/yaml/v3"

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
	environment func(variable string) string
	file        func() (cliConfig, error)
	diags       *diag.Diagnostics
}

const inBlock = "set in the provider block"

func (r resolver) url(configured types.String) setting {
	if !configured.IsNull() {
		return setting{value: configured.ValueString(), source: inBlock}
	}
	if found, ok := r.fromEnvironment("url"); ok {
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
	if found, ok := r.fromEnvironment("token"); ok {
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

func (r resolver) fromEnvironment(attribute string) (found setting, ok bool) {
	variable := origins[attribute].variable
	value := r.environment(variable)
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
	found, ok := r.fromEnvironment("request_timeout")
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

// cliConfigFile is the path of the Qualytics CLI's configuration file, as diagnostics show it.
const cliConfigFile = "~/.qualytics/config.yaml"

// cliConfig is the configuration file of the Qualytics CLI. Errors never quote it, because it
// contains a token.
type cliConfig struct {
	path   string
	values map[string]yaml.Node
}

// largestCLIConfig is the maximum size of the file, of which the CLI writes a few lines.
const largestCLIConfig = 1 << 20

// readCLIConfig reads the file. If there is none, the configuration is empty. The error completes a
// sentence about the file.
func readCLIConfig() (cliConfig, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return cliConfig{}, fmt.Errorf("the home directory is unknown: %w", err)
	}
	file := cliConfig{path: filepath.Join(home, ".qualytics", "config.yaml")}
	text, err := readRegularFile(file.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return file, nil
	case err != nil:
		return file, fmt.Errorf("it cannot be read: %w", err)
	}
	if err := yaml.Unmarshal(text, &file.values); err != nil {
		return file, fmt.Errorf("%s%s is not YAML as the CLI writes it, such as url: https://your-instance.qualytics.io", file.path, lineOf(err))
	}
	return file, nil
}

// readRegularFile reads a file of a limited size. It rejects pipes, which would block.
func readRegularFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file", path)
	case info.Size() > largestCLIConfig:
		return nil, fmt.Errorf("%s is larger than 1 MiB", path)
	}
	return os.ReadFile(path)
}

var yamlLine = regexp.MustCompile(`line \d+`)

// lineOf returns the line number of an error of the YAML decoder. The rest of the error may quote
// the token.
func lineOf(err error) string {
	if line := yamlLine.FindString(err.Error()); line != "" {
		return " (" + line + ")"
	}
	return ""
}

// text returns a string value, or "" if the file has none.
func (f cliConfig) text(key string) (string, error) {
	return f.scalar(key, "!!str", "a string; put it in quotes")
}

// seconds returns an integer value as text, or "" if the file has none.
func (f cliConfig) seconds(key string) (string, error) {
	return f.scalar(key, "!!int", "a whole number of seconds")
}

func (f cliConfig) scalar(key, tag, wanted string) (string, error) {
	node := f.values[key]
	var value string
	switch node.ShortTag() {
	case "!!null":
		return "", nil
	case tag:
		err := node.Decode(&value)
		if err == nil {
			return value, nil
		}
	}
	return "", fmt.Errorf("%s in %s must be %s", key, f.path, wanted)
}

// flag returns a boolean value as text, or "" if the file has none. Like the CLI, it accepts yes
// and no.
func (f cliConfig) flag(key string) (string, error) {
	node := f.values[key]
	if node.ShortTag() == "!!null" {
		return "", nil
	}
	var value bool
	if err := node.Decode(&value); err != nil {
		return "", fmt.Errorf("%s in %s must be true or false", key, f.path)
	}
	return strconv.FormatBool(value), nil
}
