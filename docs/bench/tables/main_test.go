// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/recipe"
)

// Every row that the kept runs give is in docs/results.md, word for word.
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
	var tables strings.Builder
	writeTables(&tables, runs)
	for _, row := range strings.Split(tables.String(), "\n") {
		if strings.HasPrefix(row, "| ") && !strings.Contains(string(page), row) {
			t.Errorf("docs/results.md lacks %s", row)
		}
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
