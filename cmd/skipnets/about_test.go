// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"strings"
	"testing"
)

// printed runs skipnets with the arguments and returns what it printed.
func printed(t *testing.T, args ...string) (string, error) {
	t.Helper()
	a, out := app(), &bytes.Buffer{}
	a.Writer, a.ErrWriter = out, &bytes.Buffer{}
	err := a.Run(t.Context(), append([]string{"skipnets"}, args...))
	return out.String(), err
}

func TestSummary(t *testing.T) {
	for name, c := range map[string]struct {
		args, want string
	}{
		"the thin network of 8 layers":       {"residual-8", "75,290"},
		"two classes of grey pictures":       {"-channels 1 -size 30 -classes 2 residual-8", "1×30×30×16"},
		"a line a stage":                     {"-levels 1 residual-8", "stage1"},
		"a batch, which multiplies the work": {"-batch 4 residual-8", "4×32×32×16"},
	} {
		out, err := printed(t, append([]string{"summary"}, strings.Fields(c.args)...)...)
		if err != nil || !strings.Contains(out, c.want) {
			t.Errorf("%s: %v, printed\n%swant %q in it", name, err, out, c.want)
		}
	}
	stages, err := printed(t, "summary", "-levels", "1", "residual-8")
	if err != nil || strings.Contains(stages, "stage1/block1") {
		t.Errorf("%v, a line a stage is\n%s", err, stages)
	}
	for args, want := range map[string]string{
		"":                        "give one network",
		"residual-8 residual-20":  "give one network",
		"residual-9":              "the nearest are 8 and 14",
		"-size 0 residual-8":      "-size 0 is not from 1",
		"-size 999999 residual-8": "-size 999999 is not from 1",
		"-levels 3 residual-8":    "-levels 3",
		"-classes 1 residual-8":   "at least 2 classes",
		"-channels 65 residual-8": "-channels 65 is not from 1",
	} {
		if _, err := printed(t, append([]string{"summary"}, strings.Fields(args)...)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("summary %s: %v, want %q", args, err, want)
		}
	}
}

func TestVersion(t *testing.T) {
	out, err := printed(t, "--version")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"skipnets ", "go1.", "XLA plugin: PJRT v0.", "processor: "} {
		if !strings.Contains(out, want) {
			t.Errorf("--version prints\n%swant %q in it", out, want)
		}
	}
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "pwsh"} {
		if out, err := printed(t, "completion", shell); err != nil || !strings.Contains(out, "complet") {
			t.Errorf("completion %s: %v, %d bytes", shell, err, len(out))
		}
	}
	out, err := printed(t, "help")
	if err != nil || !strings.Contains(out, "completion") {
		t.Errorf("help does not name completion: %v\n%s", err, out)
	}
}
