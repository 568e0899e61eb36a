// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"errors"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpening(t *testing.T) {
	for name, test := range map[string]struct{ cell, title, promise string }{
		"a lesson":         {`["# 1 · Plain\n", "\n", "*What you will\n", "understand.*\n", "\n", "Text."]`, "1 · Plain", "What you will understand."},
		"one string":       {`"# Title\n\nText, *and* more."`, "Title", ""},
		"code comes first": {`"import \"fmt\""`, "small.ipynb", ""},
	} {
		file := filepath.Join(t.TempDir(), "small.ipynb")
		if err := os.WriteFile(file, []byte(`{"nbformat":4,"cells":[{"source":`+test.cell+`}]}`), 0o644); err != nil {
			t.Fatal(err)
		}
		title, promise, err := Opening(file)
		if err != nil || title != test.title || promise != test.promise {
			t.Errorf("%s: %q, %q, %v, want %q, %q", name, title, promise, err, test.title, test.promise)
		}
	}
}

func TestLinkPages(t *testing.T) {
	dir := t.TempDir()
	const before = `<a href="b.ipynb">b</a> <a href="solutions/b.ipynb#x">b</a> <a href="c.ipynb">c</a> <a href="https://host/b.ipynb">b</a>`
	const after = `<a href="b.html">b</a> <a href="b.html#x">b</a> <a href="c.ipynb">c</a> <a href="https://host/b.ipynb">b</a>`
	for name, content := range map[string]string{"a.html": before, "b.html": "", "foreign.html": before} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // a page may be there from an earlier time
		if err := linkPages(dir, []string{"a.ipynb", "solutions/b.ipynb", "missing.ipynb"}); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(dir, "a.html")); err != nil || string(got) != after {
			t.Errorf("%s, %v; want %s", got, err, after)
		}
		if got, err := os.ReadFile(filepath.Join(dir, "foreign.html")); err != nil || string(got) != before {
			t.Errorf("a page of another origin became %s, %v", got, err)
		}
	}
}

// The index has the pages that exist, each once, with what may look like HTML escaped.
func TestWriteIndex(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"a.ipynb": `{"nbformat":4,"cells":[{"source":"# A < B"}]}`, "b.ipynb": `{"nbformat":4,"cells":[]}`, "a.html": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	a, b := filepath.Join(dir, "a.ipynb"), filepath.Join(dir, "b.ipynb")
	if err := writeIndex(dir, []string{a, b, a}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(content), `<a href="a.html">A &lt; B</a>`); n != 1 {
		t.Errorf("a.html occurs %d times in %s", n, content)
	}
	if strings.Contains(string(content), "b.html") {
		t.Errorf("a page that does not exist is in %s", content)
	}
}

// The index and the pages lead to files whose names hold what has a meaning in addresses and in HTML.
func TestAddresses(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{`50% & more?`, `a#b`, `co:lon`, `say "x"`, `<b>`, "ünï code", "-dash", "it's"} {
		notebook := filepath.Join(dir, name+".ipynb")
		for file, content := range map[string]string{
			notebook:                         `{"nbformat":4,"cells":[]}`,
			filepath.Join(dir, name+".html"): `<a href="sub/` + html.EscapeString(url.PathEscape(name)) + `.ipynb#x">`,
		} {
			if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(writeIndex(dir, []string{notebook}), linkPages(dir, []string{notebook})); err != nil {
			t.Fatal(err)
		}
		for _, page := range []string{"index.html", name + ".html"} {
			content, err := os.ReadFile(filepath.Join(dir, page))
			if err != nil {
				t.Fatal(err)
			}
			link := pageLink.FindSubmatch(content)
			to, err := url.Parse("http://host/dir/")
			if err != nil || link == nil {
				t.Fatal(err, string(content))
			}
			if to, err = to.Parse(html.UnescapeString(string(link[1]))); err != nil || to.Path != "/dir/"+name+".html" {
				t.Errorf("%s leads to %v, want %s.html (%v)", page, to, name, err)
			}
		}
	}
}
