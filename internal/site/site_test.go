// SPDX-License-Identifier: Apache-2.0

package site

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func put(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A folder with other things in it is left alone.
func TestFree(t *testing.T) {
	dir := t.TempDir()
	if err := Free(filepath.Join(dir, "new")); err != nil {
		t.Error(err)
	}
	if err := Free(dir); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	put(t, dir, "thesis.tex", "")
	if err := Free(dir); err == nil || !strings.Contains(err.Error(), "holds other files") {
		t.Errorf("a folder with something else in it: %v", err)
	}
	put(t, dir, mark, "{}")
	if err := Free(dir); err != nil {
		t.Errorf("an earlier site: %v", err)
	}
}

// A browser that reads gzip gets the compressed copy, as what it is a copy of. Others get the file.
func TestHandler(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.wasm", "whole")
	put(t, dir, "a.wasm.gz", "packed")
	put(t, dir, "b.txt", "text")
	put(t, dir, "c.html.gz", "small page")
	for _, test := range []struct{ path, accepts, want, encoding string }{
		{"/a.wasm", "gzip, br", "packed", "gzip"}, {"/a.wasm", "", "whole", ""}, {"/a.wasm.gz", "gzip", "packed", ""}, {"/b.txt", "gzip", "text", ""}, {"/c.html", "gzip", "small page", "gzip"},
		{"/../site.go", "gzip", "404 page not found\n", ""}, {"/none", "gzip", "404 page not found\n", ""},
	} {
		answer := httptest.NewRecorder()
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/", nil)
		request.URL.Path = test.path
		request.Header.Set("Accept-Encoding", test.accepts)
		Handler(dir).ServeHTTP(answer, request)
		if got := answer.Body.String(); got != test.want || answer.Header().Get("Content-Encoding") != test.encoding || (strings.HasSuffix(test.path, ".html") && !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/html")) {
			t.Errorf("%s, %q: %q, %q", test.path, test.accepts, got, answer.Header())
		}
	}
	if err := Serve(t.Context(), t.TempDir(), 0, t.Output()); err == nil || !strings.Contains(err.Error(), "there is no site in") {
		t.Errorf("of a folder without a site: %v", err)
	}
}

// Serving ends with its context.
func TestServeEnds(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, mark, "{}")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := Serve(ctx, dir, 0, t.Output()); err != nil {
		t.Error(err)
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

func TestSections(t *testing.T) {
	got := sections(`<h1 id="A">A &amp; B<a class="anchor-link" href="#A">¶</a></h1><p>one <b>two</b></p><style>x{}</style>
<h3 id="C">C<a class="anchor-link" href="#C">¶</a></h3><pre>x := 1</pre>`)
	if len(got) != 2 || got[0] != (section{1, "A", "A & B", "one two"}) || got[1] != (section{3, "C", "C", "x := 1"}) {
		t.Errorf("%+v", got)
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

// A package that was changed on its way is refused.
func TestPackageDigest(t *testing.T) {
	for _, p := range append([]Package{reveal}, packages...) {
		if err := p.check([]byte("another")); err == nil || !strings.Contains(err.Error(), "digest") {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}
