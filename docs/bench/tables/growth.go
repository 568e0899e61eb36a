// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/plots"
)

// growthHead begins the table of docs/performance.md that docs/growth.png shows.
const growthHead = "A training step, in ms:\n\n"

// growthFigure draws the time of a training step against depth, from the page that has it in a table: a row for each depth, and a column for
// each family.
func growthFigure(page string) ([]byte, error) {
	_, table, found := strings.Cut(page, growthHead)
	if !found {
		return nil, fmt.Errorf("no table below %q", growthHead)
	}
	series := make([]plots.Series, len(nets.Compared()))
	for i, family := range nets.Compared() {
		series[i].Name = family.Name
	}
	for i, line := range strings.Split(table, "\n") {
		cells := strings.Split(strings.Trim(line, "| "), "|")
		if len(cells) != len(series)+1 {
			break // the table has ended
		}
		if i < 2 { // its head
			continue
		}
		var numbers []float64
		for _, cell := range cells {
			number, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
			if err != nil {
				return nil, fmt.Errorf("the table of steps: %w", err)
			}
			numbers = append(numbers, number)
		}
		for k := range series {
			series[k].X, series[k].Y = append(series[k].X, numbers[0]), append(series[k].Y, numbers[k+1])
		}
	}
	return plots.Curves(plots.Axes{Title: "A training step grows with depth", X: "layers", Y: "milliseconds for a batch of 128 images"}, series...)
}
