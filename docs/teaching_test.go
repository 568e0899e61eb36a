// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func teachingPages(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("teaching/*.md")
	if err != nil || len(pages) < 5 {
		t.Fatal(pages, err)
	}
	return append(pages, "teaching.md")
}

// A place in a notebook: its label, number and heading, and the link.
var place = regexp.MustCompile(`\[(?:(\d\d)|bug museum) "([^"]+)"\]\(([^)#]+\.ipynb)#([^)]+)\)`)

// Each section that a teacher is sent to is in the notebook, under the heading that the page quotes.
func TestPlaces(t *testing.T) {
	found := 0
	for _, page := range teachingPages(t) {
		for _, match := range place.FindAllStringSubmatch(read(t, page), -1) {
			found++
			notebook := filepath.Join(filepath.Dir(page), match[3])
			if !strings.HasPrefix(filepath.Base(notebook), match[1]) {
				t.Errorf("%s: %s leads to %s", page, match[1], notebook)
			}
			heads := heading.FindAllStringSubmatch(text(t, notebook), -1)
			if !slices.ContainsFunc(heads, func(h []string) bool { return h[1] == match[2] }) {
				t.Errorf("%s: %s has no heading %q", page, notebook, match[2])
			}
		}
		if other := regexp.MustCompile(`\b\d\d,? "`).FindString(place.ReplaceAllString(read(t, page), "")); other != "" {
			t.Errorf("%s: a section after %q is quoted without a link to it", page, other)
		}
	}
	if found < 20 {
		t.Errorf("only %d places found", found)
	}
}

var (
	step   = regexp.MustCompile(`(?m)^### (\d+)–(\d+) · .*$`)
	spoken = regexp.MustCompile(`(?m)^> ?(.*)$`)
	given  = regexp.MustCompile(`\((\d+) minutes?\)`)
	length = regexp.MustCompile(`^# Lesson \d, (\d+) minutes`)
)

// clock is how many minutes a step takes, as docs/teaching.md counts them.
func clock(step string) (minutes float64, words int) {
	for _, line := range spoken.FindAllStringSubmatch(step, -1) {
		words += len(strings.Fields(line[1]))
	}
	minutes = float64(words)/120 + 2*float64(strings.Count(step, "**Draw**"))
	minutes += 1.5 * float64(strings.Count(step, "**Ask**")+len(place.FindAllString(step, -1)))
	for _, time := range given.FindAllStringSubmatch(step, -1) {
		n, _ := strconv.Atoi(time[1])
		minutes += float64(n)
	}
	return minutes, words
}

// The steps of a lesson follow one another and add up to its length, and each has as much in it as its minutes hold.
func TestLessonsFit(t *testing.T) {
	for _, page := range []string{"teaching/lesson-45.md", "teaching/lesson-90.md", "teaching/lesson-180.md"} {
		script := read(t, page)
		promised := length.FindStringSubmatch(script)
		if promised == nil {
			t.Fatalf("%s does not say how long it is", page)
		}
		script, _, _ = strings.Cut(script, "## When you are late")
		at, words := 0, 0
		steps := step.FindAllStringSubmatchIndex(script, -1)
		for i, s := range steps {
			name := script[s[0]:s[1]]
			from, _ := strconv.Atoi(script[s[2]:s[3]])
			to, _ := strconv.Atoi(script[s[4]:s[5]])
			if from != at || to <= from {
				t.Errorf("%s: %q does not begin at minute %d", page, name, at)
			}
			at = to
			end := len(script)
			if i+1 < len(steps) {
				end = steps[i+1][0]
			}
			takes, said := clock(script[s[1]:end])
			words += said
			t.Logf("%s: %s takes %.1f minutes", page, name, takes)
			if planned := float64(to - from); takes > planned || takes < planned*2/3 {
				t.Errorf("%s: %q takes %.1f minutes", page, name, takes)
			}
		}
		if fmt.Sprint(at) != promised[1] {
			t.Errorf("%s: %d minutes of %s", page, at, promised[1])
		}
		t.Logf("%s: %d words in %d minutes", page, words, at)
	}
}

