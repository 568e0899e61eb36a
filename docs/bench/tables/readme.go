// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/skipnets/skipnets/pkg/nets"
)

// shortTables are those of README.md, each accuracy with what it costs.
func shortTables(runs []run) (map[string]string, error) {
	costs, err := newCosts()
	if err != nil {
		return nil, err
	}
	defer costs.backend.Finalize()
	deep, err := depthWithCosts(runs, costs)
	if err != nil {
		return nil, err
	}
	timed, err := timedWithCosts(runs, costs)
	return map[string]string{"depth": deep, "timed": timed}, err
}

func depthWithCosts(runs []run, c *costs) (string, error) {
	w := &strings.Builder{}
	fmt.Fprintln(w, "| | y = | 8 layers | 20 layers | 32 layers | 56 layers |\n|---|---|--:|--:|--:|--:|")
	for _, row := range slices.Concat(families(), variants()) {
		fmt.Fprintf(w, "| %s | %s |", row.title, row.merge)
		for _, depth := range nets.Depths {
			of := row.at(runs, depth)
			if len(of) == 0 {
				fmt.Fprint(w, " — |")
				continue
			}
			multiplyAdds, err := c.multiplyAdds(of[0].Network)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(w, " %s<br><sub>%s min · %s M · %s k</sub> |", spread(of, testAccuracy, "%.1f"), rounded(mean(of, minutes)),
				rounded(multiplyAdds/1e6), thousands((of[0].Parameters+500)/1000))
		}
		fmt.Fprintln(w)
	}
	return w.String(), nil
}

func timedWithCosts(runs []run, c *costs) (string, error) {
	w := &strings.Builder{}
	fmt.Fprintln(w, "| preset | network | test accuracy, % | minutes | multiply-adds, M | parameters |\n|---|---|--:|--:|--:|--:|")
	for _, preset := range timedPresets {
		for _, family := range nets.Compared() {
			of := timed(runs, preset, family)
			if len(of) == 0 {
				continue
			}
			multiplyAdds, err := c.multiplyAdds(of[0].Network)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", preset, of[0].Network, spread(of, testAccuracy, "%.2f"),
				rounded(minutes(of[0])), rounded(multiplyAdds/1e6), thousands(of[0].Parameters))
		}
	}
	return w.String(), nil
}
