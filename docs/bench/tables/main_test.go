// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/skipnets/skipnets/pkg/lesson"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// The tables in docs/results.md and README.md and the figure are those that the kept runs give.
func TestResultsAreThoseOfTheRuns(t *testing.T) {
	renewed, err := renew(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range renewed {
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case filepath.Ext(file) != ".png":
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s is not up to date (- what it should say): %s", file, diff)
			}
		case runtime.GOARCH == "amd64" && !samePixels(t, got, want): // elsewhere floating point may shift a pixel
			t.Errorf("%s is not up to date", file)
		}
	}
}

// samePixels compares images: how a file is compressed may change from one version of Go to the next.
func samePixels(t *testing.T, a, b []byte) bool {
	t.Helper()
	var pixels [2]*image.RGBA
	for i, file := range [][]byte{a, b} {
		decoded, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		pixels[i] = image.NewRGBA(decoded.Bounds())
		draw.Draw(pixels[i], decoded.Bounds(), decoded, decoded.Bounds().Min, draw.Src)
	}
	return pixels[0].Rect == pixels[1].Rect && bytes.Equal(pixels[0].Pix, pixels[1].Pix)
}

func TestRewrite(t *testing.T) {
	page := "before\n<!-- table a -->\n| old |\n| older |\n\nafter\n"
	got, err := rewrite(page, map[string]string{"a": "| $1 new |\n"})
	if want := "before\n<!-- table a -->\n| $1 new |\n\nafter\n"; err != nil || got != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	if _, err := rewrite(page, map[string]string{"b": ""}); err == nil || !strings.Contains(err.Error(), `"b"`) {
		t.Errorf("error %v for a table without a place", err)
	}
}

// Runs on CIFAR-100 have a table of their own, and appear in no other.
func TestRunsOnCIFAR100(t *testing.T) {
	of := func(dataset string, accuracy float64) run {
		return run{Report: recipe.Report{Network: "wide-plain-w24", Recipe: "hour", Dataset: dataset, TestAccuracy: accuracy, Commit: "12345678"}}
	}
	ten := []run{of("", 0.91), of("cifar10", 0.92)}
	if got := tables(ten)["cifar100"]; got != "" {
		t.Errorf("a table without runs: %q", got)
	}
	both := tables(append(ten, of("cifar100", 0.66)))
	if got := both["cifar100"]; !strings.Contains(got, "| wide-plain-w24 | 66.00 |") || strings.Count(got, "\n") != 3 {
		t.Errorf("the table of CIFAR-100 is %q", got)
	}
	for name, want := range tables(ten) {
		if name != "cifar100" && both[name] != want {
			t.Errorf("table %s changes to %q", name, both[name])
		}
	}
}

func TestSpread(t *testing.T) {
	value := func(r run) float64 { return r.Seconds }
	for want, runs := range map[string][]run{
		"—":         nil,
		"2.0":       {lasting(2)},
		"1.0, 3.0":  {lasting(1), lasting(3)},
		"2.0 ± 1.0": {lasting(1), lasting(2), lasting(3)},
	} {
		if got := spread(runs, value, "%.1f"); got != want {
			t.Errorf("%d runs: %q, want %q", len(runs), got, want)
		}
	}
}

func TestOnEach(t *testing.T) {
	value := func(r run) float64 { return r.Seconds }
	on := func(machine string, seconds float64) run {
		return run{Report: recipe.Report{Machine: machine, Seconds: seconds}}
	}
	for want, runs := range map[string][]run{
		"—":              nil,
		"2.0":            {on("a", 2)},
		"1.0, 3.0":       {on("a", 1), on("a", 3)},
		"5.0 / 1.0, 3.0": {on("b", 1), on("a", 5), on("b", 3)},
	} {
		if got := onEach(runs, value, "%.1f"); got != want {
			t.Errorf("%d runs: %q, want %q", len(runs), got, want)
		}
	}
}

func lasting(seconds float64) run { return run{Report: recipe.Report{Seconds: seconds}} }

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{7: "7", 1093282: "1,093,282", 1000: "1,000"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestGrowthFigure(t *testing.T) {
	page := "**Depth.** " + growthHead + "| layers | plain | residual | highway | dense |\n|--:|--:|--:|--:|--:|\n| 20 | 84 | 84 | 121 | 208 |\n| 32 | 133 | 139 | 195 | 361 |\n\nAnd on."
	if figure, err := growthFigure(page); err != nil || len(figure) == 0 {
		t.Errorf("%d bytes, %v", len(figure), err)
	}
	for want, bad := range map[string]string{"no table": "nothing", "invalid syntax": strings.Replace(page, "361", "many", 1), "nothing to draw": page[:len(page)-70]} {
		if _, err := growthFigure(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// Each experiment has a title, and each of its networks that was trained a row.
func TestAttempts(t *testing.T) {
	table, err := attempts(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, experiment := range lesson.Experiments() {
		if title := titles[experiment.Name]; title == "" || !strings.Contains(table, "\n| "+title+" |") {
			t.Errorf("experiment %s, called %q, is in no row", experiment.Name, title)
		}
	}
	if want := "| without norms | residual, α = 1 | 56 | the loss is no number any more |"; !strings.Contains(table, want) {
		t.Errorf("no row begins with %q", want)
	}
}
