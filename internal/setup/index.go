// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"bytes"
	_ "embed"
	"errors"
	"html"
	"html/template"
	"net/url"
	"os"
	"path"
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
	Page    template.URL // of a file beside the index
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
		title, promise, err := Opening(notebook)
		if err != nil {
			return err
		}
		if e := (entry{address(page), title, promise}); !slices.Contains(entries, e) {
			entries = append(entries, e)
		}
	}
	var out bytes.Buffer
	if err := indexPage.Execute(&out, entries); err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(pages, "index.html"), out.Bytes(), 0o644)
}

// address is the relative address of a file: its name, with what has a meaning in addresses written otherwise.
func address(file string) template.URL {
	return template.URL((&url.URL{Path: file}).String())
}

// A link on a page: group 1 is the address, as HTML has it.
var pageLink = regexp.MustCompile(`href="([^"]+)"`)

// linked is the address of a page in the folder that takes the place of a notebook's, if there is one.
func linked(pages, link string) (string, bool) {
	to, err := url.Parse(html.UnescapeString(link))
	if err != nil || to.Scheme != "" || to.Host != "" || path.Ext(to.Path) != extension {
		return "", false
	}
	page := pageName(path.Base(to.Path))
	if _, err := os.Stat(filepath.Join(pages, page)); err != nil {
		return "", false
	}
	return html.EscapeString((&url.URL{Path: page, Fragment: to.Fragment}).String()), true
}

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
		rewritten := pageLink.ReplaceAllFunc(page, func(link []byte) []byte {
			if to, ok := linked(pages, string(pageLink.FindSubmatch(link)[1])); ok {
				return []byte(`href="` + to + `"`)
			}
			return link
		})
		if bytes.Equal(rewritten, page) {
			continue
		}
		if err := renameio.WriteFile(file, rewritten, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func pageName(notebook string) string {
	return strings.TrimSuffix(filepath.Base(notebook), extension) + ".html"
}

// Opening reads a notebook's first cell: its title, and the paragraph in italics that follows. A notebook that begins
// otherwise goes by its file's name.
func Opening(notebook string) (title, promise string, err error) {
	n, err := readNotebook(notebook)
	if err != nil {
		return "", "", err
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
