// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// markedPoints is the longest curve whose single points are marked.
const markedPoints = 12

var dashes = []vg.Length{vg.Points(4), vg.Points(3)}

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
		if s.Spread == nil || s.Dashed {
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

func (c *chart) addLine(i int) error {
	line, scatter, err := plotter.NewLinePoints(c.points[i])
	if err != nil {
		return err
	}
	line.Width, line.Color = vg.Points(1.8), c.colors[i]
	if c.series[i].Reference {
		line.Width, line.Dashes = vg.Points(0.9), dashes
		c.plot.Add(line)
		return nil
	}
	if c.series[i].Dashed {
		line.Dashes = dashes
		if err := addErrorBars(c.plot, c.points[i], c.series[i].Spread, 0, c.colors[i]); err != nil {
			return err
		}
	}
	c.plot.Add(line)
	if len(c.points[i]) <= markedPoints {
		scatter.Color, scatter.Radius, scatter.Shape = line.Color, vg.Points(2.3), draw.CircleGlyph{}
		c.plot.Add(scatter)
	}
	return nil
}

// named tells whether a line has its name at its end. One that only compares another line with itself has none.
func (c *chart) named(i int) bool {
	s := c.series[i]
	return s.Name != "" && (!s.Reference || mainLine(c.series, s.Name) < 0)
}

// draw draws the axes, the curves and the names at their ends.
func (c *chart) draw(canvas draw.Canvas) {
	data := c.drawPlot(draw.Crop(canvas, 0, -c.room(), 0, 0))
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

// drawPlot draws axes and curves, and returns the area between the axes.
func (c *chart) drawPlot(canvas draw.Canvas) (data draw.Canvas) {
	label := c.plot.X.Label
	if c.axes.LogX { // gonum keeps room for the axis' name as if its middle were that of the values
		c.plot.X.Label.Text = ""
		defer func() { c.plot.X.Label = label }()
		style := label.TextStyle
		style.XAlign, style.YAlign = text.XCenter, text.YBottom
		rest := draw.Crop(canvas, 0, 0, style.Height(label.Text)+label.Padding, 0)
		data = c.plot.DataCanvas(rest)
		canvas.FillText(style, vg.Point{X: data.Center().X, Y: canvas.Min.Y}, label.Text)
		canvas = rest
	}
	c.plot.Draw(canvas)
	return c.plot.DataCanvas(canvas)
}

// room is what the names at the right edge need.
func (c *chart) room() vg.Length {
	width := vg.Length(0)
	for i, s := range c.series {
		if c.endsAtEdge(i) && c.named(i) {
			width = max(width, textStyle(sans(c.size), ink).Width(s.Name)+nameGap+2)
		}
	}
	return width
}

// endsAtEdge tells whether a line ends where the figure ends.
func (c *chart) endsAtEdge(i int) bool {
	edge := 0.94
	if c.axes.LogX { // which ends at a round value, with room for a name beyond the last point
		edge = 0.97
	}
	return c.plot.X.Norm(c.points[i][len(c.points[i])-1].X) >= edge
}
