// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/skipnets/skipnets/pkg/cifar"
	"github.com/skipnets/skipnets/pkg/nets"
)

// tables are the tables of docs/results.md, by the name in the comment above each. All but one are of CIFAR-10.
func tables(runs []run) map[string]string {
	hundred := "" // until there are runs
	if of := on(runs, cifar.CIFAR100); len(of) > 0 {
		hundred = networks(of, "hour", "wide-%s-w24")
	}
	runs = on(runs, cifar.CIFAR10)
	t := map[string]string{
		"cifar100": hundred,
		"class":    networks(runs, "class", "wide-%s-w24"), "hour": networks(runs, "hour", "wide-%s-w24"),
		"break": networks(runs, "break", "wide-%s-w40"), "hour-muon": networks(runs, "hour-muon", "wide-%s-w48"), "records": records(runs),
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
				return r.Recipe != name || !r.of(family)
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
