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

// unfinished is where a site is written, within its folder, until it is whole.
const unfinished = ".unfinished"

// Build writes the site. Until it is whole the folder holds what it held before. A folder that holds other things is not touched.
func (b Builder) Build(ctx context.Context) error {
	if err := Free(b.Dir); err != nil {
		return err
	}
	w := &builder{source: b.Setup.Source, dir: filepath.Join(b.Dir, unfinished), out: b.Out}
	if err := os.RemoveAll(w.dir); err != nil { // of one that was killed
		return err
	}
	defer os.RemoveAll(w.dir)
	if err := os.MkdirAll(w.dir, 0o755); err != nil {
		return whole.Explain(err)
	}
	err := w.all(ctx, b.Setup)
	if ctx.Err() != nil {
		return fmt.Errorf("the site was stopped before it was whole: %s holds what it held before (%w)", b.Dir, ctx.Err())
	}
	if err != nil {
		return whole.Explain(err)
	}
	if err := publish(w.dir, b.Dir); err != nil {
		return err
	}
	w.say("the site is in %s", b.Dir)
	return nil
}

// all writes all files of the site.
func (b *builder) all(ctx context.Context, s *setup.Setup) error {
	if err := b.static(); err != nil {
		return err
	}
	if err := b.vendored(ctx, filepath.Join(s.Home, "npm"), packages...); err != nil {
		return err
	}
	if err := b.playground(ctx); err != nil {
		return err
	}
	chapters, err := b.course(ctx, s)
	if err != nil {
		return err
	}
	figures, err := b.measurements()
	if err != nil {
		return err
	}
	modules, err := b.compiled(ctx)
	if err != nil {
		return err
	}
	if err := b.pages(chapters, figures, slices.Concat(packages, []Package{fonts}, modules)); err != nil {
		return err
	}
	return b.compressTexts()
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
