// SPDX-License-Identifier: Apache-2.0

package site

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/skipnets/skipnets/internal/setup"
)

//go:embed convert.py
var convertScript string

// A chapter is a notebook as a page.
type chapter struct {
	File, Title, Promise string
	Body, Solutions      template.HTML
	Sections, Solved     []section // of the body, and of the solutions
}

// A section begins at a heading.
type section struct {
	Level     int
	ID, Title string
	Text      string // without tags, for the search
}

// course converts the notebooks, with the outputs that they hold, and writes their figures and the index of the search.
func (b *builder) course(ctx context.Context, s *setup.Setup) ([]chapter, error) {
	notebooks, err := s.Notebooks()
	if err != nil {
		return nil, err
	}
	b.say("converting %d notebooks", len(notebooks))
	cmd := s.PythonCommand(ctx, append([]string{"-c", convertScript}, notebooks...)...)
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("convert the notebooks: %w\n%s", err, trouble.String())
	}
	var bodies []string
	if err := json.Unmarshal(out, &bodies); err != nil || len(bodies) != len(notebooks) {
		return nil, fmt.Errorf("convert the notebooks: %d pieces for %d notebooks: %v", len(bodies), len(notebooks), err)
	}
	if err := os.MkdirAll(filepath.Join(b.dir, "figures"), 0o755); err != nil {
		return nil, err
	}
	var chapters []chapter
	for i, notebook := range notebooks {
		name := strings.TrimSuffix(filepath.Base(notebook), ".ipynb")
		body, err := b.figures(name, readable(bodies[i]))
		if err != nil {
			return nil, err
		}
		folder := "/notebooks"
		if at := filepath.Base(filepath.Dir(notebook)); at != "notebooks" {
			folder = path.Join(folder, at)
		}
		of, solutions := strings.CutSuffix(name, "_solutions")
		if solutions {
			for c := range chapters {
				if chapters[c].File == of+".html" {
					solved := apart(links(folder, body))
					chapters[c].Solutions, chapters[c].Solved = template.HTML(solved), sections(solved)
				}
			}
			continue
		}
		c := chapter{File: name + ".html", Sections: sections(body)}
		if c.Title, c.Promise, err = setup.Opening(notebook); err != nil {
			return nil, err
		}
		c.Body = template.HTML(links(folder, body))
		chapters = append(chapters, c)
	}
	return chapters, b.index(chapters)
}

// A picture within a page, as base64. It becomes a file of its own, so that a page is small, and loads when it is in sight.
var inlinePicture = regexp.MustCompile(`src="data:image/png;base64,([^"]+)"`)

func (b *builder) figures(name, body string) (string, error) {
	n := 0
	var failure error
	body = inlinePicture.ReplaceAllStringFunc(body, func(match string) string {
		n++
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(html.UnescapeString(inlinePicture.FindStringSubmatch(match)[1])), ""))
		file := fmt.Sprintf("figures/%s-%d.png", name, n)
		if err == nil {
			err = b.write(file, data)
		}
		if err != nil {
			failure = fmt.Errorf("figure %d of %s: %w", n, name, err)
		}
		return `loading="lazy" src="` + file + `"`
	})
	return described(body), failure
}

// undescribed is what nbconvert says of each figure.
const undescribed = `alt="No description has been provided for this image"`

var caption = regexp.MustCompile(`<strong>Figure (\d+\.\d+)\.</strong>`)

// described says instead where the reader finds a figure's description: in the caption below it, if there is one before the next figure.
func described(body string) string {
	pieces := strings.Split(body, undescribed)
	for i, piece := range pieces[1:] {
		alt := "Drawn by the code above"
		below, _, _ := strings.Cut(piece, "<img")
		if found := caption.FindStringSubmatch(below); found != nil {
			alt = "Figure " + found[1] + ", described below"
		}
		pieces[i+1] = `alt="` + alt + `"` + piece
	}
	return strings.Join(pieces, "")
}

// A link or a picture on a page: group 1 is the attribute, group 2 the address, as HTML has it.
var address = regexp.MustCompile(`(href|src)="([^"]+)"`)

const repository = "https://github.com/skipnets/skipnets/blob/main/"

// links lets notebooks lead to their pages, solutions to the end of them, and other files to the repository, as seen from a folder of it.
func links(folder, body string) string {
	return address.ReplaceAllStringFunc(body, func(match string) string {
		parts := address.FindStringSubmatch(match)
		to, err := url.Parse(html.UnescapeString(parts[2]))
		if err != nil || to.Scheme != "" || to.Host != "" || to.Path == "" || strings.HasPrefix(to.Path, "figures/") {
			return match
		}
		name, notebook := strings.CutSuffix(path.Base(to.Path), ".ipynb")
		if of, solutions := strings.CutSuffix(name, "_solutions"); notebook && solutions {
			to = &url.URL{Path: of + ".html", Fragment: "solutions"}
		} else if notebook {
			to = &url.URL{Path: name + ".html", Fragment: to.Fragment}
		} else {
			file := url.URL{Path: path.Join(folder, to.Path), Fragment: to.Fragment}
			return parts[1] + `="` + html.EscapeString(repository+strings.TrimPrefix(file.String(), "/")) + `"`
		}
		return parts[1] + `="` + html.EscapeString(to.String()) + `"`
	})
}

// An anchor's name. nbconvert writes it as in an address, where a browser looks for it as it is read.
var anchor = regexp.MustCompile(` id="([^"]+)"`)

func readable(body string) string {
	return anchor.ReplaceAllStringFunc(body, func(match string) string {
		if name, err := url.PathUnescape(anchor.FindStringSubmatch(match)[1]); err == nil {
			return ` id="` + name + `"`
		}
		return match
	})
}

// apart gives the headings and links within solutions names of their own on the page, and lowers the headings by a level.
func apart(body string) string {
	body = anchor.ReplaceAllString(body, ` id="solution-$1"`)
	body = regexp.MustCompile(`href="#([^"]+)"`).ReplaceAllString(body, `href="#solution-$1"`)
	for level := 4; level > 0; level-- {
		body = strings.NewReplacer(fmt.Sprintf("<h%d", level), fmt.Sprintf("<h%d", level+1), fmt.Sprintf("</h%d>", level), fmt.Sprintf("</h%d>", level+1)).Replace(body)
	}
	return body
}
