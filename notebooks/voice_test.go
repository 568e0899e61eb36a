// SPDX-License-Identifier: Apache-2.0

package notebooks_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What a reader of a lesson can bear.
const (
	longestProse = 330 // words of a markdown cell
	predictions  = 3   // boxes to predict and unfold in a lesson
)

// lessons are the notebooks that these rules hold for, and whether each is a chapter: one with predictions and a closing.
var lessons = map[string]bool{
	"00_start.ipynb": false, "01_plain.ipynb": true, "02_residual.ipynb": true, "03_highway.ipynb": true, "04_dense.ipynb": true, "05_compare.ipynb": true,
	"06_gradients.ipynb": true, "07_lesions.ipynb": true, "08_landscape.ipynb": true, "09_under_the_hood.ipynb": false, "10_your_turn.ipynb": false,
}

var details = regexp.MustCompile(`(?s)\*\*Predict\.\*\*.*?<details><summary>.*?</details>`)

// unclear lists where a lesson breaks a rule of style. Its number is that of the notebook.
func unclear(n notebook, number int, chapter bool) (faults []string) {
	fault := func(cell int, format string, args ...any) {
		faults = append(faults, fmt.Sprintf("cell %d: ", cell+1)+fmt.Sprintf(format, args...))
	}
	boxes := 0
	var prose string
	for i, cell := range n.Cells {
		source := string(cell.Source)
		if cell.Type == "markdown" {
			if words := len(strings.Fields(formula.ReplaceAllString(source, " "))); words > longestProse {
				fault(i, "%d words, at most %d are easy to read", words, longestProse)
			}
			boxes += len(details.FindAllString(source, -1))
			prose += source + "\n"
			continue
		}
		if strings.Contains(source, "plots.Show(") {
			fault(i, "plots.Show: write show(…)")
		}
	}
	if chapter && boxes < predictions {
		fault(0, "%d boxes to predict and unfold, want %d", boxes, predictions)
	}
	for _, part := range []string{"**In three sentences.**", "**The next question.**"} {
		if chapter && !strings.Contains(prose, part) {
			fault(len(n.Cells)-1, "it does not end with %s", part)
		}
	}
	return slices.Concat(faults, uncaptioned(n, fmt.Sprint(number)), unexplained(n))
}

// Mathematics counts as no words.
var formula = regexp.MustCompile(`(?s)\$\$.*?\$\$|\$[^$]*\$`)

// terms that are explained where they first stand, in bold, and in which lesson; before that no lesson uses them in its prose.
var terms = []struct {
	explained string // what introduces the term
	used      *regexp.Regexp
	lesson    string
}{
	{"batch normalisation**", regexp.MustCompile(`\bBN\b|batch normalisation`), "01_plain.ipynb"},
	{"**Jacobian**", regexp.MustCompile(`Jacobian`), "01_plain.ipynb"},
	{"**kernel**", regexp.MustCompile(`\bkernels\b`), "01_plain.ipynb"},
	{"**stride**", regexp.MustCompile(`\bstride\b`), "01_plain.ipynb"},
	{"**degradation**", regexp.MustCompile(`degradation`), "01_plain.ipynb"},
	{"**shortcut**", regexp.MustCompile(`\bshortcut\b`), "02_residual.ipynb"},
	{"**branch**", regexp.MustCompile(`\bbranch\b`), "02_residual.ipynb"},
	{"**gate**", regexp.MustCompile(`\bgate\b`), "03_highway.ipynb"},
	{"**growth rate**", regexp.MustCompile(`growth rate`), "04_dense.ipynb"},
	{"**confusion matrix**", regexp.MustCompile(`confusion matrix`), "05_compare.ipynb"},
}

// unexplained lists terms that a lesson uses in its text before it explains them. Headings may name what is to come.
func unexplained(n notebook) (faults []string) {
	var prose string
	for _, cell := range n.Cells {
		if cell.Type == "markdown" {
			for line := range strings.Lines(string(cell.Source) + "\n") {
				if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "*What you will") {
					prose += line
				}
			}
		}
	}
	for _, term := range terms {
		explained := strings.Index(prose, term.explained)
		if explained < 0 {
			continue // in another lesson; which one, TestTerms says
		}
		if used := term.used.FindStringIndex(prose); used != nil && used[0] < explained-len("*BN* is **") {
			faults = append(faults, fmt.Sprintf("%q is used before it is explained", prose[used[0]:used[1]]))
		}
	}
	return faults
}

// The lessons hold the rules of style that a program can check.
func TestLessonsAreClear(t *testing.T) {
	for name, chapter := range lessons {
		number := 0
		if _, err := fmt.Sscanf(name, "%d", &number); err != nil {
			t.Fatal(err)
		}
		for _, fault := range unclear(read(t, name), number, chapter) {
			t.Errorf("%s: %s", name, fault)
		}
	}
}

// Each term is explained in its lesson.
func TestTerms(t *testing.T) {
	for _, term := range terms {
		for _, name := range all(t) {
			if _, told := lessons[name]; !told || name != term.lesson {
				continue
			}
			var prose string
			for _, cell := range read(t, name).Cells {
				if cell.Type == "markdown" {
					prose += string(cell.Source) + "\n"
				}
			}
			if !strings.Contains(prose, term.explained) {
				t.Errorf("%s does not explain %s", name, term.explained)
			}
		}
	}
}

func TestUnclear(t *testing.T) {
	picture := `{"output_type": "display_data", "data": {"image/png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="}}`
	good := `{"cells": [
		{"cell_type": "markdown", "source": "# A lesson\n\nIn it *BN*, **batch normalisation**, is explained."},
		{"cell_type": "code", "source": "show(f())", "outputs": [` + picture + `]},
		{"cell_type": "markdown", "source": "**Figure 7.1.** What to see. **Predict.** A? <details><summary>Unfold</summary>B</details> **Predict.** C? <details><summary>Unfold</summary>D</details>\n**Predict.** E?\n<details><summary>Unfold</summary>F</details>\n**In three sentences.** BN. **The next question.** Why?"}]}`
	for name, test := range map[string]struct{ old, new, want string }{
		"good":          {"", "", ""},
		"no caption":    {"**Figure 7.1.** What", "What", "the next cell does not begin with **Figure 7.1.**"},
		"misnumbered":   {"Figure 7.1.", "Figure 7.2.", "does not begin with **Figure 7.1.**"},
		"two figures":   {picture, picture + "," + picture, "2 figures"},
		"another one":   {"**Predict.** C", "**Figure 7.2.** **Predict.** C", "2 captions for 1 figures"},
		"old show":      {"show(f())", "must.M(plots.Show(f()))", "write show(…)"},
		"few boxes":     {"**Predict.** C?", "C?", "2 boxes"},
		"no end":        {"**In three sentences.** BN.", "BN.", "In three sentences"},
		"no question":   {"**The next question.**", "", "The next question"},
		"long":          {"What to see.", strings.Repeat("word ", longestProse), "words, at most"},
		"before":        {"In it *BN*", "BN is good. In it *BN*", `"BN" is used before`},
		"not a picture": {"iVBORw0KGgo", "AAAA", "pixels, at most"},
	} {
		var n notebook
		if err := json.Unmarshal([]byte(strings.Replace(good, test.old, test.new, 1)), &n); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := strings.Join(unclear(n, 7, true), "; ")
		if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
