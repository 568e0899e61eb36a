// SPDX-License-Identifier: Apache-2.0

// Package site writes the course as a static web site, with a playground in which the trained networks run in the visitor's
// browser. The site needs no network and no server of a third party.
package site

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/whole"
)

//go:embed templates
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// A Builder says what a site is made of.
type Builder struct {
	Setup *setup.Setup // finds the checkout, and Python with nbconvert
	Dir   string       // where the site goes
	Out   io.Writer    // where progress goes
}

type builder struct {
	source, dir string
	out         io.Writer
}

// mark is a file that tells a folder with a site from others.
const mark = "playground.json"

// Build writes the site. A folder that holds other things is not touched.
func (b Builder) Build(ctx context.Context) error {
	if err := Free(b.Dir); err != nil {
		return err
	}
	if err := os.MkdirAll(b.Dir, 0o755); err != nil {
		return err
	}
	w := &builder{source: b.Setup.Source, dir: b.Dir, out: b.Out}
	if err := w.static(); err != nil {
		return err
	}
	if err := w.vendored(ctx, filepath.Join(b.Setup.Home, "npm"), packages...); err != nil {
		return err
	}
	if err := w.playground(ctx); err != nil {
		return err
	}
	chapters, err := w.course(ctx, b.Setup)
	if err != nil {
		return err
	}
	figures, err := w.measurements()
	if err != nil {
		return err
	}
	modules, err := w.compiled(ctx)
	if err != nil {
		return err
	}
	if err := w.pages(chapters, figures, append(slices.Clone(packages), modules...)); err != nil {
		return err
	}
	return w.compressTexts()
}

// Free says whether a folder may hold the site: it is not there, empty, or holds an earlier site.
func Free(dir string) error {
	return whole.Free(dir, mark, "a site")
}

// static copies the stylesheet and the scripts.
func (b *builder) static() error {
	return fs.WalkDir(staticFiles, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		return b.write(path.Base(name), data)
	})
}

// A page is one of the site's.
type page struct {
	File, Title string
	Chapters    []chapter // of all the course
	Back, Next  *chapter
	Content     any
}

// render writes a page from a template of its name.
func (b *builder) render(name string, p page) error {
	t, err := template.ParseFS(templateFiles, "templates/layout.html", "templates/"+name)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "layout.html", p); err != nil {
		return fmt.Errorf("%s: %w", p.File, err)
	}
	return b.write(p.File, out.Bytes())
}

// pages writes those that are not made of a notebook alone.
func (b *builder) pages(chapters []chapter, figures measured, parts []Package) error {
	for i := range chapters {
		p := page{File: chapters[i].File, Title: chapters[i].Title, Chapters: chapters, Content: chapters[i]}
		if i > 0 {
			p.Back = &chapters[i-1]
		}
		if i+1 < len(chapters) {
			p.Next = &chapters[i+1]
		}
		if err := b.render("chapter.html", p); err != nil {
			return err
		}
	}
	for _, p := range []page{
		{File: "index.html", Title: "skipnets: why very deep networks need skip connections"},
		{File: "playground.html", Title: "Playground"},
		{File: "figures.html", Title: "Figures to touch", Content: figures},
		{File: "quiz.html", Title: "Ten questions", Content: quiz},
		{File: "licences.html", Title: "Licences", Content: parts},
	} {
		p.Chapters = chapters
		if err := b.render(p.File, p); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) write(name string, data []byte) error {
	return os.WriteFile(filepath.Join(b.dir, filepath.FromSlash(name)), data, 0o644)
}

func (b *builder) say(format string, args ...any) { fmt.Fprintf(b.out, format+"\n", args...) }
