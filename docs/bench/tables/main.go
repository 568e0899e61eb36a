// SPDX-License-Identifier: Apache-2.0

// Tables renews the tables in docs/results.md and README.md, the diagrams of the blocks in docs/blocks, and the figure of the
// experiment on depth, docs/depth.png, from
// the runs that are kept in notebooks/trained.
//
//	go run ./docs/bench/tables
package main

import (
	"fmt"
	"log"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/skipnets/skipnets/pkg/images"
	"github.com/skipnets/skipnets/pkg/lesson"
	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/plots"
	"github.com/skipnets/skipnets/pkg/recipe"
	"gonum.org/v1/gonum/stat"
)

var depths = []int{8, 20, 32, 56}

// A row of a table on depth: its networks are called by form and depth.
type row struct{ title, merge, form string }

// families are the rows of those that the course compares, variants those of their variants.
func families() (rows []row) {
	for _, f := range nets.Compared() {
		rows = append(rows, row{f.Name, f.Merge, "half-" + f.Name + "-%d"})
	}
	return rows
}

func variants() (rows []row) {
	for _, f := range nets.Compared() {
		for _, v := range f.Settings {
			rows = append(rows, row{f.Name + ", " + v.Title, "", "half-" + f.Name + "-%d-" + v.Option})
		}
	}
	return rows
}

// at is the runs of a row's network of that depth.
func (r row) at(runs []run, depth int) []run {
	return choose(runs, "depth", fmt.Sprintf(r.form, depth))
}

// A run is what skipnets train left in its folder.
type run struct {
	recipe.Report
	last    recipe.Record // of the training's history
	weights bool          // are kept, too
}

func main() {
	log.SetFlags(0)
	if err := write(); err != nil {
		log.Fatal(err)
	}
}