// The key has an answer for each exercise and question of each notebook.
func TestAnswers(t *testing.T) {
	sections := strings.Split(read(t, "teaching/answers.md"), "\n## ")
	for _, notebook := range []string{"00_start", "01_plain", "02_residual", "03_highway", "04_dense", "05_compare", "06_gradients", "07_lesions", "08_landscape"} {
		_, exercises, ok := strings.Cut(text(t, "../notebooks/"+notebook+".ipynb"), "## Exercises\n")
		i := slices.IndexFunc(sections, func(s string) bool { return strings.HasPrefix(s, notebook[:2]+" · ") })
		if !ok || i < 0 {
			t.Fatalf("%s: exercises %t, answers %t", notebook, ok, i >= 0)
		}
		for kind, in := range map[string]*regexp.Regexp{"Exercise": regexp.MustCompile(`(?m)^### (\d+)`), "Question": regexp.MustCompile(`(?m)^(\d+)\. `)} {
			var asked, answered []string
			for _, match := range in.FindAllStringSubmatch(exercises, -1) {
				asked = append(asked, match[1])
			}
			for _, match := range regexp.MustCompile(`(?m)^\*\*`+kind+` (\d+)`).FindAllStringSubmatch(sections[i], -1) {
				answered = append(answered, match[1])
			}
			if !slices.Equal(asked, answered) {
				t.Errorf("%s: %s %s asked, %s answered", notebook, kind, asked, answered)
			}
		}
	}
	rooms := regexp.MustCompile(`(?m)^### (\d+)`).FindAllString(text(t, "../notebooks/exercises/bug_museum.ipynb"), -1)
	if answers := strings.Count(sections[len(sections)-1], "\n**Room "); answers != len(rooms) {
		t.Errorf("%d rooms, %d answers", len(rooms), answers)
	}
}

// Every number in the key that a solution printed or says is in a solution.
func TestAnswersShowNoOtherNumbers(t *testing.T) {
	solutions, err := filepath.Glob("../notebooks/solutions/*.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	for _, file := range solutions {
		shown.WriteString(read(t, file))
	}
	for _, number := range regexp.MustCompile(`\d+\.\d+`).FindAllString(read(t, "teaching/answers.md"), -1) {
		if !strings.Contains(shown.String(), number) {
			t.Errorf("no solution shows %s", number)
		}
	}
}

// The sketches can be read, and a reader who cannot see them is told what they show.
func TestSketches(t *testing.T) {
	sketches, err := filepath.Glob("teaching/*.svg")
	if err != nil || len(sketches) == 0 {
		t.Fatal(sketches, err)
	}
	all := ""
	for _, page := range teachingPages(t) {
		all += read(t, page)
	}
	all += read(t, "teaching/handout.html")
	for _, file := range sketches {
		content := read(t, file)
		for decoder := xml.NewDecoder(strings.NewReader(content)); err == nil; {
			_, err = decoder.Token()
		}
		if !errors.Is(err, io.EOF) || !strings.Contains(content, "<title>") {
			t.Errorf("%s: %v, or without a title", file, err)
		}
		err = nil
		if !strings.Contains(all, filepath.Base(file)) {
			t.Errorf("no page shows %s", file)
		}
	}
}

// The handout is one page of A4, and its figures are those of README.
func TestHandout(t *testing.T) {
	printed, err := os.ReadFile("teaching/handout.pdf")
	if err != nil {
		t.Fatal(err)
	}
	if len(printed) > 200_000 {
		t.Errorf("the PDF has %d bytes", len(printed))
	}
	pages := regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(printed, -1)
	boxes := regexp.MustCompile(`/MediaBox\s*\[0 0 (\d+)[.\d]* (\d+)`).FindAllStringSubmatch(string(printed), -1)
	if len(pages) != 1 || len(boxes) != 1 || boxes[0][1] != "594" && boxes[0][1] != "595" || boxes[0][2] != "841" && boxes[0][2] != "842" {
		t.Errorf("%d pages of %q points", len(pages), boxes)
	}
	digest := sha256.Sum256([]byte(read(t, "teaching/handout.html") + read(t, "teaching/predict.svg")))
	if !strings.HasSuffix(strings.TrimSpace(string(printed)), fmt.Sprintf("%% of %x", digest)) {
		t.Error("handout.pdf was not printed of this handout.html: run docs/teaching/print.sh, and look at the page")
	}
	readme := read(t, "../README.md")
	numbers := regexp.MustCompile(`\d+\.\d ± \d\.\d`).FindAllString(read(t, "teaching/handout.html"), -1)
	if len(numbers) < 8 {
		t.Errorf("only %d figures found", len(numbers))
	}
	for _, number := range numbers {
		if !strings.Contains(readme, number) {
			t.Errorf("README has no %s", number)
		}
	}
}
