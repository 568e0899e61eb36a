// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/recipe"
)

// Every network whose weights are kept can be exported, with nothing but its folder.
func TestExport(t *testing.T) {
	runs, err := filepath.Glob("../../notebooks/trained/*/*/best.safetensors")
	if err != nil || len(runs) == 0 {
		t.Fatalf("weights %v, %v", runs, err)
	}
	for i, weights := range runs {
		runs[i], err = filepath.Abs(filepath.Dir(weights))
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(t.TempDir())
	for _, run := range runs {
		r, err := recipe.LoadReport(run)
		if err != nil {
			t.Fatal(err)
		}
		for format, ending := range map[string]string{"onnx": ".onnx", "torch": ".safetensors"} {
			if err := command(t, "export", "-format", format, run); err != nil {
				t.Error(err)
				continue
			}
			file, err := os.Stat(r.Network + ending)
			if err != nil || file.Size() < 4*r.Parameters {
				t.Errorf("%s as %s: %v, %v for %d parameters", r.Network, format, file, err, r.Parameters)
			}
		}
	}
	for file, want := range map[string]string{"wide-residual-w24.onnx": "is an ONNX model", "wide-residual-w24.safetensors": "exported for PyTorch"} {
		if err := command(t, "eval", "-quick", file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("eval %s: %v, want %q", file, err, want)
		}
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{runs[0]}, "-format torch or -format onnx"},
		{[]string{"-format", "keras", runs[0]}, `no format "keras"`},
		{[]string{"-format", "onnx"}, "which weights?"},
		{[]string{"-format", "onnx", "nowhere"}, "nowhere"},
		{[]string{"-format", "onnx", "-net", "residual-9", runs[0]}, "residual-9"},
		{[]string{"-format", "onnx", "-net", "residual-8", runs[0]}, "asks for residual-8"},
		{[]string{"-format", "onnx", "-out", "no/folder/net.onnx", runs[0]}, "no/folder"},
		{[]string{"-format", "torch", "-out", filepath.Join(runs[0], recipe.BestFile), runs[0]}, "would be replaced"},
		{[]string{"-format", "onnx", "-dataset", "cifar100", runNamed(t, runs, "class/wide-residual-w24")}, "was trained on cifar10, not on cifar100"},
		{[]string{"-format", "onnx", "-dataset", "cifar100", runNamed(t, runs, "hour/wide-residual-w24")}, "another network"}, // it does not name its data set
	} {
		if err := command(t, append([]string{"export"}, test.args...)...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("export %s: %v, want an error that says %q", strings.Join(test.args, " "), err, test.want)
		}
	}
}

// runNamed is the run whose folder has that in its path.
func runNamed(t *testing.T, runs []string, part string) string {
	t.Helper()
	for _, run := range runs {
		if strings.Contains(filepath.ToSlash(run), part) {
			return run
		}
	}
	t.Fatalf("no run %s", part)
	return ""
}
