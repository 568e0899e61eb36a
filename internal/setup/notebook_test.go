// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// realSetup makes ready, in the user's own home, what notebooks need.
func realSetup(t *testing.T) *Setup {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out what needs JupyterLab")
	}
	s, err := New(Options{Quick: true})
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
	content, err := json.Marshal(map[string]any{"nbformat": 4, "nbformat_minor": 4, "metadata": map[string]any{}, "cells": cells})
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
	} {
		t.Run(name, func(t *testing.T) {
			_, page, err := s.Execute(t.Context(), write(t, "%%\nfmt.Println(1)", test.cell, "%%\nfmt.Println(2)"), t.TempDir())
			wantError(t, err, strings.ReplaceAll(test.cell, "\n", "\n    "), test.reason)
			if page != "" {
				t.Errorf("there is a page: %s", page)
			}
		})
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
	pages := filepath.Join(t.TempDir(), "pages")
	err = s.Run(t.Context(), RunOptions{Notebooks: []string{bad, good}, HTML: pages, Save: true})
	wantError(t, err, bad+" failed")
	for name, file := range map[string]string{"the page": filepath.Join(pages, "small.html"), "the saved notebook": good} {
		content, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(content), "42") {
			t.Errorf("%s lacks the output: %v", name, err)
		}
	}
	if index, err := os.ReadFile(filepath.Join(pages, "index.html")); err != nil || !strings.Contains(string(index), `href="small.html"`) {
		t.Errorf("the index does not lead to the page: %v", err)
	}
	if after, err := os.ReadFile(bad); err != nil || string(after) != string(before) {
		t.Errorf("the notebook that fails has been changed: %v", err)
	}
}
