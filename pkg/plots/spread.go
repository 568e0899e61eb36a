// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
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

// addErrorBars draws a bar of the spread at each point of a series, if it has one.
func (c *chart) addErrorBars(i int) error {
	if c.series[i].Spread == nil {
		return nil
	}
	errs := make(plotter.YErrors, len(c.points[i]))
	for k, spread := range c.series[i].Spread {
		errs[k].Low, errs[k].High = spread, spread
	}
	bars, err := plotter.NewYErrorBars(withErrors{c.points[i], errs})
	if err != nil {
		return err
	}
	bars.Color, bars.Width = c.colors[i], vg.Points(1)
	c.plot.Add(bars)
	return nil
}
