// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// bandOf is the outline of what lies within the spread of the points.
func bandOf(points plotter.XYs, spread []float64) plotter.XYs {
	n := len(points)
	outline := make(plotter.XYs, 2*n)
	for i, p := range points {
		outline[i] = plotter.XY{X: p.X, Y: p.Y + spread[i]}
		outline[2*n-1-i] = plotter.XY{X: p.X, Y: p.Y - spread[i]}
	}
	return outline
}

// whiskers are error bars, drawn so far beside their points.
type whiskers struct {
	*plotter.YErrorBars
	offset vg.Length
}

// Plot draws them at their offset.
func (w whiskers) Plot(canvas draw.Canvas, p *plot.Plot) {
	canvas.Push()
	defer canvas.Pop()
	canvas.Translate(vg.Point{X: w.offset})
	w.YErrorBars.Plot(canvas, p)
}

// withErrors are points with error bars, in gonum's form.
type withErrors struct {
	plotter.XYs
	plotter.YErrors
}

// addErrorBars draws a bar of the spread at each point that has one. A spread of zero, such as that of a single seed, gets none.
func addErrorBars(p *plot.Plot, points plotter.XYs, spread []float64, offset vg.Length, c color.Color) error {
	var uncertain withErrors
	for i, half := range spread {
		if half != 0 {
			uncertain.XYs = append(uncertain.XYs, points[i])
			uncertain.YErrors = append(uncertain.YErrors, struct{ Low, High float64 }{half, half})
		}
	}
	if len(uncertain.XYs) == 0 {
		return nil
	}
	bars, err := plotter.NewYErrorBars(uncertain)
	if err != nil {
		return err
	}
	bars.Color, bars.Width = c, vg.Points(1)
	p.Add(whiskers{bars, offset})
	return nil
}
