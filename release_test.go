// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"

	"go.yaml.in/yaml/v3"
)

// releaseConfig is what decides about the names in a release.
type releaseConfig struct {
	ProjectName string `yaml:"project_name"`
	Builds      []struct {
		OS     []string `yaml:"goos"`
		Arch   []string `yaml:"goarch"`
		Ignore []struct {
			OS   string `yaml:"goos"`
			Arch string `yaml:"goarch"`
		} `yaml:"ignore"`
		Binary string `yaml:"binary"`
	} `yaml:"builds"`
	Archives []struct {
		Formats []string `yaml:"formats"`
		Name    string   `yaml:"name_template"`
	} `yaml:"archives"`
	Checksum struct {
		Name      string      `yaml:"name_template"`
		Algorithm string      `yaml:"algorithm"`
		Extra     []extraFile `yaml:"extra_files"`
	} `yaml:"checksum"`
	Signs []struct {
		Artifacts string   `yaml:"artifacts"`
		Signature string   `yaml:"signature"`
		Args      []string `yaml:"args"`
	} `yaml:"signs"`
	Release struct {
		Extra []extraFile `yaml:"extra_files"`
	} `yaml:"release"`
}

type extraFile struct {
	Glob string `yaml:"glob"`
	Name string `yaml:"name_template"`
}

// artifact has the fields that the name templates use.
type artifact struct{ ProjectName, Version, Os, Arch string }

func (a artifact) name(t *testing.T, text string) string {
	t.Helper()
	parsed, err := template.New("name").Option("missingkey=error").Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var name strings.Builder
	if err := parsed.Execute(&name, a); err != nil {
		t.Fatal(err)
	}
	return name.String()
}

const testVersion = "0.2.0"

// The files of a release have the names that the Terraform Registry and OpenTofu's require: see
// contributing/releasing.md. Names that differ are found only after a tag was pushed.
func TestRelease_namesOfFiles(t *testing.T) {
	config := readReleaseConfig(t)
	if len(config.Builds) != 1 || len(config.Archives) != 1 || len(config.Signs) != 1 {
		t.Fatal("a release has one build, one archive per platform and one signature")
	}
	build, archive, sign := config.Builds[0], config.Archives[0], config.Signs[0]
	files := artifact{ProjectName: config.ProjectName, Version: testVersion}
	expectName(t, "project", config.ProjectName, "terraform-provider-qualytics")
	expectName(t, "binary", files.name(t, build.Binary), "terraform-provider-qualytics_v"+testVersion)
	expectName(t, "format", strings.Join(archive.Formats, ","), "zip")
	expectName(t, "checksums", files.name(t, config.Checksum.Name), "terraform-provider-qualytics_0.2.0_SHA256SUMS")
	expectName(t, "algorithm", config.Checksum.Algorithm, "sha256")
	for _, extra := range [][]extraFile{config.Checksum.Extra, config.Release.Extra} {
		if len(extra) != 1 {
			t.Fatal("the manifest is released, and has a checksum")
		}
		expectName(t, "manifest", files.name(t, extra[0].Name), "terraform-provider-qualytics_0.2.0_manifest.json")
		expectName(t, "source of the manifest", extra[0].Glob, "terraform-registry-manifest.json")
	}
	expectName(t, "signed file", sign.Artifacts, "checksum")
	expectName(t, "signature", sign.Signature, "") // the default: the checksums' name and .sig
	if !slices.Contains(sign.Args, "--detach-sign") || slices.Contains(sign.Args, "--armor") {
		t.Errorf("the signature is detached, in binary form: %q", sign.Args)
	}

	var platforms []string
	pattern := regexp.MustCompile(`^terraform-provider-qualytics_0\.2\.0_([a-z]+_[a-z0-9]+)\.zip$`)
	for _, platform := range releasePlatforms(config) {
		files.Os, files.Arch, _ = strings.Cut(platform, "_")
		match := pattern.FindStringSubmatch(files.name(t, archive.Name) + ".zip")
		if match == nil || match[1] != platform {
			t.Errorf("the archive for %s is %s.zip", platform, files.name(t, archive.Name))
			continue
		}
		platforms = append(platforms, match[1])
	}
	// linux_amd64 is what HCP Terraform runs.
	for _, platform := range []string{"linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"} {
		if !slices.Contains(platforms, platform) {
			t.Errorf("there is no archive for %s", platform)
		}
	}
}

// The manifest names the protocol that the provider serves.
func TestRelease_manifest(t *testing.T) {
	text, err := os.ReadFile("terraform-registry-manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Version  int
		Metadata struct {
			Protocols []string `json:"protocol_versions"`
		}
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.Version != 1 || !slices.Equal(manifest.Metadata.Protocols, []string{"6.0"}) {
		t.Errorf("got %+v", manifest)
	}
}

// A snapshot release, if there is one in RELEASE_DIST, has exactly the files of the configuration.
func TestRelease_snapshot(t *testing.T) {
	dist := os.Getenv("RELEASE_DIST")
	if dist == "" {
		t.Skip("RELEASE_DIST is not set")
	}
	config := readReleaseConfig(t)
	text, err := os.ReadFile(filepath.Join(dist, "metadata.json"))
	if err != nil {
		t.Fatal(err)
	}
	var metadata struct{ Version string }
	if err := json.Unmarshal(text, &metadata); err != nil {
		t.Fatal(err)
	}
	files := artifact{ProjectName: config.ProjectName, Version: metadata.Version}
	sums := files.name(t, config.Checksum.Name)
	want := []string{files.name(t, config.Release.Extra[0].Name)} // the manifest, and the archives
	for _, platform := range releasePlatforms(config) {
		files.Os, files.Arch, _ = strings.Cut(platform, "_")
		want = append(want, files.name(t, config.Archives[0].Name)+".zip")
	}
	checksums, err := os.ReadFile(filepath.Join(dist, sums))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range want {
		if !strings.Contains(string(checksums), "  "+name+"\n") {
			t.Errorf("%s has no checksum for %s", sums, name)
		}
	}
}

func readReleaseConfig(t *testing.T) releaseConfig {
	t.Helper()
	text, err := os.ReadFile(".goreleaser.yml")
	if err != nil {
		t.Fatal(err)
	}
	var config releaseConfig
	if err := yaml.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	return config
}

// releasePlatforms returns the platforms of a release, such as linux_amd64.
func releasePlatforms(config releaseConfig) []string {
	var platforms []string
	for _, system := range config.Builds[0].OS {
		for _, arch := range config.Builds[0].Arch {
			ignored := false
			for _, platform := range config.Builds[0].Ignore {
				ignored = ignored || platform.OS == system && platform.Arch == arch
			}
			if !ignored {
				platforms = append(platforms, system+"_"+arch)
			}
		}
	}
	return platforms
}

func expectName(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}
