// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// Series is a named sequence of values.
type Series struct {
	Name      string
	X         []float64 // nil means 1, 2, 3, …
	Y         []float64
	Spread    []float64 // half the height of the band around each point, such as a standard deviation over seeds; nil means none
	Reference bool      // a thin dashed line to compare the others with, such as the loss of guessing; with another's name, in its colour
	Dashed    bool      // nothing was measured between the points: a dashed line joins them, and a bar shows the spread of each
}

// points checks the series against the axes and returns it in gonum's form.
func (s Series) points(axes Axes) (plotter.XYs, error) {
	if len(s.Y) == 0 {
		return nil, fmt.Errorf("series %q: %w", s.Name, ErrEmpty)
	}
	if s.X != nil && len(s.X) != len(s.Y) {
		return nil, fmt.Errorf("series %q: %d values of x, %d of y", s.Name, len(s.X), len(s.Y))
	}
	if s.Spread != nil && len(s.Spread) != len(s.Y) {
		return nil, fmt.Errorf("series %q: %d spreads, %d values of y", s.Name, len(s.Spread), len(s.Y))
	}
	points := make(plotter.XYs, len(s.Y))
	for i, y := range s.Y {
		x := float64(i + 1)
		if s.X != nil {
			x = s.X[i]
		}
		bottom := y
		if s.Spread != nil {
			bottom -= s.Spread[i]
		}
		if (axes.LogX && x <= 0) || (axes.LogY && bottom <= 0) {
			return nil, fmt.Errorf("series %q: point %d (%g, %g) cannot be on a logarithmic axis", s.Name, i, x, y)
		}
		points[i].X, points[i].Y = x, y
	}
	return points, plotter.CheckFloats(append(flatten(points), s.Spread...)...)
}

func flatten(points plotter.XYs) []float64 {
	var flat []float64
	for _, p := range points {
		flat = append(flat, p.X, p.Y)
	}
	return flat
}

// Curves draws each series as a line with its name at the end, its points marked when they are few and a band around it if it has
// a spread, and returns the PNG. It is an error when there is no series, when one is empty, its lengths differ, or a value is NaN,
// infinite or, on a logarithmic axis, not positive.
func Curves(axes Axes, series ...Series) ([]byte, error) {
	c, err := newChart(axes, series)
	if err != nil {
		return nil, fmt.Errorf("plots: curves: %w", err)
	}
	return encode(figureWidth, figureHeight, func(canvas draw.Canvas) { c.draw(headed(canvas, axes, 12)) })
}
