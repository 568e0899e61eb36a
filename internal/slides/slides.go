// SPDX-License-Identifier: Apache-2.0

package slides

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/site"
	"github.com/skipnets/skipnets/internal/whole"
)

//go:embed static
var static embed.FS

//go:embed deck.html
var deckPage string

//go:embed convert.py
var convertScript string

// mark is a file that tells a folder with slides from others.
const mark = "slides.css"

// Write puts the decks of notebooks into a folder, each as a page, with all that the pages need. A folder that holds other things is
// not touched.
func Write(ctx context.Context, s *setup.Setup, notebooks []string, dir string, out io.Writer) error {
	if err := whole.Free(dir, mark, "slides"); err != nil {
		return err
	}
	decks, names := make([]Deck, len(notebooks)), map[string]string{}
	for i, file := range notebooks {
		if other := names[pageOf(file)]; other != "" {
			return fmt.Errorf("%s and %s would be the same page, %s: write them into two folders", other, file, pageOf(file))
		}
		names[pageOf(file)] = file
		content, err := os.ReadFile(file)
		if err == nil {
			decks[i], err = Derive(content)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	page, err := template.New("deck").Funcs(template.FuncMap{"png": func(data string) template.URL { return template.URL("data:image/png;base64," + data) }}).Parse(deckPage)
	if err != nil {
		return err
	}
	pages, err := convert(ctx, s, decks)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := copyStatic(dir); err != nil { // with the mark, so that another try may go on here
		return err
	}
	if err := site.SlideFiles(ctx, filepath.Join(s.Home, "npm"), dir); err != nil {
		return err
	}
	for i, deck := range decks {
		var written bytes.Buffer
		if err := page.Execute(&written, map[string]any{"Title": deck.Title, "Slides": pages[i]}); err != nil {
			return err
		}
		name := filepath.Join(dir, pageOf(notebooks[i]))
		if err := os.WriteFile(name, written.Bytes(), 0o644); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %d slides\n", name, len(deck.Slides))
	}
	return nil
}

func pageOf(notebook string) string {
	return strings.TrimSuffix(filepath.Base(notebook), filepath.Ext(notebook)) + ".html"
}

func copyStatic(dir string) error {
	entries, err := static.ReadDir("static")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		data, err := static.ReadFile("static/" + entry.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, entry.Name()), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// A shown slide has HTML in the place of Markdown.
type shown struct {
	Slide
	LeadHTML, HTML, AnswerHTML, NotesHTML template.HTML
}

// A link to a file. A deck may stand anywhere, so that only its words are left.
var relative = regexp.MustCompile(`<a href="([^":]*)"[^>]*>(.*?)</a>`)

// convert has nbconvert turn all Markdown into HTML.
func convert(ctx context.Context, s *setup.Setup, decks []Deck) ([][]shown, error) {
	var texts []string
	for _, deck := range decks {
		for _, slide := range deck.Slides {
			texts = append(texts, strings.Join(slide.Lead, "\n\n"), strings.Join(slide.Body, "\n\n"), slide.Answer, strings.Join(slide.Notes, "\n\n"))
		}
	}
	input, err := json.Marshal(texts)
	if err != nil {
		return nil, err
	}
	cmd := s.PythonCommand(ctx, "-c", convertScript)
	var trouble bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), &trouble
	output, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("convert the slides' text: %w\n%s", err, trouble.String())
	}
	var pieces []string
	if err := json.Unmarshal(output, &pieces); err != nil || len(pieces) != len(texts) {
		return nil, fmt.Errorf("convert the slides' text: %d pieces for %d texts: %v", len(pieces), len(texts), err)
	}
	next := func() template.HTML {
		piece := relative.ReplaceAllString(pieces[0], "$2")
		pieces = pieces[1:]
		return template.HTML(piece)
	}
	pages := make([][]shown, len(decks))
	for i, deck := range decks {
		for _, slide := range deck.Slides {
			pages[i] = append(pages[i], shown{Slide: slide, LeadHTML: next(), HTML: next(), AnswerHTML: next(), NotesHTML: next()})
		}
	}
	return pages, nil
}
