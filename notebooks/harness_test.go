// SPDX-License-Identifier: Apache-2.0

package notebooks_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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

// TestHarnessPasses runs a notebook that uses the course's packages, a backend and a picture, with no set-up cell.
func TestHarnessPasses(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves the notebooks out")
	}
	execute(t, ready(t), write(t, `import (
	"image/png"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/janpfeifer/gonb/gonbui"

	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/cifar"
)

func sum(x *graph.Node) *graph.Node { return graph.ReduceAllSum(x) }`, `%%
fmt.Println(graph.MustExecOnce(accel.MustNew(""), sum, []float32{1, 2, 3}))
train, _, err := cifar.Open()
if err != nil {
	panic(err)
}
var picture bytes.Buffer
if err := png.Encode(&picture, train.Image(0)); err != nil {
	panic(err)
}
gonbui.DisplayPng(picture.Bytes())`))
}

// TestHarnessFails makes sure that a cell that fails is noticed, and shown with its reason.
func TestHarnessFails(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves the notebooks out")
	}
	s := ready(t)
	for name, test := range map[string]struct{ cell, reason string }{
		"does not compile": {"%%\nunused := 5", "declared and not used: unused"},
		"panics":           {"%%\npanic(\"on purpose\")", "on purpose"},
		"exits":            {"%%\nfmt.Println(\"so long\")\nos.Exit(3)", "so long"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			_, _, err := s.Execute(t.Context(), write(t, "%%\nfmt.Println(1)", test.cell, "%%\nfmt.Println(2)"), dir)
			if err == nil {
				t.Fatal("not noticed")
			}
			for _, want := range []string{test.cell, test.reason} {
				if !strings.Contains(strings.ReplaceAll(err.Error(), "\n    ", "\n"), want) {
					t.Errorf("the error does not show %q: %v", want, err)
				}
			}
		})
	}
}

// TestCheck gives each fault to the check of committed notebooks.
func TestCheck(t *testing.T) {
	const good = `{"cells": [
		{"cell_type": "markdown", "source": ["# Title"]},
		{"cell_type": "code", "execution_count": 1, "source": ["%%\n", "plot()"], "outputs": [
			{"output_type": "stream", "name": "stdout", "text": "done: 3/4\n"},
			{"output_type": "display_data", "data": {"image/png": "iVBOR"}}]},
		{"cell_type": "code", "execution_count": 2, "source": "last()", "outputs": []}]}`
	for name, test := range map[string]struct{ old, new, want string }{
		"good":         {"", "", ""},
		"not JSON":     {`{"cells"`, `{cells`, "invalid character"},
		"not run":      {`"execution_count": 2`, `"execution_count": null`, "cell 3: not executed in order"},
		"out of order": {`"execution_count": 2`, `"execution_count": 7`, "cell 3: not executed in order"},
		"failed":       {`"display_data"`, `"error"`, "cell 2: failed"},
		"path":         {`done: 3/4`, `saved /home/me/x.png`, "/home/me/x.png"},
		"path in code": {`last()`, `last('/tmp/x')`, "/tmp/x"},
		"no picture":   {`image/png`, `image/gif`, "no image/png"},
		"too large":    {`iVBOR`, strings.Repeat("A", largest), "bytes, at most"},
	} {
		file := filepath.Join(t.TempDir(), "checked.ipynb")
		if err := os.WriteFile(file, []byte(strings.Replace(good, test.old, test.new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		err := check(file)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: error %v, want one with %q", name, err, test.want)
		}
	}
}
