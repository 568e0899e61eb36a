// SPDX-License-Identifier: Apache-2.0

// Package notebooks_test executes the notebooks as JupyterLab would, and checks the outputs that are committed.
package notebooks_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/skipnets/skipnets/internal/home"
	"github.com/skipnets/skipnets/internal/setup"
	"github.com/skipnets/skipnets/internal/setup/pjrt"
)

const (
	atOnce   = 2                // notebooks executed at the same time: a kernel's programs take up to a gigabyte
	patience = 10 * time.Minute // without a sign of progress: a cell that begins, or shows something
	largest  = 1_500_000        // bytes of a committed notebook
	longest  = 25               // lines of a code cell
)

// A notebook is what we check of the file format nbformat 4.
type notebook struct {
	Cells []cell `json:"cells"`
}

type cell struct {
	Type    string   `json:"cell_type"`
	Source  text     `json:"source"`
	Count   *int     `json:"execution_count"`
	Outputs []output `json:"outputs"`
}

type output struct {
	Type string                     `json:"output_type"`
	Text text                       `json:"text"`
	Data map[string]json.RawMessage `json:"data"`
}

// text is a string or a list of lines; nbformat allows both.
type text string

func (t *text) UnmarshalJSON(content []byte) error {
	var lines []string
	if err := json.Unmarshal(content, &lines); err == nil {
		*t = text(strings.Join(lines, ""))
		return nil
	}
	return json.Unmarshal(content, (*string)(t))
}

// TestExecute runs every notebook in quick mode through the real kernel.
func TestExecute(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves the notebooks out")
	}
	t.Setenv(home.EnvBrief, "1")
	s := ready(t)
	before := listing(t)
	slots := make(chan struct{}, atOnce)
	t.Run("all", func(t *testing.T) { // ends when all of them have
		for _, name := range all(t) {
			t.Run(filepath.Base(name), func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				defer func() { <-slots }()
				execute(t, s, filepath.Join(s.Source, "notebooks", name))
			})
		}
	})
	if after := listing(t); after != before {
		t.Errorf("this folder held %s before the notebooks ran, and now holds %s", before, after)
	}
}

// execute runs a notebook and checks the outputs it gives now.
func execute(t *testing.T, s *setup.Setup, name string) {
	start := time.Now()
	executed, err := s.Execute(t.Context(), name, t.TempDir(), patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v", time.Since(start).Round(time.Second))
	if err := check(executed); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(lasting(t, executed), lasting(t, name)); diff != "" {
		t.Errorf("the committed outputs are not those of the code (-now +committed): execute it again\n%s", diff)
	}
}

// lasting lists what a notebook shows in every mode and on every machine: verdicts of exercises, and sources of blocks.
func lasting(t *testing.T, name string) (shown []string) {
	t.Helper()
	for _, cell := range read(t, name).Cells {
		for _, output := range cell.Outputs {
			for line := range strings.Lines(string(output.Text)) {
				if strings.HasPrefix(line, "✓") || strings.HasPrefix(line, "✗") {
					shown = append(shown, line)
				}
			}
			var source text
			if json.Unmarshal(output.Data["text/markdown"], &source) == nil {
				shown = append(shown, string(source))
			}
		}
	}
	return shown
}

func read(t *testing.T, name string) (n notebook) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &n); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// ready makes ready what notebooks need.
func ready(t *testing.T) *setup.Setup {
	t.Helper()
	dependOn(t, "../pkg")
	s, err := setup.New(setup.Options{Quick: true, Helper: pjrt.Command()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(t.Context(), s.Steps()...); err != nil {
		t.Fatal(err)
	}
	return s
}

// dependOn tells go test, which remembers what passed, that the result depends on the sources in a folder: it keeps note
// of the folders that a test reads, and cannot see what the kernel reads.
func dependOn(t *testing.T, dir string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(_ string, _ fs.DirEntry, err error) error { return err }); err != nil {
		t.Fatal(err)
	}
}

// listing is the names of what is in this folder.
func listing(t *testing.T) string {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		names = append(names, file.Name())
	}
	return strings.Join(names, " ")
}

// TestCommitted checks the notebooks as they are in the repository.
func TestCommitted(t *testing.T) {
	for _, name := range all(t) {
		if err := check(name); err != nil {
			t.Error(err)
		}
	}
}

const (
	exercises = "exercises" // the folder of notebooks that are exercises alone
	solutions = "solutions" // the folder, and what their files' names end with
)

// all lists the notebooks, those of exercises alone, and the solutions of both.
func all(t *testing.T) []string {
	t.Helper()
	notebooks, err := filepath.Glob("*.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	if len(notebooks) == 0 {
		t.Fatal("no notebooks")
	}
	for _, folder := range []string{exercises, solutions} {
		more, err := filepath.Glob(filepath.Join(folder, "*.ipynb"))
		if err != nil {
			t.Fatal(err)
		}
		notebooks = append(notebooks, more...)
	}
	return notebooks
}

