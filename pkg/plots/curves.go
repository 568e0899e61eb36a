// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// markedPoints is the longest curve whose single points are marked.
const markedPoints = 12

// Series is a named sequence of values.
type Series struct {
	Name      string
	X         []float64 // nil means 1, 2, 3, …
	Y         []float64
	Spread    []float64 // half the height of the band around each point, such as a standard deviation over seeds; nil means none
	Reference bool      // a thin dashed line to compare the others with, such as the loss of guessing
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

// A chart is curves over one pair of axes.
type chart struct {
	plot   *plot.Plot
	axes   Axes
	series []Series
	points []plotter.XYs
	colors []color.RGBA
	size   vg.Length // of the lines' names
}

func newChart(axes Axes, series []Series) (*chart, error) {
	if len(series) == 0 {
		return nil, ErrEmpty
	}
	c := &chart{plot: newPlot(axes), axes: axes, series: series, colors: colorsOf(series), size: 10}
	c.plot.Add(grid())
	whole := true
	for _, s := range series {
		points, err := s.points(axes)
		if err != nil {
			return nil, err
		}
		c.points = append(c.points, points)
		for _, point := range points {
			whole = whole && point.X == math.Trunc(point.X)
		}
	}
	for i, s := range series { // bands lie behind all lines
		if s.Spread == nil {
			continue
		}
		band, err := plotter.NewPolygon(bandOf(c.points[i], s.Spread))
		if err != nil {
			return nil, fmt.Errorf("series %q: %w", s.Name, err)
		}
		band.Color, band.LineStyle.Width = blend(c.colors[i], 0xff, 0.75), 0
		c.plot.Add(band)
	}
	for i, s := range series {
		if err := c.addLine(i); err != nil {
			return nil, fmt.Errorf("series %q: %w", s.Name, err)
		}
	}
	if whole && !axes.LogX { // there is no epoch 1.5
		c.plot.X.Tick.Marker = plot.TickerFunc(wholeTicks)
	}
	if places := c.places(); whole && len(places) <= 6 {
		c.plot.X.Tick.Marker = plot.ConstantTicks(places)
	}
	c.fit()
	return c, nil
}

// places labels every place at which there is a point.
func (c *chart) places() (ticks []plot.Tick) {
	seen := map[float64]bool{}
	for _, points := range c.points {
		for _, p := range points {
			if !seen[p.X] {
				ticks = append(ticks, plot.Tick{Value: p.X, Label: Number(p.X, 0)})
			}
			seen[p.X] = true
		}
	}
	return ticks
}

// fit ends logarithmic axes at round values.
func (c *chart) fit() {
	if c.axes.LogX {
		widenLog(&c.plot.X)
	}
	if c.axes.LogY {
		widenLog(&c.plot.Y)
	}
}

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

func (c *chart) addLine(i int) error {
	line, scatter, err := plotter.NewLinePoints(c.points[i])
	if err != nil {
		return err
	}
	line.Width, line.Color = vg.Points(1.8), c.colors[i]
	if c.series[i].Reference {
		line.Width, line.Dashes = vg.Points(0.9), []vg.Length{vg.Points(4), vg.Points(3)}
		c.plot.Add(line)
		return nil
	}
	c.plot.Add(line)
	if len(c.points[i]) <= markedPoints {
		scatter.Color, scatter.Radius, scatter.Shape = line.Color, vg.Points(2.3), draw.CircleGlyph{}
		c.plot.Add(scatter)
	}
	return nil
}

// draw draws the axes, the curves and the names at their ends.
func (c *chart) draw(canvas draw.Canvas) {
	left := draw.Crop(canvas, 0, -c.room(), 0, 0)
	c.plot.Draw(left)
	data := c.plot.DataCanvas(left)
	x, y := c.plot.Transforms(&data)
	var paths [][]vg.Point
	for _, points := range c.points {
		var path []vg.Point
		for _, p := range points {
			path = append(path, vg.Point{X: x(p.X), Y: y(p.Y)})
		}
		paths = append(paths, path)
	}
	placeNames(canvas, data.Rectangle, c, paths)
}

// room is what the names at the right edge need.
func (c *chart) room() vg.Length {
	width := vg.Length(0)
	for i, s := range c.series {
		if c.endsAtEdge(i) && s.Name != "" {
			width = max(width, textStyle(sans(c.size), ink).Width(s.Name)+nameGap+2)
		}
	}
	return width
}

// endsAtEdge tells whether a line ends where the figure ends.
func (c *chart) endsAtEdge(i int) bool {
	end := c.points[i][len(c.points[i])-1].X
	return end >= c.plot.X.Max-0.06*(c.plot.X.Max-c.plot.X.Min)
}
