// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
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

// The troubleshooting guide lists the title of every error and warning of the provider.
func TestDocs_explainEveryDiagnostic(t *testing.T) {
	page := readDoc(t, "docs/guides/troubleshooting.md")
	for _, title := range diagnosticTitles(t) {
		for _, part := range title {
			if part = strings.TrimSpace(part); !strings.Contains(page, part) {
				t.Errorf("docs/guides/troubleshooting.md does not explain %q (of the title %q)", part, title)
			}
		}
	}
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

// diagnosticTitles returns the titles of all diagnostics in the provider's source, each as the
// fixed parts of its text.
func diagnosticTitles(t *testing.T) [][]string {
	t.Helper()
	source := parseSource(t)
	var titles [][]string
	for _, action := range []qualytics.Action{qualytics.ActionRerun, qualytics.ActionResume, qualytics.ActionAbort, qualytics.ActionDelete} {
		titles = append(titles, []string{actionOn(action, 0).summary()[:len("Cannot ")+len(action)]})
	}
	for _, file := range source.files {
		ast.Inspect(file, func(node ast.Node) bool {
			if title := diagnosticTitle(node); title != nil {
				parts := source.fixedParts(title)
				if strings.Join(parts, "") == "" {
					t.Errorf("a title has no fixed part: %s", types.ExprString(title))
				}
				titles = append(titles, parts)
			}
			return true
		})
	}
	if len(titles) < 40 {
		t.Fatalf("only %d titles were found in the source", len(titles))
	}
	return titles
}

// source is the package without its tests.
type source struct {
	files     []*ast.File
	functions map[string]*ast.FuncDecl
}

func parseSource(t *testing.T) source {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	parsed := source{functions: map[string]*ast.FuncDecl{}}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed.files = append(parsed.files, file)
		for _, declaration := range file.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok {
				parsed.functions[function.Name.Name] = function
			}
		}
	}
	return parsed
}

// diagnosticTitle returns the title expression of a node that reports a diagnostic. The literal
// verb of a subject counts as a title, because all other subjects are about actions.
func diagnosticTitle(node ast.Node) ast.Expr {
	switch node := node.(type) {
	case *ast.CompositeLit:
		if name, ok := node.Type.(*ast.Ident); ok && name.Name == "subject" {
			if verb, ok := typed[*ast.KeyValueExpr](node.Elts[0]).Value.(*ast.BasicLit); ok {
				return verb
			}
		}
	case *ast.CallExpr:
		function, ok := node.Fun.(*ast.SelectorExpr)
		if !ok {
			return nil
		}
		switch function.Sel.Name {
		case "AddError", "AddWarning", "NewErrorDiagnostic":
			return node.Args[0]
		case "AddAttributeError", "AddAttributeWarning":
			return node.Args[1]
		}
	}
	return nil
}

// fixedParts returns the string literals in an expression, split at format verbs. A call of a
// function of the package contributes the literals that it can return.
func (s source) fixedParts(expression ast.Node) []string {
	var parts []string
	ast.Inspect(expression, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.BasicLit:
			if text, err := strconv.Unquote(node.Value); err == nil && node.Kind == token.STRING {
				parts = append(parts, formatVerb.Split(text, -1)...)
			}
		case *ast.CallExpr:
			if function := s.functions[calledName(node)]; function != nil {
				ast.Inspect(function.Body, func(node ast.Node) bool {
					if result, ok := node.(*ast.ReturnStmt); ok {
						parts = append(parts, s.fixedParts(result)...)
					}
					return true
				})
			}
		}
		return true
	})
	return parts
}

var formatVerb = regexp.MustCompile(`%[a-z]`)

func calledName(call *ast.CallExpr) string {
	switch function := call.Fun.(type) {
	case *ast.Ident:
		return function.Name
	case *ast.SelectorExpr:
		return function.Sel.Name
	default:
		return ""
	}
}
