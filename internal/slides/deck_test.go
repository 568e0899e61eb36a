// SPDX-License-Identifier: Apache-2.0

package slides

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type cell map[string]any

func prose(text string) cell { return cell{"cell_type": "markdown", "source": text} }

func ran(printed, markdown, png string) cell {
	data := map[string]any{}
	if markdown != "" {
		data["text/markdown"] = markdown
	}
	if png != "" {
		data["image/png"] = png
	}
	return cell{"cell_type": "code", "source": []string{"%%\n", "x()"}, "outputs": []any{map[string]any{"text": strings.SplitAfter(printed, "\n"), "data": data}}}
}

func derive(t *testing.T, cells ...cell) Deck {
	t.Helper()
	content, err := json.Marshal(map[string]any{"cells": cells})
	if err != nil {
		t.Fatal(err)
	}
	deck, err := Derive(content)
	if err != nil {
		t.Fatal(err)
	}
	return deck
}

func TestDerive(t *testing.T) {
	opening := prose("# 1 · Plain\n\n*What you will understand.*\n\nOnly a note.")
	for _, test := range []struct {
		name  string
		cells []cell
		want  []Slide // after the opening; notes are not compared
	}{
		{
			"the first sentence, terms and questions", []cell{prose("## A\n\nOne is first. Two is not shown. A **term** is. Is a question?\n\nThird, et al. (2015). A **word** more.")},
			[]Slide{{Title: "A", Kind: "text", Body: []string{"One is first. A **term** is. Is a question?", "A **word** more."}}},
		},
		{
			"a formula with the sentence that leads to it", []cell{prose("## A\n\nOne. Two.\n\nSo it is. We get:\n\n$$\na\n\n= b\n$$")},
			[]Slide{{Title: "A", Kind: "text", Body: []string{"One.", "We get:\n\n$$\na\n\n= b\n$$"}}},
		},
		{
			"a figure with the text before it, and its caption", []cell{prose("## A\n\nOne. Two."), ran("a number\n", "", "AA\nBB\n"), prose("**Figure 1.2.** See this. And that. No more.")},
			[]Slide{{Title: "A", Kind: "figure", Lead: []string{"One."}, Figure: "AABB", Body: []string{"See this. And that."}}},
		},
		{
			"a printed table, but no log of a training", []cell{prose("## A"), ran("a  b\n1  2\n", "", ""), ran("epoch 1 at 200 images/s\n", "", "")},
			[]Slide{{Title: "A", Kind: "output", Output: "a  b\n1  2"}},
		},
		{
			"source without its comments", []cell{prose("## A"), ran("", "```go\n// Why.\nfunc f() {\n\t// how\n\tg()\n}\n```", "")},
			[]Slide{{Title: "A", Kind: "code", Output: "func f() {\n    g()\n}"}},
		},
		{
			"a prediction, with its answer folded away", []cell{prose("## A\n\nOne.\n\n**Predict.** How much? Write it down.\n\n<details><summary>Unfold</summary>\n\nTwice.\n\nOr more.\n\n</details>\n\nAfter it. Nothing.")},
			[]Slide{{Title: "A", Kind: "text", Body: []string{"One."}}, {Title: "Predict", Kind: "predict", Body: []string{"How much? Write it down."}, Answer: "Twice.\n\nOr more."}},
		},
		{
			"the closing", []cell{prose("## A\n\n**In three sentences.** One. Two. Three.\n\n**The next question.** What now?")},
			[]Slide{{Title: "In three sentences", Kind: "text", Body: []string{"- One.\n- Two.\n- Three."}}, {Title: "The next question", Kind: "text", Body: []string{"What now?"}}},
		},
		{
			"exercises whole, without their verdicts", []cell{prose("## Exercises\n\nRun the cell."), prose("### 1\n\nHow much? Count it well."), ran("✗ no\n", "", ""), prose("### Questions\n\n1. Why?\n2. How?")},
			[]Slide{{Title: "Exercise 1", Kind: "exercise", Body: []string{"How much? Count it well."}}, {Title: "Questions", Kind: "exercise", Body: []string{"1. Why?\n2. How?"}}},
		},
		{
			"lists by their first sentences", []cell{prose("## A\n\n- One. More.\n- Two. More.")},
			[]Slide{{Title: "A", Kind: "text", Body: []string{"- One.\n- Two.\n"}}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			deck := derive(t, append([]cell{opening}, test.cells...)...)
			if first := deck.Slides[0]; deck.Title != "1 · Plain" || first.Kind != "opening" || !slices.Equal(first.Body, []string{"What you will understand."}) {
				t.Errorf("it opens with %+v", first)
			}
			same := func(a, b Slide) bool {
				return a.Title == b.Title && a.Kind == b.Kind && slices.Equal(a.Lead, b.Lead) && slices.Equal(a.Body, b.Body) && a.Figure == b.Figure && a.Output == b.Output && a.Answer == b.Answer
			}
			if got := deck.Slides[1:]; !slices.EqualFunc(got, test.want, same) {
				t.Errorf("%+v\nwant %+v", got, test.want)
			}
		})
	}
}

// All the prose is in the speaker's notes, and a full slide goes on as another.
func TestNotesAndLength(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("Is it so that this is asked? ", 10))
	deck := derive(t, prose("# T\n\n## A\n\nOne. Two.\n\n"+long+"\n\n"+long))
	if len(deck.Slides) != 3 || deck.Slides[1].Title != "A" || deck.Slides[2].Title != "A" {
		t.Errorf("%+v", deck.Slides)
	}
	var notes []string
	for _, s := range deck.Slides {
		notes = append(notes, s.Notes...)
	}
	if want := []string{"One. Two.", long, long}; !slices.Equal(notes, want) {
		t.Errorf("notes %q", notes)
	}
}

func TestNoNotebook(t *testing.T) {
	for content, want := range map[string]string{"{": "not a notebook", "{}": "nothing to make slides of", `{"cells": [{"cell_type": "markdown", "source": 5}]}`: "nothing to make slides of"} {
		if _, err := Derive([]byte(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", content, err)
		}
	}
}

// Each notebook of the course makes a deck that a lesson can hold.
func TestCourse(t *testing.T) {
	notebooks, err := filepath.Glob("../../notebooks/*.ipynb")
	if err != nil || len(notebooks) < 11 {
		t.Fatal(notebooks, err)
	}
	for _, file := range notebooks {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		deck, err := Derive(content)
		if err != nil || len(deck.Slides) < 8 || len(deck.Slides) > 60 {
			t.Errorf("%s: %d slides, %v", file, len(deck.Slides), err)
		}
		for _, s := range deck.Slides {
			if s.Title == "" || s.weight > 3*most {
				t.Errorf("%s: a slide %q of the length %d", file, s.Title, s.weight)
			}
		}
	}
}
