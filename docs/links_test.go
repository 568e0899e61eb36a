// SPDX-License-Identifier: Apache-2.0

// Package docs holds no code: this test keeps the links of the repository's pages and notebooks alive.
package docs

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ +(.*)$`)
	code    = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	symbols = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// Every relative link in a page or notebook leads to a file, and its fragment to a heading. Links to other sites are
// not followed: a test must not depend on them.
func TestLinks(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	list, err := exec.Command("git", "-C", root, "ls-files", "*.md", "*.ipynb").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	checked := 0
	for _, name := range strings.Fields(string(list)) {
		page := filepath.Join(root, name)
		for _, match := range link.FindAllStringSubmatch(code.ReplaceAllString(text(t, page), ""), -1) {
			target, fragment, _ := strings.Cut(match[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") || strings.HasPrefix(target, "attachment:") {
				continue
			}
			checked++
			file := page
			if target != "" {
				file = filepath.Join(filepath.Dir(page), target)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: link to %s: no such file", name, match[1])
			} else if fragment != "" && !anchors(t, file)[fragment] {
				t.Errorf("%s: link to %s: no such heading", name, match[1])
			}
		}
	}
	if checked < 10 {
		t.Errorf("only %d links found: the test looks in the wrong place", checked)
	}
}

// text is a page, or the prose of a notebook.
func text(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(path) != ".ipynb" {
		return string(content)
	}
	var notebook struct {
		Cells []struct {
			Type   string   `json:"cell_type"`
			Source []string `json:"source"`
		}
	}
	if err := json.Unmarshal(content, &notebook); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var prose strings.Builder
	for _, cell := range notebook.Cells {
		if cell.Type == "markdown" {
			prose.WriteString(strings.Join(cell.Source, "") + "\n")
		}
	}
	return prose.String()
}

// anchors are the fragments that GitHub gives a page's headings.
func anchors(t *testing.T, path string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, match := range heading.FindAllStringSubmatch(text(t, path), -1) {
		plain := symbols.ReplaceAllString(strings.ToLower(match[1]), "")
		found[strings.ReplaceAll(plain, " ", "-")] = true
	}
	return found
}
