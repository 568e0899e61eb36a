// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strings"

	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/plots"
)

// published are records that others report, each as minutes and test accuracy in %. Their sources are in docs/results.md.
var published = []plots.Series{
	{Name: "others, one A100 GPU", X: []float64{3.29 / 60, 10.4 / 60, 46.3 / 60}, Y: []float64{94, 95, 96}},
	{Name: "others, 16 CPU cores", X: []float64{54 * 60}, Y: []float64{93}},
}

// timedPresets are those whose networks are meant to get as far as they can in their time, in the order of the minutes they took.
var timedPresets = []string{"class", "hour", "break", "hour-muon"}

// accuracyFigure draws test accuracy against minutes: a line for each family, a point for each preset, and what others report.
// Minutes are those of seed 1.
func accuracyFigure(runs []run) ([]byte, error) {
	var series []plots.Series
	for _, family := range nets.Compared() {
		s := plots.Series{Name: family.Name}
		for _, preset := range timedPresets {
			of := timed(runs, preset, family)
			if len(of) == 0 {
				continue
			}
			s.X = append(s.X, minutes(of[0]))
			s.Y = append(s.Y, mean(of, testAccuracy))
		}
		series = append(series, s)
	}
	axes := plots.Axes{Title: "What minutes buy", X: "minutes of training, two CPU cores where nothing else is said", Y: "test accuracy, %", LogX: true}
	return plots.Curves(axes, slices.Concat(published, series)...)
}

// timed are a family's runs by a preset, seed 1 first, which is the one that was trained with nothing beside it.
func timed(runs []run, preset string, f nets.Family) []run {
	return slices.DeleteFunc(slices.Clone(runs), func(r run) bool { return r.Recipe != preset || !r.of(f) })
}

// of tells whether the run's network belongs to the family.
func (r run) of(f nets.Family) bool { return strings.Contains(r.Network, "-"+f.Name+"-") }
