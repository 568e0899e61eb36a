// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"github.com/skipnets/skipnets/pkg/recipe"
)

// writeTable writes the results as a Markdown table, and below it, where networks were trained with several seeds, another with
// their means.
func writeTable(w io.Writer, results []recipe.Report) error {
	if len(results) == 0 {
		return nil
	}
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "\n| network | seed | test accuracy | with mirror images | held out | epoch | minutes | images/s | parameters | peak memory |")
	fmt.Fprintln(out, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, r := range results {
		test, mirrored := "not measured", "not measured"
		if r.TestImages > 0 {
			test = fmt.Sprintf("%.2f%%", 100*r.TestAccuracy)
		}
		if r.MirroredAccuracy > 0 {
			mirrored = fmt.Sprintf("%.2f%%", 100*r.MirroredAccuracy)
		}
		fmt.Fprintf(out, "| %s | %d | %s | %s | %.2f%% | %d | %.1f | %.0f | %d | %.2f GB |\n", r.Network, r.Seed, test, mirrored,
			100*r.HeldOutAccuracy, r.Epoch, r.Seconds/60, r.SamplesPerSecond, r.Parameters, float64(r.PeakMemory)/1e9)
	}
	writeMeans(out, results)
	r := results[0]
	fmt.Fprintf(out, "\nRecipe %s, convolutions in %s, %d test images, %s, %s.\n", r.Recipe, r.Precision, r.TestImages, r.Machine, r.Backend)
	return out.Flush()
}

// writeMeans writes a line for each network with several seeds: mean ± standard deviation.
func writeMeans(out io.Writer, results []recipe.Report) {
	bySeed := map[string][]recipe.Report{}
	var names []string
	for _, r := range results {
		if !slices.Contains(names, r.Network) {
			names = append(names, r.Network)
		}
		bySeed[r.Network] = append(bySeed[r.Network], r)
	}
	if len(names) == len(results) {
		return
	}
	fmt.Fprintln(out, "\n| network | seeds | test accuracy | held out |")
	fmt.Fprintln(out, "|---|---|--:|--:|")
	for _, name := range names {
		var seeds []string
		var test, heldOut []float64
		for _, r := range bySeed[name] {
			seeds = append(seeds, fmt.Sprint(r.Seed))
			heldOut = append(heldOut, 100*r.HeldOutAccuracy)
			if r.TestImages > 0 {
				test = append(test, 100*r.TestAccuracy)
			}
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", name, strings.Join(seeds, ", "), spread(test), spread(heldOut))
	}
}

// spread is the mean and, of several values, the standard deviation.
func spread(values []float64) string {
	switch len(values) {
	case 0:
		return "not measured"
	case 1:
		return fmt.Sprintf("%.2f%%", values[0])
	}
	mean, deviation := stat.MeanStdDev(values, nil)
	return fmt.Sprintf("%.2f ± %.2f%%", mean, deviation)
}