// The heading of an exercise, in a notebook's file.
var exercise = regexp.MustCompile(`"### (\d+)\b`)

// Every notebook that leads to solutions has them, and they belong to a notebook.
func TestSolutions(t *testing.T) {
	for _, name := range all(t) {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		other := filepath.Join(solutions, strings.TrimSuffix(filepath.Base(name), ".ipynb")+"_"+solutions+".ipynb")
		wanted := strings.Contains(string(content), filepath.ToSlash(other))
		if filepath.Dir(name) == solutions {
			other, wanted = strings.Replace(filepath.Base(name), "_"+solutions, "", 1), true
			if _, err := os.Stat(other); err != nil {
				other = filepath.Join(exercises, other)
			}
		}
		if _, err := os.Stat(other); wanted && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if wanted && filepath.Dir(name) != solutions {
			solved, err := os.ReadFile(other)
			if err != nil {
				t.Fatal(err)
			}
			numbers := exercise.FindAllStringSubmatch(string(content), -1)
			if len(numbers) == 0 {
				t.Errorf("%s leads to solutions and has no exercise", name)
			}
			for _, number := range numbers {
				if !regexp.MustCompile(`"## ` + number[1] + `\b`).Match(solved) {
					t.Errorf("%s has no solution of exercise %s", other, number[1])
				}
			}
		}
		if strings.Contains(string(content), "✗") == (filepath.Dir(name) == solutions) && wanted {
			t.Errorf("%s: a check must fail on what a reader begins with, and pass on a solution", name)
		}
	}
}

// In the bug museum the check of each room fails on what a reader begins with, and passes on the solution.
func TestMuseum(t *testing.T) {
	museum := filepath.Join(exercises, "bug_museum.ipynb")
	content, err := os.ReadFile(museum)
	if err != nil {
		t.Fatal(err)
	}
	rooms := len(exercise.FindAll(content, -1))
	for name, mark := range map[string]string{museum: "✗", filepath.Join(solutions, "bug_museum_solutions.ipynb"): "✓"} {
		shown := lasting(t, name)
		for _, line := range shown {
			if !strings.HasPrefix(line, mark) {
				t.Errorf("%s shows %q, want a line with %s", name, line, mark)
			}
		}
		if len(shown) != rooms || rooms == 0 {
			t.Errorf("%s shows %d results, there are %d rooms", name, len(shown), rooms)
		}
	}
}

// check reads a notebook with its outputs and joins all that is wrong with it.
func check(name string) error {
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var n notebook
	if err := json.Unmarshal(content, &n); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf(filepath.Base(name)+": "+format, args...))
	}
	if len(content) > largest {
		fault("%d bytes, at most %d are allowed", len(content), largest)
	}
	count, images := 0, 0
	for i, cell := range n.Cells {
		if path := absolute.FindString(string(cell.Source)); path != "" {
			fault("cell %d: absolute path %q", i+1, path)
		}
		if cell.Type != "code" || strings.TrimSpace(string(cell.Source)) == "" {
			continue
		}
		if lines := strings.Count(strings.TrimSpace(string(cell.Source)), "\n") + 1; lines > longest {
			fault("cell %d: %d lines of code, at most %d are allowed", i+1, lines, longest)
		}
		count++
		if cell.Count == nil || *cell.Count != count {
			fault("cell %d: not executed in order: it must have count %d", i+1, count)
		}
		for _, output := range cell.Outputs {
			if output.Type == "error" {
				fault("cell %d: failed", i+1)
			}
			if path := absolute.FindString(output.shown()); path != "" {
				fault("cell %d: its output has the absolute path %q", i+1, path)
			}
			if _, ok := output.Data["image/png"]; ok || strings.Contains(output.shown(), "data:image/png") {
				images++
			}
		}
	}
	if base := filepath.Base(name); images == 0 && '0' <= base[0] && base[0] <= '9' && !strings.HasSuffix(base, "_"+solutions+".ipynb") {
		fault("no image/png")
	}
	return errors.Join(faults...)
}

// absolute matches paths that exist on some machines only.
var absolute = regexp.MustCompile(`(^|[\s"'=(\x60>])/(home|root|tmp|var|usr|opt|work|mnt|Users)/[\w./-]+`)

// shown is what a reader sees of an output as text.
func (o output) shown() string {
	shown := string(o.Text)
	for _, kind := range []string{"text/plain", "text/html", "text/markdown"} {
		var content text
		if json.Unmarshal(o.Data[kind], &content) == nil {
			shown += "\n" + string(content)
		}
	}
	return shown
}
