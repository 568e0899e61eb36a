// SPDX-License-Identifier: Apache-2.0

// Package slides makes a deck of slides out of a notebook, for a teacher in front of a class. A deck works without a network.
//
// A section of the notebook becomes a slide with its first sentence, its questions, the sentences that explain a bold term, its
// formulas, tables and lists. Each figure, each short printed table and each prediction is a slide of its own. All the prose
// stands in the speaker's notes.
package slides

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// A Deck is a notebook's slides.
type Deck struct {
	Title  string
	Slides []Slide
}

// A Slide is one of a deck. Its texts are Markdown.
type Slide struct {
	Title          string
	Kind           string   // opening, text, figure, output, code, predict or exercise
	Lead           []string // stands above the figure, the output or the code
	Body           []string // paragraphs, formulas, tables and lists
	Figure         string   // PNG, base64
	Output         string   // printed by a cell, or source code
	Answer         string   // shown when the teacher goes on
	Notes          []string // for the speaker
	weight         int      // about how many words of space the body takes
	leads, bounded bool     // has its first sentence; takes no more text
}

// most is how many words, or what takes as much space, a slide holds.
const most = 80

type notebook struct {
	Cells []struct {
		Type    string `json:"cell_type"`
		Source  lines
		Outputs []struct {
			Text lines
			Data map[string]lines
		}
	}
}

// lines is a text, which a notebook keeps whole or as a list of lines.
type lines string

func (l *lines) UnmarshalJSON(data []byte) error {
	var list []string
	if json.Unmarshal(data, &list) == nil {
		*l = lines(strings.Join(list, ""))
		return nil
	}
	var whole string
	if json.Unmarshal(data, &whole) == nil {
		*l = lines(whole)
	}
	return nil // what is neither is no text, and no slide shows it
}

// Derive makes the deck of a notebook, given as its file's content.
func Derive(content []byte) (Deck, error) {
	var n notebook
	if err := json.Unmarshal(content, &n); err != nil {
		return Deck{}, fmt.Errorf("not a notebook: %w", err)
	}
	d := deriver{}
	for _, cell := range n.Cells {
		if cell.Type == "markdown" {
			for _, p := range paragraphs(string(cell.Source)) {
				d.paragraph(p)
			}
			continue
		}
		printed, figure := "", ""
		for _, out := range cell.Outputs {
			printed += string(out.Text)
			if source := out.Data["text/markdown"]; source != "" {
				d.code(string(source))
			}
			if png := out.Data["image/png"]; png != "" {
				figure = strings.Join(strings.Fields(string(png)), "")
				d.illustrate(Slide{Title: d.heading, Kind: "figure", Figure: figure, bounded: true})
			}
		}
		d.printed(printed, figure != "")
	}
	deck := Deck{Title: d.title}
	for _, s := range d.slides {
		if s.Kind != "text" && s.Kind != "exercise" || len(s.Body) > 0 { // a heading alone is no slide
			deck.Slides = append(deck.Slides, s)
		}
	}
	if len(deck.Slides) == 0 {
		return Deck{}, fmt.Errorf("the notebook has no heading, no figure and no table: there is nothing to make slides of")
	}
	return deck, nil
}

// deriver goes through a notebook from top to bottom.
type deriver struct {
	title, heading string
	exercises      bool // until the notebook ends
	slides         []Slide
	before         string // the sentence that leads to what comes next
}

func (d *deriver) add(s Slide) *Slide {
	d.slides = append(d.slides, s)
	return d.last()
}

func (d *deriver) last() *Slide {
	if len(d.slides) == 0 {
		return d.add(Slide{Kind: "text"})
	}
	return &d.slides[len(d.slides)-1]
}

// illustrate adds a slide. If there is little text on the one before, that text stands on top of it.
func (d *deriver) illustrate(s Slide) {
	d.before = ""
	if before := d.last(); before.Kind == "text" && !before.bounded && before.weight <= most/2 {
		s.Lead, s.Notes = before.Body, before.Notes
		*before = s
		return
	}
	d.add(s)
}

// printed makes a slide of what a cell has printed, if it is short. What stands beside a figure goes to the notes.
func (d *deriver) printed(text string, beside bool) {
	text = strings.TrimRight(text, "\n ")
	if text == "" || d.exercises || strings.Contains(text, "images/s") && strings.Contains(text, "epoch") {
		return
	}
	rows := strings.Split(text, "\n")
	wide := 0
	for _, row := range rows {
		wide = max(wide, len([]rune(row)))
	}
	if beside || len(rows) > 16 || wide > 100 {
		d.last().Notes = append(d.last().Notes, "```\n"+text+"\n```")
		return
	}
	d.illustrate(Slide{Title: d.heading, Kind: "output", Output: text, bounded: true})
}

var fence = regexp.MustCompile("(?s)```go\n(.*?)```")

// code makes a slide of source that a cell shows, without its comments, if it is short.
func (d *deriver) code(markdown string) {
	for _, match := range fence.FindAllStringSubmatch(markdown, -1) {
		var kept []string
		for _, line := range strings.Split(strings.TrimSpace(match[1]), "\n") {
			if !strings.HasPrefix(strings.TrimSpace(line), "//") {
				kept = append(kept, strings.ReplaceAll(line, "\t", "    "))
			}
		}
		if source := strings.TrimSpace(strings.Join(kept, "\n")); source != "" && len(kept) <= 24 {
			d.illustrate(Slide{Title: d.heading, Kind: "code", Output: source, bounded: true})
		}
	}
}
