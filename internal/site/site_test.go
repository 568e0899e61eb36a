// SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"compress/gzip"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func put(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A client gets the compressed copy that it likes best, as what it is a copy of. One that reads neither gets the file.
func TestHandler(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"a.wasm": "whole", "a.wasm.gz": "packed", "a.wasm.br": "smaller", "b.txt": "text", "c.html.gz": "small page", "index.html": "first page", "index.html.br": "small first page",
	} {
		put(t, dir, name, content)
	}
	for _, test := range []struct{ path, accepts, want, encoding string }{
		{"/a.wasm", "gzip, deflate, br, zstd", "smaller", "br"}, // Chromium's
		{"/a.wasm", "gzip, deflate", "packed", "gzip"},          // Firefox's, without TLS
		{"/a.wasm", "", "whole", ""},
		{"/a.wasm", "deflate, zstd", "whole", ""},
		{"/a.wasm", "identity", "whole", ""},
		{"/a.wasm", "br;q=0.5, gzip;q=0.8", "packed", "gzip"},
		{"/a.wasm", "br;q=0.5, gzip;q=0.5", "smaller", "br"},
		{"/a.wasm", "br;q=0, gzip", "packed", "gzip"},
		{"/a.wasm", "br; q=0.0, gzip; q=0", "whole", ""},
		{"/a.wasm", "br;q=0.3, gzip;q=0.2, identity;q=0.5", "whole", ""},
		{"/a.wasm", "br, identity", "smaller", "br"},
		{"/a.wasm", "*", "smaller", "br"},
		{"/a.wasm", "br;q=0, *;q=0.1", "packed", "gzip"},
		{"/a.wasm", "*;q=0", "whole", ""},
		{"/a.wasm", "BR;Q=1", "smaller", "br"},
		{"/a.wasm", "brown, gzippy", "whole", ""},
		{"/a.wasm", "br;q=many, gzip;q=NaN", "whole", ""},
		{"/a.wasm", "br;q=-1, gzip;q=2", "whole", ""},
		{"/a.wasm.gz", "gzip", "packed", ""},
		{"/a.wasm.br", "br", "smaller", ""},
		{"/b.txt", "gzip, br", "text", ""},
		{"/c.html", "gzip, br", "small page", "gzip"},
		{"/c.html", "br", "404 page not found\n", ""},
		{"/", "br", "small first page", "br"},
		{"/", "", "first page", ""},
		{"/../site.go", "gzip, br", "404 page not found\n", ""},
		{"/none", "gzip, br", "404 page not found\n", ""},
	} {
		answer := httptest.NewRecorder()
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/", nil)
		request.URL.Path = test.path
		request.Header.Set("Accept-Encoding", test.accepts)
		Handler(dir).ServeHTTP(answer, request)
		got := answer.Header()
		if answer.Body.String() != test.want || got.Get("Content-Encoding") != test.encoding {
			t.Errorf("%s, %q: %q, %q", test.path, test.accepts, answer.Body, got)
		}
		if kind := mime.TypeByExtension(filepath.Ext(test.path)); test.encoding != "" && test.path != "/" && got.Get("Content-Type") != kind {
			t.Errorf("%s, %q is sent as %q, not %q", test.path, test.accepts, got.Get("Content-Type"), kind)
		}
		if test.path == "/a.wasm" && got.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s, %q: a cache may give it to others: %q", test.path, test.accepts, got)
		}
	}
}

