// SPDX-License-Identifier: Apache-2.0

package notebooks_test

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	printed = regexp.MustCompile(`fmt\.(Print|Printf|Println)\(("(?:[^"\\]|\\.)*")`)
	verb    = regexp.MustCompile(`%[-+# 0]*[\d.*]*[a-zA-Z%]`)
)

// stale lists the words that a notebook's code prints and that no output shows: the code has changed since. What the body of
// a cell prints, below its line %%, is in the cell's own output; what a function prints, in that of a cell that calls it.
func stale(n notebook) (missing []string) {
	var everywhere string
	for _, cell := range n.Cells {
		everywhere += cell.shown()
	}
	for _, cell := range n.Cells {
		if cell.Type != "code" {
			continue
		}
		functions, body, _ := strings.Cut(string(cell.Source), "%%\n")
		missing = append(missing, unprinted(functions, everywhere)...)
		missing = append(missing, unprinted(body, cell.shown())...)
	}
	return missing
}

func (c cell) shown() (text string) {
	for _, output := range c.Outputs {
		text += output.shown() + "\n"
	}
	return text
}

// unprinted lists the words of a source's formats that the output lacks.
func unprinted(source, output string) (missing []string) {
	for _, found := range printed.FindAllStringSubmatch(source, -1) {
		format, err := strconv.Unquote(found[2])
		if err != nil {
			continue
		}
		if found[1] == "Printf" {
			format = verb.ReplaceAllString(format, "\n")
		}
		for words := range strings.Lines(format) {
			if words = strings.TrimSpace(words); len(words) > 3 && !strings.Contains(output, words) {
				missing = append(missing, words)
			}
		}
	}
	return missing
}

// The committed outputs are those of the code that stands above them.
func TestOutputsAreOfTheCode(t *testing.T) {
	for _, name := range all(t) {
		for _, words := range stale(read(t, name)) {
			t.Errorf("%s prints %q, but no output shows it: execute it again", filepath.Base(name), words)
		}
	}
}

func TestStale(t *testing.T) {
	for source, want := range map[string]string{
		`fmt.Println("loss:", 1)`:                    "",
		`fmt.Printf("%5.1f%% of them\n", x)`:         "",
		`fmt.Printf("after %d steps\nof", n)`:        "after|steps",
		`fmt.Println("accuracy, % of", n)`:           "accuracy, % of",
		`fmt.Printf("a \"quoted\" word %d", 1)`:      `a "quoted" word`,
		`s := "not printed"`:                         "",
		`fmt.Println("elsewhere")`:                   "elsewhere",
		"}\n\n%%\n" + `fmt.Println("elsewhere")`:     "elsewhere",
		`fmt.Println("elsewhere") }` + "\n\n%%\nf()": "",
	} {
		if !strings.Contains(source, "%%\n") {
			source = "%%\n" + source
		}
		n := notebook{Cells: []cell{
			{Type: "code", Source: text(source), Outputs: []output{{Text: "loss: 1\n 50.0% of them\n"}}},
			{Type: "code", Outputs: []output{{Text: "elsewhere\n"}}},
		}}
		if got := strings.Join(stale(n), "|"); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}
