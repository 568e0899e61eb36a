// SPDX-License-Identifier: Apache-2.0

// Tables prints the tables of docs/results.md from the runs that are kept in notebooks/trained, and writes the figure of
// the experiment on depth, docs/depth.png.
//
//	go run ./docs/bench/tables
package main

import (
	"fmt"
	"io"
	"log"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/skipnets/skipnets/pkg/plots"
	"github.com/skipnets/skipnets/pkg/recipe"
	"gonum.org/v1/gonum/stat"
)

var (
	families = []string{"plain", "residual", "highway", "dense"}
	depths   = []int{8, 20, 32, 56}
)

// A run is what skipnets train left in its folder.
type run struct {
	recipe.Report
	last recipe.Record // of the training's history
}

func main() {
	log.SetFlags(0)
	runs, err := read(filepath.Join("notebooks", "trained"))
	if err != nil {
		log.Fatal(err)
	}
	writeTables(os.Stdout, runs)
	if len(whole(runs)) == 0 {
		return
	}
	figure, err := depthFigure(runs)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("docs", "depth.png"), figure, 0o644); err != nil {
		log.Fatal(err)
	}
}

// read finds all runs in dir/RECIPE/RUN.
func read(dir string) ([]run, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*", "*", recipe.ReportFile))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no runs in %s: start this at the root of the repository", dir)
	}
	var runs []run
	for _, file := range files {
		report, err := recipe.LoadReport(filepath.Dir(file))
		if err != nil {
			return nil, err
		}
		history, err := recipe.LoadHistory(filepath.Join(filepath.Dir(file), recipe.HistoryFile))
		if err != nil {
			return nil, err
		}
		last, _ := history.Last()
		runs = append(runs, run{report, last})
	}
	return runs, nil
}

func writeTables(w io.Writer, runs []run) {
	for _, table := range []struct{ preset, form string }{{"class", "compact-%s-24"}, {"hour", "wide-%s-24"}} {
		fmt.Fprintf(w, "\n%s preset\n\n", table.preset)
		writeNetworks(w, runs, table.preset, table.form)
	}
	for _, table := range []struct {
		title string
		value func(run) float64
		show  string
	}{
		{"test accuracy, %", func(r run) float64 { return 100 * r.TestAccuracy }, "%.2f"},
		{"training loss of the last epoch", func(r run) float64 { return r.last.TrainLoss }, "%.3f"},
		{"training accuracy of the last epoch, %", func(r run) float64 { return 100 * r.last.TrainAccuracy }, "%.2f"},
		{"minutes", func(r run) float64 { return r.Seconds / 60 }, "%.1f"},
	} {
		if len(whole(runs)) == 0 {
			break
		}
		fmt.Fprintf(w, "\ndepth preset: %s\n\n", table.title)
		writeDepths(w, runs, table.value, table.show)
	}
}

func writeNetworks(w io.Writer, runs []run, preset, form string) {
	fmt.Fprintln(w, "| network | test accuracy, % | held out, % | epoch | minutes | images/s | parameters | peak memory, GB | seeds |")
	fmt.Fprintln(w, "|---|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, family := range families {
		of := choose(runs, preset, fmt.Sprintf(form, family))
		if len(of) == 0 {
			continue
		}
		mean := func(value func(run) float64, show string) string { return spread(of, value, show) }
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s | %s | %d |\n", of[0].Network,
			mean(func(r run) float64 { return 100 * r.TestAccuracy }, "%.2f"),
			mean(func(r run) float64 { return 100 * r.HeldOutAccuracy }, "%.2f"),
			list(of, func(r run) string { return strconv.Itoa(r.Epoch) }),
			mean(func(r run) float64 { return r.Seconds / 60 }, "%.1f"),
			mean(func(r run) float64 { return r.SamplesPerSecond }, "%.0f"),
			thousands(of[0].Parameters),
			mean(func(r run) float64 { return float64(r.PeakMemory) / 1e9 }, "%.2f"), len(of))
	}
}

func writeDepths(w io.Writer, runs []run, value func(run) float64, show string) {
	fmt.Fprintf(w, "| layers | %s |\n|--:|%s\n", strings.Join(families, " | "), strings.Repeat("--:|", len(families)))
	for _, depth := range whole(runs) {
		fmt.Fprintf(w, "| %d |", depth)
		for _, family := range families {
			fmt.Fprintf(w, " %s |", spread(choose(runs, "depth", fmt.Sprintf("half-%s-%d", family, depth)), value, show))
		}
		fmt.Fprintln(w)
	}
}

// whole lists the depths that every family has been trained at.
func whole(runs []run) []int {
	return slices.DeleteFunc(slices.Clone(depths), func(depth int) bool {
		return slices.ContainsFunc(families, func(family string) bool {
			return len(choose(runs, "depth", fmt.Sprintf("half-%s-%d", family, depth))) == 0
		})
	})
}

func choose(runs []run, preset, network string) []run {
	var chosen []run
	for _, r := range runs {
		if r.Recipe == preset && r.Network == network {
			chosen = append(chosen, r)
		}
	}
	return chosen
}

func values(runs []run, value func(run) float64) []float64 {
	var all []float64
	for _, r := range runs {
		all = append(all, value(r))
	}
	return all
}

// spread is the mean over seeds, with the sample's standard deviation where there are several.
func spread(runs []run, value func(run) float64, show string) string {
	if len(runs) == 0 {
		return "—"
	}
	mean, deviation := stat.MeanStdDev(values(runs, value), nil)
	if math.IsNaN(deviation) {
		return fmt.Sprintf(show, mean)
	}
	return fmt.Sprintf(show+" ± "+show, mean, deviation)
}

func list(runs []run, text func(run) string) string {
	var all []string
	for _, r := range runs {
		all = append(all, text(r))
	}
	return strings.Join(all, ", ")
}

func thousands(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// depthFigure draws the training loss at the end against depth, a curve for each family.
func depthFigure(runs []run) ([]byte, error) {
	var series []plots.Series
	for _, family := range families {
		s := plots.Series{Name: family}
		for _, depth := range whole(runs) {
			of := choose(runs, "depth", fmt.Sprintf("half-%s-%d", family, depth))
			s.X = append(s.X, float64(depth))
			s.Y = append(s.Y, stat.Mean(values(of, func(r run) float64 { return r.last.TrainLoss }), nil))
		}
		series = append(series, s)
	}
	return plots.Curves(plots.Axes{Title: "What depth does", X: "layers", Y: "training loss, last epoch"}, series...)
}
