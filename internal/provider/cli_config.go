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

	"go.yaml.in/yaml/v3"
)

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
