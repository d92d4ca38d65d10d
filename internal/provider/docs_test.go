// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const repository = "../.."

// Every configuration in the documentation is a file under examples/, which TestAccExamples runs,
// and every example appears in the documentation.
func TestDocs_examplesAreTested(t *testing.T) {
	files := map[string]string{} // example files, by content
	for _, file := range exampleFiles(t) {
		files[strings.TrimSpace(readDoc(t, "examples/"+file))] = file
	}
	shown := map[string]bool{}
	for _, page := range docPages(t, "README.md", "docs", "templates") {
		for _, block := range codeBlocks(readDoc(t, page)) {
			file, isExample := files[strings.TrimSpace(block.text)]
			shown[file] = true
			if !isExample && block.isConfiguration() {
				t.Errorf("%s:%d: this configuration is not a file under examples/, so no test runs it", page, block.line)
			}
		}
	}
	for _, file := range files {
		if !shown[file] {
			t.Errorf("examples/%s does not appear in the documentation", file)
		}
	}
}

// Links within the repository work.
func TestDocs_linksWork(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, page := range docPages(t, "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs") {
		text := readDoc(t, page)
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			target, fragment, _ := strings.Cut(match[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			file := path.Join(path.Dir(page), target)
			if target == "" {
				file = page
			} else if path.Ext(target) == "" && strings.HasPrefix(page, "docs/") {
				file += ".md" // links between the registry's pages have no extension
			}
			if _, err := os.Stat(filepath.Join(repository, file)); err != nil {
				t.Errorf("%s: the link %s is broken", page, match[1])
			} else if fragment != "" && !slices.Contains(anchors(readDoc(t, file)), fragment) {
				t.Errorf("%s: there is no heading for the link %s", page, match[1])
			}
		}
	}
}

// The picture shows the error of the gate as the guide quotes it, which TestAccExamples_gate compares
// with Terraform's output. `make picture` draws it.
func TestDocs_pictureShowsTheGate(t *testing.T) {
	const file = ".github/gate.svg"
	picture := readDoc(t, file)
	if want := "$ terraform apply -auto-approve -var release=2026.05.2 " + quotedGate(t); svgText(t, picture) != want {
		t.Errorf("the picture shows\n%s\nwant\n%s", svgText(t, picture), want)
	}
	if len(picture) > 100_000 {
		t.Errorf("the picture has %d bytes", len(picture))
	}
	for _, page := range []string{"README.md", "docs/index.md"} {
		if !strings.Contains(readDoc(t, page), "(https://raw.githubusercontent.com/qualytics/terraform-provider-qualytics/main/"+file+")") {
			t.Errorf("%s does not show the picture", page)
		}
	}
}

// svgText returns the text of a picture on one line, without the frame of an error.
func svgText(t *testing.T, picture string) string {
	t.Helper()
	var text strings.Builder
	for decoder := xml.NewDecoder(strings.NewReader(picture)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return plainOutput(text.String())
		} else if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			if token.Name.Local == "text" {
				text.WriteString("\n")
			}
		}
	}
}

// quotedGate returns the error of the gate in the guide, on one line.
func quotedGate(t *testing.T) string {
	t.Helper()
	for _, block := range codeBlocks(readDoc(t, "docs/guides/rerun-on-deployment.md")) {
		if strings.Contains(block.text, "did not pass max_anomalies") {
			return plainOutput(block.text)
		}
	}
	t.Fatal("the guide does not quote the error of the gate")
	return ""
}

func readDoc(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// docPages returns the files, and all files in the directories.
func docPages(t *testing.T, roots ...string) []string {
	t.Helper()
	var pages []string
	for _, root := range roots {
		err := fs.WalkDir(os.DirFS(repository), root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				pages = append(pages, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return pages
}

// codeBlock is a fenced code block in Markdown.
type codeBlock struct {
	language string
	text     string
	line     int
}

func codeBlocks(page string) []codeBlock {
	var blocks []codeBlock
	inside := false
	for number, line := range strings.Split(page, "\n") {
		language, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && !inside:
			blocks = append(blocks, codeBlock{language: language, line: number + 1})
			inside = true
		case isFence:
			inside = false
		case inside:
			blocks[len(blocks)-1].text += line + "\n"
		}
	}
	return blocks
}

var looksLikeConfiguration = regexp.MustCompile(`(?m)^\s*` +
	`(terraform|provider|variable|data|resource|action|list|check|import|output|module|run|lifecycle)` +
	`\b[^\n=]*\{\s*$`)

// isConfiguration reports whether a block contains Terraform configuration, whatever its language.
func (b codeBlock) isConfiguration() bool {
	return b.language == "terraform" || b.language == "hcl" || looksLikeConfiguration.MatchString(b.text)
}

var (
	heading     = regexp.MustCompile(`(?m)^#+ (.*)$`)
	nestedTitle = regexp.MustCompile(`<a id="([^"]+)">`)
	noAnchor    = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// anchors returns the fragments of a page's headings.
func anchors(page string) []string {
	var found []string
	for _, match := range heading.FindAllStringSubmatch(page, -1) {
		found = append(found, strings.ReplaceAll(noAnchor.ReplaceAllString(strings.ToLower(match[1]), ""), " ", "-"))
	}
	for _, match := range nestedTitle.FindAllStringSubmatch(page, -1) {
		found = append(found, match[1])
	}
	return found
}