func write() error {
	renewed, err := renew(".")
	if err != nil {
		return err
	}
	for file, content := range renewed {
		if err := renameio.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// renew gives the files that hold results their content, from the runs below the repository's root.
func renew(root string) (map[string][]byte, error) {
	runs, err := read(filepath.Join(root, "notebooks", "trained"))
	if err != nil {
		return nil, err
	}
	figure, err := depthFigure(runs)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{filepath.Join(root, "docs", "depth.png"): figure}
	for _, family := range nets.Compared() {
		picture, err := lesson.PictureSVG(family.Name)
		if err != nil {
			return nil, err
		}
		files[filepath.Join(root, "docs", "blocks", family.Name+".svg")] = picture
	}
	for name, tables := range map[string]map[string]string{"docs/results.md": tables(runs), "README.md": shortTables(runs)} {
		file := filepath.Join(root, filepath.FromSlash(name))
		page, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		renewed, err := rewrite(string(page), tables)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		files[file] = []byte(renewed)
	}
	return files, nil
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
		_, err = os.Stat(filepath.Join(filepath.Dir(file), recipe.BestFile))
		runs = append(runs, run{report, last, err == nil})
	}
	return runs, nil
}

// tables are the tables of docs/results.md, by the name in the comment above each.
func tables(runs []run) map[string]string {
	t := map[string]string{
		"class": networks(runs, "class", "wide-%s-w24"), "hour": networks(runs, "hour", "wide-%s-w24"), "records": records(runs),
		"weights": withWeights(runs), "commits": commits(runs), "recipes": recipes(), "rates": rates(runs),
	}
	for name, cell := range map[string]func([]run) string{
		"test accuracy": func(of []run) string { return spread(of, testAccuracy, "%.2f") },
		"training loss": func(of []run) string { return spread(of, func(r run) float64 { return r.last.TrainLoss }, "%.3f") },
		"training accuracy": func(of []run) string {
			return spread(of, func(r run) float64 { return 100 * r.last.TrainAccuracy }, "%.2f")
		},
		"minutes": func(of []run) string { return onEach(of, minutes, "%.1f") },
	} {
		t["depth: "+name] = byDepth(runs, cell)
	}
	return t
}

// shortTables are those of README.md.
func shortTables(runs []run) map[string]string {
	w := &strings.Builder{}
	fmt.Fprintln(w, "| | y = | 8 layers | 20 layers | 32 layers | 56 layers |\n|---|---|--:|--:|--:|--:|")
	for _, row := range slices.Concat(families(), variants()) {
		fmt.Fprintf(w, "| %s | %s |", row.title, row.merge)
		for _, depth := range depths {
			fmt.Fprintf(w, " %s |", spread(row.at(runs, depth), testAccuracy, "%.1f"))
		}
		fmt.Fprintln(w)
	}
	t := map[string]string{"depth": w.String(), "depth: cost": costs(runs)}
	w = &strings.Builder{}
	fmt.Fprintln(w, "| eleven layers, wide | test accuracy, % | minutes | images/s | parameters |\n|---|--:|--:|--:|--:|")
	for _, family := range nets.Compared() {
		of := choose(runs, "hour", fmt.Sprintf("wide-%s-w24", family.Name))
		if len(of) == 0 {
			continue
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", family.Name, spread(of, testAccuracy, "%.2f"),
			onEach(of, minutes, "%.1f"), onEach(of, imagesPerSecond, "%.0f"), thousands(of[0].Parameters))
	}
	t["hour"] = w.String()
	return t
}

// costs is what the networks of the experiment on depth cost at its ends.
func costs(runs []run) string {
	w := &strings.Builder{}
	fmt.Fprintln(w, "| | parameters, 8 layers | 56 layers | minutes, 8 layers | 56 layers |\n|---|--:|--:|--:|--:|")
	for _, row := range slices.Concat(families(), variants()) {
		fmt.Fprintf(w, "| %s |", row.title)
		for _, depth := range []int{depths[0], depths[len(depths)-1]} {
			fmt.Fprintf(w, " %s |", parameters(row.at(runs, depth)))
		}
		for _, depth := range []int{depths[0], depths[len(depths)-1]} {
			fmt.Fprintf(w, " %s |", onEach(row.at(runs, depth), minutes, "%.1f"))
		}
		fmt.Fprintln(w)
	}
	return w.String()
}

// parameters is a network's number of parameters, the same in all its runs.
func parameters(runs []run) string {
	if len(runs) == 0 {
		return "—"
	}
	return thousands(runs[0].Parameters)
}

func mirroredAccuracy(r run) float64 { return 100 * r.MirroredAccuracy }
func testAccuracy(r run) float64     { return 100 * r.TestAccuracy }
func minutes(r run) float64          { return r.Seconds / 60 }
func imagesPerSecond(r run) float64  { return r.SamplesPerSecond }

// rewrite puts the tables below their comments, in place of what is there.
func rewrite(page string, tables map[string]string) (string, error) {
	for name, table := range tables {
		place := regexp.MustCompile(`(?m)^<!-- table ` + regexp.QuoteMeta(name) + ` -->\n(\|.*\n)*`)
		if !place.MatchString(page) {
			return "", fmt.Errorf("no place for table %q", name)
		}
		page = place.ReplaceAllLiteralString(page, "<!-- table "+name+" -->\n"+table)
	}
	return page, nil
}

func networks(runs []run, preset, form string) string {
	w := &strings.Builder{}
	fmt.Fprintln(w, "| network | test accuracy, % | with mirror images, % | held out, % | epoch | minutes | images/s | parameters | peak memory, GB | seeds |")
	fmt.Fprintln(w, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, family := range nets.Compared() {
		of := choose(runs, preset, fmt.Sprintf(form, family.Name))
		if len(of) == 0 {
			continue
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %d |\n", of[0].Network,
			spread(of, testAccuracy, "%.2f"),
			spread(slices.DeleteFunc(slices.Clone(of), func(r run) bool { return r.MirroredAccuracy == 0 }), mirroredAccuracy, "%.2f"),
			spread(of, func(r run) float64 { return 100 * r.HeldOutAccuracy }, "%.2f"),
			list(of, func(r run) string { return strconv.Itoa(r.Epoch) }),
			onEach(of, minutes, "%.1f"), onEach(of, imagesPerSecond, "%.0f"),
			thousands(of[0].Parameters),
			onEach(of, func(r run) float64 { return float64(r.PeakMemory) / 1e9 }, "%.2f"), len(of))
	}
	return w.String()
}

// former are recipes that a better one has replaced, the newest first.
var former = []string{"class-sgd"}

// records lists what was the best before, each network by the recipe of its time.
func records(runs []run) string {
	w := &strings.Builder{}
	fmt.Fprintln(w, "| recipe | network | test accuracy, % | minutes | seeds | commits |\n|---|---|--:|--:|--:|---|")
	for _, name := range former {
		for _, family := range nets.Compared() {
			of := slices.DeleteFunc(slices.Clone(runs), func(r run) bool {
				return r.Recipe != name || !strings.Contains(r.Network, "-"+family.Name+"-")
			})
			if len(of) == 0 {
				continue
			}
			fmt.Fprintf(w, "| %s | %s | %s | %s | %d | %s |\n", name, of[0].Network, spread(of, testAccuracy, "%.2f"), onEach(of, minutes, "%.1f"),
				len(of), list(of, func(r run) string { return r.Commit[:7] }))
		}
	}
	return w.String()
}

// withWeights lists the runs whose weights are kept, and what skipnets eval says of each.
func withWeights(runs []run) string {
	w := &strings.Builder{}
	fmt.Fprintln(w, "| run with weights | test accuracy, % |\n|---|--:|")
	for _, r := range runs {
		if r.weights {
			fmt.Fprintf(w, "| %s/%s-seed%d | %.2f |\n", r.Recipe, r.Network, r.Seed, 100*r.TestAccuracy)
		}
	}
	return w.String()
}

// rates compares the deepest plain network by the peak of its learning rate.
func rates(runs []run) string {
	w := &strings.Builder{}
	fmt.Fprintln(w, "| peak rate | training loss | test accuracy, % | seeds |\n|--:|--:|--:|--:|")
	for _, rate := range []struct{ value, preset string }{{"0.1", "depth"}, {"0.03", "depth-rate0.03"}, {"0.01", "depth-rate0.01"}} {
		of := choose(runs, rate.preset, "half-plain-56")
		fmt.Fprintf(w, "| %s | %s | %s | %d |\n", rate.value,
			spread(of, func(r run) float64 { return r.last.TrainLoss }, "%.3f"), spread(of, testAccuracy, "%.2f"), len(of))
	}
	return w.String()
}

// recipes lists how the networks are trained.
func recipes() string {
	w := &strings.Builder{}
	fmt.Fprintln(w, "| preset | length | batch | optimizer | peak rate, schedule | weight decay | labels smoothed by | images | convolutions | ingredients |")
	fmt.Fprintln(w, "|---|--:|--:|---|---|--:|--:|---|---|---|")
	for _, name := range recipe.PresetNames() {
		r, err := recipe.Preset(name)
		if err != nil {
			panic(err) // it is one of PresetNames
		}
		length, optimizer, precision := fmt.Sprintf("%d epochs", r.Epochs), r.Optimizer, "float32"
		if r.Steps > 0 {
			length = thousands(int64(r.Steps)) + " steps"
		}
		if r.Momentum > 0 {
			optimizer += fmt.Sprintf(", Nesterov momentum %g", r.Momentum)
		}
		if r.Optimizer == recipe.Muon {
			optimizer = fmt.Sprintf("Muon for kernels, rate %g, momentum %g; SGD, Nesterov momentum %g", r.KernelRate, r.KernelMomentum, r.Momentum)
		}
		schedule := r.Schedule
		if r.WarmUp > 0 {
			schedule += fmt.Sprintf(", %.0f%% of it upwards", 100*r.WarmUp)
		}
		if r.BFloat16 {
			precision = "bfloat16"
		}
		fmt.Fprintf(w, "| %s | %s | %d | %s | %g, %s | %g | %g | %s | %s | %s |\n", name, length, r.BatchSize, optimizer, r.LearningRate,
			schedule, r.WeightDecay, r.LabelSmoothing, augmentation(r), precision, strings.Join(r.Ingredients(), ", "))
	}
	return w.String()
}

func augmentation(r recipe.Recipe) string {
	var parts []string
	if r.Pad > 0 {
		parts = append(parts, fmt.Sprintf("shifted by up to %d pixels", r.Pad))
	}
	if r.Flip != "" && r.Flip != images.NoFlip {
		parts = append(parts, "flipped: "+string(r.Flip))
	}
	if len(parts) == 0 {
		return "as they are"
	}
	return strings.Join(parts, ", ")
}

// commits lists what the runs were made with, and on what.
func commits(runs []run) string {
	w := &strings.Builder{}
	fmt.Fprintln(w, "| preset | machine | commit | runs |\n|---|---|---|---|")
	of := map[string][]string{}
	for _, r := range runs {
		commit := fmt.Sprintf("%.7s", r.Commit)
		if strings.HasSuffix(r.Commit, "+") { // files had been changed
			commit += "+"
		}
		key := fmt.Sprintf("| %s | %s | %s |", r.Recipe, r.Machine, commit)
		of[key] = append(of[key], fmt.Sprintf("%s (%d)", r.Network, r.Seed))
	}
	for _, key := range slices.Sorted(maps.Keys(of)) {
		fmt.Fprintf(w, "%s %s |\n", key, strings.Join(of[key], ", "))
	}
	return w.String()
}

func byDepth(runs []run, cell func([]run) string) string {
	w := &strings.Builder{}
	columns := slices.Concat(families(), variants())
	fmt.Fprint(w, "| layers |")
	for _, column := range columns {
		fmt.Fprintf(w, " %s |", column.title)
	}
	fmt.Fprintf(w, "\n|--:|%s\n", strings.Repeat("--:|", len(columns)))
	for _, depth := range whole(runs) {
		fmt.Fprintf(w, "| %d |", depth)
		for _, column := range columns {
			fmt.Fprintf(w, " %s |", cell(column.at(runs, depth)))
		}
		fmt.Fprintln(w)
	}
	return w.String()
}

// whole lists the depths that every family has been trained at.
func whole(runs []run) []int {
	return slices.DeleteFunc(slices.Clone(depths), func(depth int) bool {
		return slices.ContainsFunc(families(), func(r row) bool { return len(r.at(runs, depth)) == 0 })
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

// onEach is the spread on each machine, in the order of their names: what was measured on different ones has no mean.
func onEach(runs []run, value func(run) float64, show string) string {
	of := map[string][]run{}
	for _, r := range runs {
		of[r.Machine] = append(of[r.Machine], r)
	}
	var cells []string
	for _, machine := range slices.Sorted(maps.Keys(of)) {
		cells = append(cells, spread(of[machine], value, show))
	}
	if len(cells) == 0 {
		return "—"
	}
	return strings.Join(cells, " / ")
}

// spread is the mean over seeds and the sample's standard deviation, or just the values where there are fewer than three.
func spread(runs []run, value func(run) float64, show string) string {
	switch {
	case len(runs) == 0:
		return "—"
	case len(runs) < 3:
		return list(runs, func(r run) string { return fmt.Sprintf(show, value(r)) })
	}
	mean, deviation := stat.MeanStdDev(values(runs, value), nil)
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

// depthFigure draws the training loss at the end against depth, a curve for each variant and family, with a band for the spread over
// seeds. The families' blocks are its legend.
func depthFigure(runs []run) ([]byte, error) {
	var series []plots.Series
	var drawings []plots.Drawing
	for _, row := range slices.Concat(variants(), families()) { // a family's line lies over those of its variants
		s := plots.Series{Name: row.title}
		for _, depth := range whole(runs) {
			of := row.at(runs, depth)
			if len(of) == 0 { // a variant may have been trained at some depths only
				continue
			}
			mean, deviation := stat.MeanStdDev(values(of, func(r run) float64 { return r.last.TrainLoss }), nil)
			if math.IsNaN(deviation) { // of one seed
				deviation = 0
			}
			s.X, s.Y, s.Spread = append(s.X, float64(depth)), append(s.Y, mean), append(s.Spread, deviation)
		}
		series, drawings = append(series, s), append(drawings, emblem(row.title))
	}
	axes := plots.Axes{Title: "What depth does", X: "layers", Y: "training loss after ten epochs: lower is better"}
	return plots.Illustrated(axes, drawings, series...)
}

// emblem is the small drawing of a family's block; a variant has none.
func emblem(title string) (d plots.Drawing) {
	for _, family := range nets.Compared() {
		if family.Name != title {
			continue
		}
		for _, box := range family.Emblem.Boxes {
			d.Boxes = append(d.Boxes, plots.Box(box))
		}
		for _, arrow := range family.Emblem.Arrows {
			d.Arrows = append(d.Arrows, plots.Arrow(arrow))
		}
	}
	return d
}
