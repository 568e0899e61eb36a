// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/skipnets/skipnets/pkg/recipe"
)

func TestSeeds(t *testing.T) {
	network := filepath.Join(t.TempDir(), "net")
	if _, err := trainedSeeds(network); err == nil || !strings.Contains(err.Error(), "no runs") {
		t.Errorf("error %v where there are no runs", err)
	}
	add := func(seed string, losses ...float64) {
		var history recipe.History
		for i, loss := range losses {
			history = append(history, recipe.Record{Epoch: i + 1, TrainLoss: loss})
		}
		dir := network + "-seed" + seed
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := history.Save(filepath.Join(dir, recipe.HistoryFile)); err != nil {
			t.Fatal(err)
		}
	}
	loss := func(r recipe.Record) float64 { return r.TrainLoss }
	check := func(y, spread []float64) {
		t.Helper()
		seeds, err := trainedSeeds(network)
		if err != nil {
			t.Fatal(err)
		}
		got := seeds.Series("net", loss)
		if got.Name != "net" || !slices.Equal(got.X, []float64{1, 2}) || !slices.Equal(got.Y, y) || !slices.Equal(got.Spread, spread) {
			t.Errorf("%+v, want %v ± %v", got, y, spread)
		}
		mean, deviation := seeds.Last(loss)
		if known := spread != nil; mean != y[1] || math.IsNaN(deviation) == known || (known && deviation != spread[1]) {
			t.Errorf("last %v ± %v, want %v ± %v", mean, deviation, y, spread)
		}
	}
	add("1", 3, 1)
	check([]float64{3, 1}, nil)
	add("2", 5, 1)
	check([]float64{4, 1}, []float64{math.Sqrt2, 0})
	add("3", 5)
	if _, err := trainedSeeds(network); err == nil || !strings.Contains(err.Error(), "1 epochs, another seed 2") {
		t.Errorf("error %v where a run is shorter", err)
	}
}

func TestReports(t *testing.T) {
	network := filepath.Join(t.TempDir(), "net")
	if _, err := trainedReports(network); err == nil || !strings.Contains(err.Error(), "no runs") {
		t.Errorf("error %v where there are no runs", err)
	}
	for seed := range int64(2) {
		dir := fmt.Sprint(network, "-seed", seed+1)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := (recipe.Report{Network: "net", Seed: seed + 1}).Save(dir); err != nil {
			t.Fatal(err)
		}
	}
	reports, err := trainedReports(network)
	if err != nil || len(reports) != 2 || reports[0].Seed != 1 || reports[1].Seed != 2 {
		t.Errorf("%+v, %v", reports, err)
	}
	if err := os.Mkdir(network+"-seed3", 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := trainedReports(network); err == nil || !strings.Contains(err.Error(), recipe.ReportFile) {
		t.Errorf("error %v of a run without a report", err)
	}
}
