// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"io"
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
		ID      string   `yaml:"id"`
		Formats []string `yaml:"formats"`
		Name    string   `yaml:"name_template"`
	} `yaml:"archives"`
	SBOMs []struct {
		ID        string   `yaml:"id"`
		Documents []string `yaml:"documents"`
	} `yaml:"sboms"`
	Checksum struct {
		Name      string      `yaml:"name_template"`
		Algorithm string      `yaml:"algorithm"`
		IDs       []string    `yaml:"ids"`
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
	if len(config.Builds) != 1 || len(config.Archives) != 1 || len(config.SBOMs) != 1 || len(config.Signs) != 1 {
		t.Fatal("a release has one build, one archive and one SBOM per platform, and one signature")
	}
	build, archive, sign := config.Builds[0], config.Archives[0], config.Signs[0]
	files := artifact{ProjectName: config.ProjectName, Version: testVersion}
	expectName(t, "project", config.ProjectName, "terraform-provider-qualytics")
	expectName(t, "binary", files.name(t, build.Binary), "terraform-provider-qualytics_v"+testVersion)
	expectName(t, "format", strings.Join(archive.Formats, ","), "zip")
	expectName(t, "checksums", files.name(t, config.Checksum.Name), "terraform-provider-qualytics_0.2.0_SHA256SUMS")
	expectName(t, "algorithm", config.Checksum.Algorithm, "sha256")
	// The Terraform Registry rejects a release whose checksums are also those of other files.
	if !slices.Equal(config.Checksum.IDs, []string{archive.ID}) || config.SBOMs[0].ID == archive.ID {
		t.Errorf("the checksums must be those of the archives: %q, but the archives are %q", config.Checksum.IDs, archive.ID)
	}
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
	// These are the platforms that OpenTofu's registry looks for.
	pattern := regexp.MustCompile(
		`^terraform-provider-qualytics_0\.2\.0_((?:darwin|freebsd|linux|openbsd|solaris|windows)_(?:386|amd64|arm|arm64))\.zip$`)
	for _, platform := range releasePlatforms(config) {
		files.Os, files.Arch, _ = strings.Cut(platform, "_")
		name := files.name(t, archive.Name) + ".zip"
		if match := pattern.FindStringSubmatch(name); len(match) != 2 || match[1] != platform {
			t.Errorf("the archive for %s is %s", platform, name)
			continue
		}
		platforms = append(platforms, platform)
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
	var manifest struct {
		Version  int `json:"version"`
		Metadata struct {
			Protocols []string `json:"protocol_versions"`
		} `json:"metadata"`
	}
	readJSON(t, "terraform-registry-manifest.json", &manifest)
	if manifest.Version != 1 || !slices.Equal(manifest.Metadata.Protocols, []string{"6.0"}) {
		t.Errorf("got %+v", manifest)
	}
}

// A snapshot release, if there is one in RELEASE_DIST, has the files of the configuration, with the
// contents that the registries require.
func TestRelease_snapshot(t *testing.T) {
	dist := os.Getenv("RELEASE_DIST")
	if dist == "" {
		t.Skip("RELEASE_DIST is not set")
	}
	config := readReleaseConfig(t)
	var metadata struct {
		Version string `json:"version"`
	}
	readJSON(t, filepath.Join(dist, "metadata.json"), &metadata)
	files := artifact{ProjectName: config.ProjectName, Version: metadata.Version}
	manifest := config.Release.Extra[0]
	paths := map[string]string{files.name(t, manifest.Name): manifest.Glob} // of the manifest and the archives, by name
	for _, platform := range releasePlatforms(config) {
		files.Os, files.Arch, _ = strings.Cut(platform, "_")
		archive := files.name(t, config.Archives[0].Name) + ".zip"
		paths[archive] = filepath.Join(dist, archive)
		expectArchive(t, paths[archive], files.name(t, config.Builds[0].Binary), platform)
		expectSBOM(t, filepath.Join(dist, files.name(t, config.SBOMs[0].Documents[0])))
	}
	sums := files.name(t, config.Checksum.Name)
	text, err := os.ReadFile(filepath.Join(dist, sums))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for name, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		want = append(want, fmt.Sprintf("%x  %s\n", sha256.Sum256(content), name))
	}
	got := slices.Collect(strings.Lines(string(text)))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s:\ngot\n%s\nwant\n%s", sums, strings.Join(got, ""), strings.Join(want, ""))
	}
}

// expectArchive checks that an archive has the license and one executable, which was built for the
// platform without cgo.
func expectArchive(t *testing.T, path, binary, platform string) {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = archive.Close() }()
	if strings.HasPrefix(platform, "windows_") {
		binary += ".exe"
	}
	for _, file := range archive.File {
		if file.Name == "LICENSE" {
			continue
		}
		expectName(t, path, file.Name, binary)
		if file.Mode()&0o111 == 0 {
			t.Errorf("%s: %s is not executable", path, file.Name)
		}
		built := buildSettings(t, file)
		expectName(t, path+": platform", built["GOOS"]+"_"+built["GOARCH"], platform)
		expectName(t, path+": cgo", built["CGO_ENABLED"], "0")
	}
	if len(archive.File) != 2 {
		t.Errorf("%s has %d files, want 2", path, len(archive.File))
	}
}

// buildSettings returns what a binary in an archive was built with.
func buildSettings(t *testing.T, file *zip.File) map[string]string {
	t.Helper()
	opened, err := file.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = opened.Close() }()
	content, err := io.ReadAll(opened)
	if err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.Read(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	return settings
}

// expectSBOM checks that an SBOM lists the modules of the provider.
func expectSBOM(t *testing.T, path string) {
	t.Helper()
	var document struct {
		Format   string `json:"bomFormat"`
		Metadata struct {
			Component struct {
				Name string `json:"name"`
			} `json:"component"`
		} `json:"metadata"`
		Components []struct {
			Name string `json:"name"`
		} `json:"components"`
	}
	readJSON(t, path, &document)
	expectName(t, path+": format", document.Format, "CycloneDX")
	expectName(t, path+": component", document.Metadata.Component.Name, "github.com/qualytics/terraform-provider-qualytics")
	if len(document.Components) == 0 {
		t.Errorf("%s lists no modules", path)
	}
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
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
