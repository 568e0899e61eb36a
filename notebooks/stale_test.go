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

// stale lists the words that a notebook's code prints and that its outputs do not show: the code has changed since.
func stale(n notebook) (missing []string) {
	var outputs strings.Builder
	for _, cell := range n.Cells {
		for _, output := range cell.Outputs {
			outputs.WriteString(output.shown() + "\n")
		}
	}
	for _, cell := range n.Cells {
		for _, found := range printed.FindAllStringSubmatch(string(cell.Source), -1) {
			format, err := strconv.Unquote(found[2])
			if cell.Type != "code" || err != nil {
				continue
			}
			if found[1] == "Printf" {
				format = verb.ReplaceAllString(format, "\n")
			}
			for words := range strings.Lines(format) {
				if words = strings.TrimSpace(words); len(words) > 3 && !strings.Contains(outputs.String(), words) {
					missing = append(missing, words)
				}
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
		`fmt.Println("loss:", 1)`:               "",
		`fmt.Printf("%5.1f%% of them\n", x)`:    "",
		`fmt.Printf("after %d steps\nof", n)`:   "after|steps",
		`fmt.Println("accuracy, % of", n)`:      "accuracy, % of",
		`fmt.Printf("a \"quoted\" word %d", 1)`: `a "quoted" word`,
		`s := "not printed"`:                    "",
	} {
		n := notebook{Cells: []cell{{Type: "code", Source: text(source), Outputs: []output{{Text: "loss: 1\n 50.0% of them\n"}}}}}
		if got := strings.Join(stale(n), "|"); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}
