// SPDX-License-Identifier: Apache-2.0

package notebooks_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// What in prose is not a measured figure: mathematics, code, the address of a link, a year, a paper's number at arXiv, the number of a figure, a version.
var notMeasured = regexp.MustCompile(`(?s)\$\$.*?\$\$|\$[^$]*\$|` + "```.*?```|`[^`]*`" + `|\]\([^)]*\)|\b(19|20)\d\d\b|arXiv:[\d.]+|[Ff]igure S?\d+\.\d+|\bv\d+(\.\d+)+`)

// A figure is a number with a decimal point, a per cent sign, or at least three digits.
var figure = regexp.MustCompile(`\d[\d,]*\.\d+%?|\d+%|\d[\d,]*\d{2}`)

// A number is as it is printed.
var number = regexp.MustCompile(`\d+(,\d{3})*(\.\d+)?%?`)

// unseen returns the figures in the notebook's prose that occur in no output and no code of it.
func unseen(n notebook) []string {
	shown := map[string]bool{}
	show := func(text string) {
		for _, printed := range number.FindAllString(text, -1) {
			shown[printed], shown[strings.TrimSuffix(printed, "%")] = true, true
		}
	}
	for _, cell := range n.Cells {
		if cell.Type != "code" {
			continue
		}
		show(string(cell.Source))
		for _, output := range cell.Outputs {
			show(output.shown())
		}
	}
	var missing []string
	for i, cell := range n.Cells {
		if cell.Type != "markdown" {
			continue
		}
		for _, quoted := range figure.FindAllString(notMeasured.ReplaceAllString(string(cell.Source), " "), -1) {
			if !shown[strings.ReplaceAll(quoted, ",", "")] && !shown[quoted] {
				missing = append(missing, fmt.Sprintf("cell %d: %s", i+1, quoted))
			}
		}
	}
	return missing
}

// TestFiguresInProse holds the rule that a notebook's prose quotes no number that the notebook does not show.
func TestFiguresInProse(t *testing.T) {
	for _, name := range all(t) {
		for _, missing := range unseen(read(t, name)) {
			t.Errorf("%s, %s is in no output", name, missing)
		}
	}
}

func TestUnseen(t *testing.T) {
	for prose, want := range map[string]string{
		"It reaches 83.7% in 12 epochs.":             "cell 1: 83.7%",
		"It reaches 84.5%, with 269,722 parameters.": "",
		"About $0.95^{50} = 0.077$, He et al. 2015 (arXiv:1512.03385), `x = 0.25`, [a page](a.html#1.25).": "",
		"Images: 800 of them.":              "",
		"A factor of 1.21":                  "cell 1: 1.21",
		"A part of the other: 84.5 or 697.": "cell 1: 697",
		"Half of it: 4.5%.":                 "cell 1: 4.5%",
		"Version v0.28.8 of GoMLX.":         "",
		"**Figure 7.12.** See figure 1.4.":  "",
		"**Figure S7.12.** It rises.":       "",
	} {
		var n notebook
		cells := fmt.Sprintf(`{"cells":[{"cell_type":"markdown","source":%q},{"cell_type":"code","source":"","outputs":[{"text":"84.5%% of 269722, {800, 200}"}]}]}`, prose)
		if err := json.Unmarshal([]byte(cells), &n); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(unseen(n), "; "); got != want {
			t.Errorf("%q: %q, want %q", prose, got, want)
		}
	}
}
