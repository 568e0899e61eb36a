// SPDX-License-Identifier: Apache-2.0

package setup

import (
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
		if err := os.WriteFile(file, []byte(`{"cells":[{"source":`+test.cell+`}]}`), 0o644); err != nil {
			t.Fatal(err)
		}
		title, promise, err := opening(file)
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
	for name, content := range map[string]string{"a.ipynb": `{"cells":[{"source":"# A < B"}]}`, "b.ipynb": `{"cells":[]}`, "a.html": ""} {
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
