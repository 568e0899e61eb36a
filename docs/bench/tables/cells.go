// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"
)

func mirroredAccuracy(r run) float64 { return 100 * r.MirroredAccuracy }

func testAccuracy(r run) float64 { return 100 * r.TestAccuracy }

func minutes(r run) float64 { return r.Seconds / 60 }

func imagesPerSecond(r run) float64 { return r.SamplesPerSecond }

// mean of the runs' values.
func mean(runs []run, value func(run) float64) float64 { return stat.Mean(values(runs, value), nil) }

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
