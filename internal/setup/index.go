// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

//go:embed index.html
var indexText string

var indexPage = template.Must(template.New("index").Parse(indexText))

// An entry is what the index says of one notebook.
type entry struct {
	Page    string // a file beside the index
	Title   string
	Promise string // what the reader will understand
}

// writeIndex writes index.html, which leads to the pages that are in the folder.
func writeIndex(pages string, notebooks []string) error {
	var entries []entry
	for _, notebook := range notebooks {
		page := pageName(notebook)
		if _, err := os.Stat(filepath.Join(pages, page)); err != nil {
			continue // not executed, or it failed
		}
		title, promise, err := opening(notebook)
		if err != nil {
			return err
		}
		if e := (entry{page, title, promise}); !slices.Contains(entries, e) {
			entries = append(entries, e)
		}
	}
	var out bytes.Buffer
	if err := indexPage.Execute(&out, entries); err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(pages, "index.html"), out.Bytes(), 0o644)
}

// A link from a page to a notebook, in whatever folder: group 1 is its name.
var notebookLink = regexp.MustCompile(`href="[^":]*?([^"/:]+)\.ipynb(#[^"]*)?"`)

// linkPages lets the notebooks' pages in the folder lead to each other, where they lead to notebooks that have a page there.
func linkPages(pages string, notebooks []string) error {
	for _, notebook := range notebooks {
		file := filepath.Join(pages, pageName(notebook))
		page, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue // not executed, or it failed
		}
		if err != nil {
			return err
		}
		linked := notebookLink.ReplaceAllFunc(page, func(link []byte) []byte {
			parts := notebookLink.FindSubmatch(link)
			name := string(parts[1]) + ".html"
			if _, err := os.Stat(filepath.Join(pages, name)); err != nil {
				return link
			}
			return []byte(`href="` + name + string(parts[2]) + `"`)
		})
		if bytes.Equal(linked, page) {
			continue
		}
		if err := renameio.WriteFile(file, linked, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func pageName(notebook string) string {
	return strings.TrimSuffix(filepath.Base(notebook), ".ipynb") + ".html"
}

// opening reads a notebook's first cell: its title, and the paragraph in italics that follows. A notebook that begins
// otherwise goes by its file's name.
func opening(notebook string) (title, promise string, err error) {
	content, err := os.ReadFile(notebook)
	if err != nil {
		return "", "", err
	}
	var n struct {
		Cells []struct {
			Source any `json:"source"` // a string or a list of lines
		} `json:"cells"`
	}
	if err := json.Unmarshal(content, &n); err != nil {
		return "", "", fmt.Errorf("%s: %w", notebook, err)
	}
	title = filepath.Base(notebook)
	if len(n.Cells) == 0 {
		return title, "", nil
	}
	for _, paragraph := range strings.Split(joined(n.Cells[0].Source), "\n\n") {
		paragraph = strings.TrimSpace(paragraph)
		if heading, ok := strings.CutPrefix(paragraph, "# "); ok {
			title = heading
		} else if inner := strings.Trim(paragraph, "*"); promise == "" && paragraph == "*"+inner+"*" {
			promise = strings.Join(strings.Fields(inner), " ")
		}
	}
	return title, promise, nil
}

func joined(source any) string {
	lines, ok := source.([]any)
	if !ok {
		text, _ := source.(string)
		return text
	}
	var all strings.Builder
	for _, line := range lines {
		text, _ := line.(string)
		all.WriteString(text)
	}
	return all.String()
}
