// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/skipnets/skipnets/pkg/lesson"
)

// titles are what docs/results.md calls the experiments of notebook 06.
var titles = map[string]string{
	"rescue": "treatment", "gates": "gates", "unnormalised": "without norms", "deepest": "110 layers", "dial": "shortcut", "scales": "shortcut and branch",
}

// attempts lists what became of the networks of notebook 06, from the file below the repository's root that docs/bench/why writes.
func attempts(root string) (string, error) {
	all, err := lesson.ReadTried(filepath.Join(root, "notebooks", lesson.TriedFile))
	if err != nil {
		return "", err
	}
	of := map[string][]lesson.Tried{}
	for _, tried := range all {
		of[tried.Experiment] = append(of[tried.Experiment], tried)
	}
	w := &strings.Builder{}
	fmt.Fprintln(w, "| experiment | network | layers | training loss of the last epoch | trained with |\n|---|---|--:|--:|---|")
	for _, experiment := range lesson.Experiments() {
		for _, depth := range experiment.Depths {
			for _, outcome := range lesson.OutcomesOf(of[experiment.Name], depth) {
				loss, seeds, _ := strings.Cut(strings.TrimSuffix(outcome.String(), ")"), " (")
				fmt.Fprintf(w, "| %s | %s | %d | %s | %s |\n", titles[experiment.Name], outcome.Arm, depth, loss, seeds)
			}
		}
	}
	return w.String(), nil
}
