// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/skipnets/skipnets/internal/setup/pjrt"
)

// realSetup makes ready, in the user's own home, what notebooks need.
func realSetup(t *testing.T) *Setup {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out what needs JupyterLab")
	}
	s, err := New(Options{Quick: true, Helper: pjrt.Command()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(t.Context(), s.Steps()...); err != nil {
		t.Fatal(err)
	}
	return s
}

// write writes a notebook of code cells which have not been run.
func write(t *testing.T, sources ...string) string {
	t.Helper()
	cells := []map[string]any{}
	for _, source := range sources {
		cells = append(cells, map[string]any{"cell_type": "code", "metadata": map[string]any{}, "source": source,
			"execution_count": nil, "outputs": []any{}})
	}
	content, err := json.Marshal(map[string]any{"nbformat": 4, "nbformat_minor": 4, "metadata": map[string]any{
		"kernelspec": map[string]any{"name": KernelName, "display_name": "Go (gonb)", "language": "go"}}, "cells": cells})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "small.ipynb")
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestExecuteFails makes sure that a cell that fails is noticed, and shown with its reason.
func TestExecuteFails(t *testing.T) {
	s := realSetup(t)
	for name, test := range map[string]struct{ cell, reason string }{
		"does not compile": {"%%\nunused := 5", "declared and not used: unused"},
		"panics":           {"%%\npanic(\"on purpose\")", "on purpose"},
		"exits":            {"%%\nfmt.Println(\"so long\")\nos.Exit(3)", "so long"},
		"does not parse":   {"%%\nfmt.Println(", "expected"},
	} {
		t.Run(name, func(t *testing.T) {
			executed, err := s.Execute(t.Context(), write(t, "%%\nfmt.Println(1)", test.cell, "%%\nfmt.Println(2)"), t.TempDir(), 0)
			wantError(t, err, strings.ReplaceAll(test.cell, "\n", "\n    "), test.reason)
			if executed != "" {
				t.Errorf("there is a notebook: %s", executed)
			}
			forNobody(t, err)
		})
	}
}

// forNobody fails the test if an error holds a Python traceback or a dump of goroutines.
func forNobody(t *testing.T, err error) {
	t.Helper()
	for _, part := range []string{"Traceback", "goroutine ", "File \""} {
		if strings.Contains(err.Error(), part) {
			t.Errorf("the error holds %q: %v", part, err)
		}
	}
}

// TestCheckNotebook has files that are no notebooks: each is refused with a sentence before anything is started.
func TestCheckNotebook(t *testing.T) {
	for name, test := range map[string]struct {
		file, content string
		want          []string
	}{
		"empty":          {"a.ipynb", " \n", []string{"an empty file"}},
		"not JSON":       {"a.ipynb", "{\n\"cells\": [\n# Title\n", []string{"written in JSON", "line 3"}},
		"cut":            {"a.ipynb", `{"cells": [`, []string{"written in JSON", "line 1", "unexpected end"}},
		"a page":         {"a.ipynb", "<!DOCTYPE html>", []string{"written in JSON", "'<'"}},
		"a conflict":     {"a.ipynb", "{\n<<<<<<< HEAD\n}", []string{"merge conflict"}},
		"a list":         {"a.ipynb", `[1, 2]`, []string{"written in JSON", "array"}},
		"other JSON":     {"a.ipynb", `{"name": "x"}`, []string{"no nbformat"}},
		"version 3":      {"a.ipynb", `{"nbformat": 3, "worksheets": []}`, []string{"version 3", "version 4 is wanted"}},
		"version 5":      {"a.ipynb", `{"nbformat": 5, "cells": []}`, []string{"version 5"}},
		"without cells":  {"a.ipynb", `{"nbformat": 4}`, []string{"no list of cells"}},
		"cells of words": {"a.ipynb", `{"nbformat": 4, "cells": ["x"]}`, []string{"written in JSON", "cells"}},
		"a program":      {"a.go", "package a", []string{"ends in .ipynb"}},
		"a whole one":    {"a.ipynb", `{"nbformat": 4, "cells": []}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), test.file)
			if err := os.WriteFile(file, []byte(test.content), 0o644); err != nil {
				t.Fatal(err)
			}
			err := CheckNotebook(file)
			if test.want == nil && err == nil {
				return
			}
			wantError(t, err, append(test.want, file)...)
		})
	}
	wantError(t, CheckNotebook(t.TempDir()), "is a folder")
	wantError(t, CheckNotebook(filepath.Join(t.TempDir(), "no.ipynb")), "no such file")
}

// TestExecuteInvalid has notebooks that only Jupyter's own reader finds fault with.
func TestExecuteInvalid(t *testing.T) {
	s := realSetup(t)
	for _, cells := range []string{`[{"cell_type": "code"}]`, `[{}]`, `[{"cell_type": "no such", "source": "", "metadata": {}}]`} {
		file := filepath.Join(t.TempDir(), "invalid.ipynb")
		if err := os.WriteFile(file, []byte(`{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": `+cells+`}`), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := s.Execute(t.Context(), file, t.TempDir(), 0)
		wantError(t, err, "invalid.ipynb", "not a notebook that Jupyter accepts")
		forNobody(t, err)
	}
}

// homeLike is a Setup with another home and checkout, which shares all that is big with the first, and has a kernel of its own.
func homeLike(t *testing.T, s *Setup, home, source string) *Setup {
	t.Helper()
	there := *s
	there.Home, there.Source = home, source
	kernels := filepath.Join("share", "jupyter", "kernels")
	settings := filepath.Join("share", "jupyter", "lab", "settings")
	for _, folder := range []string{".", "bin", "venv", "venv/share", "venv/share/jupyter", "venv/share/jupyter/lab"} {
		to := filepath.Join(home, folder)
		if err := os.MkdirAll(to, 0o755); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(filepath.Join(s.Home, folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			switch filepath.Join(folder, entry.Name()) {
			case "bin", "bin/gopls", // a kernel that is killed leaves gopls behind
				"venv", "kernel", "jupyter", "runs", "venv/share", "venv/share/jupyter", "venv/share/jupyter/lab", "venv/" + kernels, "venv/" + settings:
				continue // its own
			}
			if err := os.Symlink(filepath.Join(s.Home, folder, entry.Name()), filepath.Join(to, entry.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := there.Ready(t.Context(), there.Kernel()); err != nil {
		t.Fatal(err)
	}
	return &there
}

// oddName holds all that has a meaning in shells, regular expressions, addresses, templates or lists of options, and works.
const oddName = "-O'Reilly \"[1](2){x!}$HOME$$`id`%20%s|&;<>*?#@v1=~^ünï"

// TestOddPaths runs a notebook with such a name, from a checkout and with a home of such names, through the real kernel.
func TestOddPaths(t *testing.T) {
	s := realSetup(t)
	source := filepath.Join(t.TempDir(), oddName+`:,{connection_file}`) // the checkout is in no list
	if err := os.Mkdir(source, 0o755); err != nil {
		t.Fatal(err)
	}
	link(t, s.Source, source, "")
	there := homeLike(t, s, filepath.Join(t.TempDir(), oddName), source)
	if err := there.checkPaths(); err != nil {
		t.Fatal(err)
	}
	cell := "import \"" + modulePath + "/pkg/cifar\"\n\n%%\nfmt.Println(len(cifar.Classes10), os.Getenv(\"" + EnvHome + "\"))"
	notebook := filepath.Join(t.TempDir(), oddName+".ipynb")
	if err := os.Rename(write(t, cell), notebook); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Dir(notebook)) // so that the name begins with a dash
	if err := there.Run(t.Context(), RunOptions{Notebooks: []string{filepath.Base(notebook)}, Save: true}); err != nil {
		t.Fatal(err)
	}
	var saved struct {
		Cells []struct{ Outputs []struct{ Text any } }
	}
	content, err := os.ReadFile(notebook)
	if err := errors.Join(err, json.Unmarshal(content, &saved)); err != nil {
		t.Fatal(err)
	}
	if got, want := joined(saved.Cells[0].Outputs[0].Text), "10 "+there.Home+"\n"; got != want {
		t.Errorf("the cell printed %q, want %q", got, want)
	}
}

// TestRefusedPaths has the few names that no quoting helps.
func TestRefusedPaths(t *testing.T) {
	for _, test := range []struct{ home, source, want string }{
		{"new\nline", "", "control character"},
		{"not\xffUTF-8", "", "UTF-8"},
		{"co:lon", "", "a colon"},
		{"com,ma", "", "a comma"},
		{"{prefix}", "", "in braces"},
		{"", "new\nline", "control character"},
		{"", `back\slash`, "a backslash"},
		{"", "space ", "a space"},
		{"", "ta\tb", "control character"},
	} {
		source := filepath.Join(t.TempDir(), test.source)
		if err := os.MkdirAll(source, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(source, "go.mod"), []byte("module "+modulePath+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := New(Options{Home: filepath.Join(t.TempDir(), test.home), Source: source})
		next := "export SKIPNETS_HOME"
		if test.source != "" {
			next = "clone into another"
		}
		wantError(t, err, test.want, next)
	}
}

// TestKernelFails has kernels that end before or while they are used: the error holds what the kernel said, and no traceback.
func TestKernelFails(t *testing.T) {
	s := realSetup(t)
	for name, test := range map[string]struct {
		script string
		want   []string
	}{
		"at once": {"#!/bin/sh\necho 'F1128 main.go:7] no room for the log' >&2\nprintf 'goroutine 1 [running]:\\nmain.main()\\n' >&2\nexit 2\n",
			[]string{"before the first cell", "no room for the log", "Kernel died"}},
		"silently":          {"#!/bin/sh\nexit 2\n", []string{"before the first cell", "The kernel said:\n    nothing"}},
		"is no program":     {"#!/no/such/shell\n", []string{"before the first cell", "No such file"}},
		"between two cells": {"", []string{"in this cell:\n    %%\n    syscall", "Kernel died"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			there := homeLike(t, s, filepath.Join(t.TempDir(), "home"), s.Source)
			if test.script != "" {
				if err := os.WriteFile(there.path("kernel", "gonb"), []byte(test.script), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			kill := "%%\nsyscall.Kill(-os.Getppid(), syscall.SIGKILL) // with all that it has started"
			_, err := there.Execute(t.Context(), write(t, kill), t.TempDir(), 0)
			wantError(t, err, append(test.want, "small.ipynb")...)
			forNobody(t, err)
		})
	}
}

// TestPatience stops a notebook in which nothing is seen to happen, and not one that takes as long and shows that it goes on.
// In place of Python there is a script.
func TestPatience(t *testing.T) {
	const patience = 3 * time.Second
	for script, want := range map[string]string{
		"echo cell 1 2; echo cell 2 2; exec sleep 60":                                                    "stopped at cell 2: there was no sign of progress for 3s",
		"echo cell 1 1; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do echo sign; sleep 0.25; done": "",
	} {
		s, _ := newTest(t, Options{})
		if err := os.MkdirAll(filepath.Dir(s.python()), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(program(t, script), s.python()); err != nil {
			t.Fatal(err)
		}
		_, err := s.Execute(t.Context(), write(t, ""), t.TempDir(), patience)
		if want != "" {
			wantError(t, err, want)
		} else if err != nil {
			t.Error(err)
		}
	}
}

// Notebooks of one name in two folders are both kept.
func TestUntaken(t *testing.T) {
	taken := map[string]bool{}
	for _, test := range [][2]string{{"a.ipynb", "a.ipynb"}, {"b.ipynb", "b.ipynb"}, {"a.ipynb", "a-2.ipynb"}, {"a.ipynb", "a-3.ipynb"}, {"a-2.ipynb", "a-2-2.ipynb"}} {
		if got := untaken(test[0], taken); got != test[1] {
			t.Errorf("%s becomes %s, want %s", test[0], got, test[1])
		}
	}
}

// TestRun runs a notebook that passes, saving its outputs, and one that fails, which must stay as it is.
func TestRun(t *testing.T) {
	s := realSetup(t)
	good, bad := write(t, "%%\nfmt.Println(6 * 7)"), write(t, "%%\nfmt.Println(6 * 7)", "%%\nos.Exit(1)")
	before, err := os.ReadFile(bad)
	if err != nil {
		t.Fatal(err)
	}
	// Both have one name, so the executed one that ends well gets the second; an earlier test's may not stand in for it.
	executed := s.path("runs", "notebooks", "small-2.ipynb")
	if err := os.RemoveAll(executed); err != nil {
		t.Fatal(err)
	}
	err = s.Run(t.Context(), RunOptions{Notebooks: []string{bad, good}, Save: true})
	wantError(t, err, bad+" failed")
	for name, file := range map[string]string{"the executed notebook": executed, "the saved notebook": good} {
		content, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(content), "42") {
			t.Errorf("%s lacks the output: %v", name, err)
		}
	}
	if after, err := os.ReadFile(bad); err != nil || string(after) != string(before) {
		t.Errorf("the notebook that fails has been changed: %v", err)
	}
}