// The copies of a file are smaller than the file, and those who unpack them get it back.
func TestCompress(t *testing.T) {
	b := &builder{dir: t.TempDir()}
	text := strings.Repeat("y = F(x) + x\n", 1000)
	put(t, b.dir, "a.css", text)
	put(t, b.dir, "a.png", text)
	if err := b.compressTexts(); err != nil {
		t.Fatal(err)
	}
	for name, unpack := range map[string]func(io.Reader) (io.Reader, error){
		"a.css.br": func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		"a.css.gz": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	} {
		data, err := os.ReadFile(filepath.Join(b.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		r, err := unpack(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != text || len(data) > len(text)/10 {
			t.Errorf("%s: %d bytes of %d, unpacked %d, %v", name, len(data), len(text), len(got), err)
		}
	}
	if found, err := filepath.Glob(filepath.Join(b.dir, "a.png?*")); err != nil || len(found) > 0 {
		t.Errorf("a picture was compressed once more: %q, %v", found, err)
	}
}

func TestLinks(t *testing.T) {
	for link, want := range map[string]string{
		`<a href="02_residual.ipynb#the-idea">`:              `<a href="02_residual.html#the-idea">`,
		`<a href="solutions/01_plain_solutions.ipynb">`:      `<a href="01_plain.html#solutions">`,
		`<a href="../pkg/blocks/plain.go">`:                  `<a href="` + repository + `pkg/blocks/plain.go">`,
		`<a href="https://example.org/a.ipynb">`:             `<a href="https://example.org/a.ipynb">`,
		`<a href="#here">`:                                   `<a href="#here">`,
		`<img loading="lazy" src="figures/01_plain-1.png"/>`: `<img loading="lazy" src="figures/01_plain-1.png"/>`,
	} {
		if got := links("/notebooks", link); got != want {
			t.Errorf("%s becomes %s, want %s", link, got, want)
		}
	}
}

// A link of a solution is seen from its folder.
func TestLinksOfSolutions(t *testing.T) {
	const link, want = `<a href="../trained/trained.go">`, `<a href="` + repository + `notebooks/trained/trained.go">`
	if got := links("/notebooks/solutions", link); got != want {
		t.Errorf("%s becomes %s, want %s", link, got, want)
	}
}

// The quiz leads to headings that the notebooks have.
func TestQuizLeadsToHeadings(t *testing.T) {
	for _, q := range quiz {
		file, anchor, _ := strings.Cut(string(q.At), ".html#")
		data, err := os.ReadFile(filepath.Join("..", "..", "notebooks", file+".ipynb"))
		if err != nil {
			t.Fatal(err)
		}
		if heading := "# " + strings.ReplaceAll(anchor, "-", " "); !strings.Contains(string(data), heading+`"`) && !strings.Contains(string(data), heading+`\n`) {
			t.Errorf("%s has no heading %q", file, heading)
		}
	}
}

// The headings of solutions are below theirs, and have names of their own.
func TestApart(t *testing.T) {
	got := apart(`<h1 id="a">A<a href="#a">¶</a></h1><h2 id="b">B</h2>`)
	if want := `<h2 id="solution-a">A<a href="#solution-a">¶</a></h2><h3 id="solution-b">B</h3>`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestFigures(t *testing.T) {
	b := &builder{dir: t.TempDir()}
	if err := os.Mkdir(filepath.Join(b.dir, "figures"), 0o700); err != nil {
		t.Fatal(err)
	}
	got, err := b.figures("x", "<img src=\"data:image/png;base64,aGVs\nbG8=\"/>")
	if err != nil || got != `<img loading="lazy" src="figures/x-1.png"/>` {
		t.Errorf("%s, %v", got, err)
	}
	if data, err := os.ReadFile(filepath.Join(b.dir, "figures", "x-1.png")); err != nil || string(data) != "hello" {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := b.figures("x", `<img src="data:image/png;base64,%">`); err == nil {
		t.Error("no error for a picture that cannot be read")
	}
}

// Figures are named by their captions, and those without one by the code that draws them.
func TestDescribed(t *testing.T) {
	got := described(`<img ` + undescribed + ` src="a"/><p>text</p><img ` + undescribed + ` src="b"/><p><strong>Figure 2.1.</strong> The block.</p><img alt="mine"/><p><strong>Figure 2.2.</strong></p>`)
	want := `<img alt="Drawn by the code above" src="a"/><p>text</p><img alt="Figure 2.1, described below" src="b"/><p><strong>Figure 2.1.</strong> The block.</p><img alt="mine"/><p><strong>Figure 2.2.</strong></p>`
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A package that was changed on its way is refused.
func TestPackageDigest(t *testing.T) {
	for _, p := range append([]Package{reveal}, packages...) {
		if err := p.check([]byte("another")); err == nil || !strings.Contains(err.Error(), "digest") {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}
