// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// markedPoints is the longest curve whose single points are marked.
const markedPoints = 30

// Series is a named sequence of values.
type Series struct {
	Name   string
	X      []float64 // nil means 1, 2, 3, …
	Y      []float64
	Spread []float64 // half the length of each point's error bar, such as a standard deviation over seeds; nil means none
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
		return nil, fmt.Errorf("series %q: %d error bars, %d values of y", s.Name, len(s.Spread), len(s.Y))
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

// Curves draws each series as a line, with its points marked when they are few and its error bars if it has some, and returns
// the PNG. It is an error when there is no series, when one is empty, its lengths differ, or a value is NaN, infinite or,
// on a logarithmic axis, not positive.
func Curves(axes Axes, series ...Series) ([]byte, error) {
	if len(series) == 0 {
		return nil, fmt.Errorf("plots: curves: %w", ErrEmpty)
	}
	p, legend, style := newPlot(axes), plot.NewLegend(), styler{}
	p.Add(grid())
	whole := true
	for _, s := range series {
		points, err := s.points(axes)
		if err != nil {
			return nil, fmt.Errorf("plots: curves: %w", err)
		}
		for _, point := range points {
			whole = whole && point.X == math.Trunc(point.X)
		}
		if err := addCurve(p, &legend, &style, s, points); err != nil {
			return nil, fmt.Errorf("plots: curves: series %q: %w", s.Name, err)
		}
	}
	switch {
	case axes.LogX:
		widenLog(&p.X)
	case whole: // there is no epoch 1.5
		p.X.Tick.Marker = plot.TickerFunc(wholeTicks)
	}
	if axes.LogY {
		widenLog(&p.Y)
	}
	return encode(vg.Points(480), vg.Points(290), func(canvas draw.Canvas) { drawBeside(canvas, p, legend) })
}

func addCurve(p *plot.Plot, legend *plot.Legend, style *styler, s Series, points plotter.XYs) error {
	line, scatter, err := plotter.NewLinePoints(points)
	if err != nil {
		return err
	}
	line.Width = vg.Points(1.6)
	line.Color, line.Dashes = style.next(s.Name)
	p.Add(line)
	if len(points) <= markedPoints {
		scatter.Color, scatter.Radius, scatter.Shape = line.Color, vg.Points(2.2), draw.CircleGlyph{}
		p.Add(scatter)
	}
	if s.Spread != nil {
		bars, err := plotter.NewYErrorBars(withErrors{points, symmetric(s.Spread)})
		if err != nil {
			return err
		}
		bars.Color, bars.Width = line.Color, vg.Points(1)
		p.Add(bars)
	}
	if s.Name != "" {
		legend.Add(s.Name, line)
	}
	return nil
}

// withErrors are points with error bars, in gonum's form.
type withErrors struct {
	plotter.XYs
	plotter.YErrors
}

func symmetric(bars []float64) plotter.YErrors {
	errs := make(plotter.YErrors, len(bars))
	for i, bar := range bars {
		errs[i].Low, errs[i].High = bar, bar
	}
	return errs
}

// Bars draws one group of bars a label, one bar of the group a series, with its error bar if the series has some (series.X is not
// used), and returns the PNG.
// The axis begins at zero, so that lengths compare. It is an error when there is nothing to draw, when a series
// has not one value a label, or a value is NaN or infinite.
func Bars(axes Axes, labels []string, series ...Series) ([]byte, error) {
	if len(labels) == 0 || len(series) == 0 {
		return nil, fmt.Errorf("plots: bars: %w", ErrEmpty)
	}
	if axes.LogX || axes.LogY {
		return nil, errors.New("plots: bars: a logarithmic axis has no zero for bars to start from")
	}
	p, legend, style := newPlot(axes), plot.NewLegend(), styler{}
	p.Y.Min = 0
	for i, s := range series {
		if len(s.Y) != len(labels) {
			return nil, fmt.Errorf("plots: bars: series %q has %d values for %d labels", s.Name, len(s.Y), len(labels))
		}
		if s.Spread != nil && len(s.Spread) != len(s.Y) {
			return nil, fmt.Errorf("plots: bars: series %q has %d error bars for %d values", s.Name, len(s.Spread), len(s.Y))
		}
		width := vg.Points(260) / vg.Length(len(labels)*len(series))
		bars, err := plotter.NewBarChart(plotter.Values(s.Y), width)
		if err != nil {
			return nil, fmt.Errorf("plots: bars: series %q: %w", s.Name, err)
		}
		bars.Color, _ = style.next(s.Name)
		bars.LineStyle.Width = 0
		bars.Offset = width * (vg.Length(i) - vg.Length(len(series)-1)/2)
		p.Add(bars)
		if s.Spread != nil {
			whiskers, err := newWhiskers(s, bars.Offset)
			if err != nil {
				return nil, fmt.Errorf("plots: bars: series %q: %w", s.Name, err)
			}
			p.Add(whiskers)
		}
		if s.Name != "" {
			legend.Add(s.Name, bars)
		}
	}
	p.NominalX(labels...)
	turnLong(p, labels)
	p.X.Min, p.X.Max = -0.5, float64(len(labels))-0.5
	return encode(vg.Points(480), vg.Points(290), func(canvas draw.Canvas) { drawBeside(canvas, p, legend) })
}

// turnLong turns the labels of an axis on their side where they would run into each other.
func turnLong(p *plot.Plot, labels []string) {
	const room = 330 * vg.Length(1) // what an axis has beside a legend
	longest := vg.Length(0)
	for _, label := range labels {
		longest = max(longest, p.X.Tick.Label.Width(label))
	}
	if longest*vg.Length(len(labels)) > room {
		p.X.Tick.Label.Rotation = math.Pi / 6
		p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = text.XRight, text.YCenter
	}
}

// whiskers are the error bars of a series of bars, as far beside its labels as the bars.
type whiskers struct {
	*plotter.YErrorBars
	offset vg.Length
}

func newWhiskers(s Series, offset vg.Length) (whiskers, error) {
	points := make(plotter.XYs, len(s.Y))
	for i, y := range s.Y {
		points[i].X, points[i].Y = float64(i), y
	}
	bars, err := plotter.NewYErrorBars(withErrors{points, symmetric(s.Spread)})
	return whiskers{bars, offset}, err
}

// Plot draws them at their offset.
func (w whiskers) Plot(canvas draw.Canvas, p *plot.Plot) {
	canvas.Push()
	defer canvas.Pop()
	canvas.Translate(vg.Point{X: w.offset})
	w.YErrorBars.Plot(canvas, p)
}

// grid returns light lines behind the data.
func grid() *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical.Color, g.Horizontal.Color = lightGrey, lightGrey
	return g
}
