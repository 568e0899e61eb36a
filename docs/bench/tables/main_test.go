// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// The tables in docs/results.md are those that the kept runs give.
func TestResultsAreThoseOfTheRuns(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	runs, err := read(filepath.Join(root, "notebooks", "trained"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "results.md"))
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := rewrite(string(page), tables(runs))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(renewed, string(page)); diff != "" {
		t.Errorf("docs/results.md is not up to date (- what it should say): %s", diff)
	}
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

func TestSpread(t *testing.T) {
	value := func(r run) float64 { return r.Seconds }
	for want, runs := range map[string][]run{
		"—":         nil,
		"2.0":       {lasting(2)},
		"2.0 ± 1.4": {lasting(1), lasting(3)},
	} {
		if got := spread(runs, value, "%.1f"); got != want {
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
