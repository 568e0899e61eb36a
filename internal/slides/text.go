// SPDX-License-Identifier: Apache-2.0

package slides

import (
	"regexp"
	"strings"
)

var (
	title    = regexp.MustCompile(`^(#+)\s+(.*)`)
	marked   = regexp.MustCompile(`^\*\*(Predict|In three sentences|The next question)\.\*\*\s*(?s:(.*))`)
	caption  = regexp.MustCompile(`^\*\*Figure [\d.]+\*\*\s*(?s:(.*))`)
	term     = regexp.MustCompile(`\*\*[^*]+\*\*`)
	item     = regexp.MustCompile(`(?m)^(?:[-*]|\d+\.)\s+`)
	folded   = regexp.MustCompile(`(?s)<details>.*?</summary>(.*)</details>`)
	sentence = regexp.MustCompile(`[\p{Ll}\d)$*”"%][.?!]\*{0,2}\s+[\p{Lu}*$"“]`)
)

// paragraphs divides Markdown at its empty lines. What is fenced, folded away or a formula is one piece.
func paragraphs(source string) (all []string) {
	var piece []string
	inside := ""
	for _, line := range append(strings.Split(source, "\n"), "") {
		trimmed := strings.TrimSpace(line)
		switch {
		case inside != "":
			if strings.HasSuffix(trimmed, inside) {
				inside = ""
			}
		case strings.HasPrefix(trimmed, "<details"):
			inside = "</details>"
		case strings.HasPrefix(trimmed, "```"):
			inside = "```"
		case strings.HasPrefix(trimmed, "$$") && strings.Count(trimmed, "$$")%2 == 1:
			inside = "$$"
		}
		if trimmed == "" && inside == "" || title.MatchString(line) && inside == "" {
			if len(piece) > 0 {
				all = append(all, strings.Join(piece, "\n"))
			}
			piece = nil
		}
		switch {
		case title.MatchString(line) && inside == "":
			all = append(all, line)
		case trimmed != "" || inside != "":
			piece = append(piece, line)
		}
	}
	return append(all, strings.Join(piece, "\n"))
}

// sentences divides a paragraph.
func sentences(paragraph string) (all []string) {
	paragraph = strings.Join(strings.Fields(paragraph), " ")
	for {
		at := sentence.FindStringIndex(paragraph)
		if at == nil {
			return append(all, paragraph)
		}
		end := at[0] + strings.IndexByte(paragraph[at[0]:at[1]], ' ')
		all = append(all, paragraph[:end])
		paragraph = paragraph[end+1:]
	}
}

func first(paragraph string, n int) string {
	all := sentences(paragraph)
	return strings.Join(all[:min(n, len(all))], " ")
}

// paragraph puts a piece of prose where it belongs.
func (d *deriver) paragraph(p string) {
	if p = strings.TrimSpace(p); p == "" {
		return
	}
	if match := title.FindStringSubmatch(p); match != nil {
		d.section(len(match[1]), match[2])
		return
	}
	if match := marked.FindStringSubmatch(p); match != nil {
		s := d.add(Slide{Title: match[1], Kind: "text", Notes: []string{p}, bounded: true})
		switch match[1] {
		case "Predict":
			s.Kind, s.Body = "predict", []string{match[2]}
		case "In three sentences":
			s.Body = []string{"- " + strings.Join(sentences(match[2]), "\n- ")}
		default:
			s.Body = []string{match[2]}
		}
		return
	}
	if match := folded.FindStringSubmatch(p); match != nil {
		if d.last().Kind == "predict" {
			d.last().Answer = strings.TrimSpace(match[1])
		}
		return
	}
	if match := caption.FindStringSubmatch(p); match != nil {
		if d.last().Kind == "figure" {
			d.last().Body = append(d.last().Body, first(match[1], 2))
		}
		d.last().Notes = append(d.last().Notes, p)
		return
	}
	d.prose(p)
}

// section begins one: a title makes the opening, a heading a slide.
func (d *deriver) section(level int, heading string) {
	d.before = ""
	switch {
	case level == 1 && d.title == "":
		d.title, d.heading = heading, heading
		d.add(Slide{Title: heading, Kind: "opening"})
		return
	case heading == "Exercises":
		d.exercises = true
	}
	kind := "text"
	if d.exercises {
		kind = "exercise"
		if level == 3 && heading != "Questions" {
			heading = "Exercise " + heading
		}
	}
	d.heading = heading
	d.add(Slide{Title: heading, Kind: kind})
}

// prose shows of a paragraph what a class must see, and keeps all of it as notes.
func (d *deriver) prose(p string) {
	shown := ""
	s := d.last()
	switch {
	case s.Kind == "opening":
		if inner := strings.Trim(p, "*"); p == "*"+inner+"*" {
			shown = inner
		}
	case strings.HasPrefix(p, "$$"), strings.HasPrefix(p, "|"):
		shown = strings.TrimSpace(d.before + "\n\n" + p)
	case d.exercises && d.heading == "Exercises": // how to run a cell
	case d.exercises:
		shown = p
	case item.MatchString(p) && item.FindStringIndex(p)[0] == 0:
		for _, entry := range item.Split(p, -1)[1:] {
			shown += "- " + first(entry, 1) + "\n"
		}
	default:
		shown = strings.Join(telling(p, !s.leads && !s.bounded), " ")
		s.leads = s.leads || shown != ""
	}
	all := sentences(p)
	if d.before = ""; strings.HasSuffix(p, ":") && !strings.HasSuffix(shown, all[len(all)-1]) {
		d.before = all[len(all)-1] // leads to a formula or a table, which would not be understood without
	}
	if shown != "" {
		d.show(shown)
	}
	d.last().Notes = append(d.last().Notes, p)
}

// telling are the sentences with a question or a bold term, and with lead the first one too.
func telling(p string, lead bool) (kept []string) {
	for i, s := range sentences(p) {
		if i == 0 && lead && !strings.HasPrefix(p, "(") || strings.HasSuffix(s, "?") || term.MatchString(s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// show puts a piece on the slide, or on a new one when it is full.
func (d *deriver) show(piece string) {
	weight := len(strings.Fields(piece))
	switch {
	case strings.Contains(piece, "$$"):
		weight = 12 + 6*strings.Count(piece, `\\`) + 8*strings.Count(piece, "\n=") // a formula's lines are high
	case strings.Contains(piece, "|\n|"):
		weight = 9 * strings.Count(piece, "\n")
	}
	s := d.last()
	if s.bounded || len(s.Body) > 0 && s.weight+weight > most {
		kind := "text"
		if d.exercises {
			kind = "exercise"
		}
		s = d.add(Slide{Title: d.heading, Kind: kind, leads: true})
	}
	s.Body, s.weight = append(s.Body, piece), s.weight+weight
}
