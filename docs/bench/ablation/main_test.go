// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/recipe"
)

// The table counts finished runs alone, and takes the last epoch, not the best.
func TestTable(t *testing.T) {
	s := study{preset: "class", net: "net", dir: t.TempDir(), seeds: 3, epochs: 2}
	run := func(without string, seed int, accuracies ...float64) {
		dir := filepath.Join(s.of(without), fmt.Sprintf("net-seed%d", seed))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		var h recipe.History
		for i, a := range accuracies {
			h = append(h, recipe.Record{Epoch: i + 1, HeldOutAccuracy: a})
		}
		if err := h.Save(filepath.Join(dir, recipe.HistoryFile)); err != nil {
			t.Fatal(err)
		}
	}
	run("", 1, 0.5, 0.90)
	run("", 2, 0.95, 0.92)
	run("whiten", 1, 0.5, 0.89)
	run("whiten", 2, 0.99) // under way
	const want = `| without | held-out accuracy, % | worth | seeds | published |
|---|--:|--:|--:|---|
| nothing | 91.00 ± 1.41 |  | 2 |  |
| whiten | 89.00 | +2.00 | 1 | 34 → 21 epochs to 94% |
`
	if got := s.table([]string{"", "whiten", "identity"}); got != want {
		t.Errorf("table\n%s\nwant\n%s", got, want)
	}
}

// The published figures are of ingredients that can be left out.
func TestPublished(t *testing.T) {
	all := recipe.Recipe{Optimizer: recipe.Muon, OffsetRate: 64, Whiten: true, Identity: true, Lookahead: 5,
		Augment: images.Augment{Flip: images.AlternatingFlip}}.Ingredients()
	for name := range published {
		if !slices.Contains(all, name) {
			t.Errorf("there is no ingredient %q", name)
		}
	}
}

// From an empty folder to the table, on the sample; the second call trains nothing and says the same.
func TestAblation(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves trainings out")
	}
	t.Chdir(filepath.Join("..", "..", ".."))
	s := study{preset: "quick", net: "compact-residual-w16", dir: t.TempDir(), seeds: 1, epochs: 1, quick: true}
	table, err := s.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if rows := strings.Count(table, "\n"); rows != 2+3 { // quick has a warm-up and flips
		t.Errorf("%d rows:\n%s", rows, table)
	}
	if again, err := s.run(t.Context()); err != nil || again != table {
		t.Errorf("the second call gives\n%s%v, the first gave\n%s", again, err, table)
	}
}
