// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math"
	"slices"

	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/plots"
	"gonum.org/v1/gonum/stat"
)

// depthFigure draws the training loss at the end against depth, a curve for each variant and family, with a band for the spread over
// seeds. The families' blocks are its legend.
func depthFigure(runs []run) ([]byte, error) {
	var series []plots.Series
	var drawings []plots.Drawing
	for _, row := range slices.Concat(variants(), families()) { // a family's line lies over those of its variants
		drawing := emblem(row.title)
		s := plots.Series{Name: row.title, Dashed: len(drawing.Boxes) == 0} // a variant
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
		series, drawings = append(series, s), append(drawings, drawing)
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
