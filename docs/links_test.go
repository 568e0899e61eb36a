// SPDX-License-Identifier: Apache-2.0

// Package docs holds no code: this test keeps the links of the repository's pages and notebooks alive.
package docs

import (
	"encoding/json"
	"io/fs"
	"os"
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
	checked := 0
	err = filepath.WalkDir(root, func(page string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && page != root && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case !entry.IsDir() && (filepath.Ext(page) == ".md" || filepath.Ext(page) == ".ipynb"):
			checked += checkPage(t, page)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 10 {
		t.Errorf("only %d links found: the test looks in the wrong place", checked)
	}
}

// checkPage returns how many links it has checked.
func checkPage(t *testing.T, page string) (checked int) {
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
			t.Errorf("%s: link to %s: no such file", page, match[1])
		} else if fragment != "" && !anchors(t, file)[fragment] {
			t.Errorf("%s: link to %s: no such heading", page, match[1])
		}
	}
	return checked
}

// text is a page, or the prose of a notebook.
func text(t *testing.T, path string) string {
	t.Helper()
	content := read(t, path)
	if filepath.Ext(path) != ".ipynb" {
		return content
	}
	var notebook struct {
		Cells []struct {
			Type   string   `json:"cell_type"`
			Source []string `json:"source"`
		}
	}
	if err := json.Unmarshal([]byte(content), &notebook); err != nil {
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
