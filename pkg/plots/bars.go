// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars draws one group of bars a label, one bar of the group a series, with its error bar if the series has some (series.X is not
// used), and returns the PNG. Several series are named in one line above the bars. One to compare with ([Series].Reference) is its first
// value alone, a dashed line across the bars with its name at the right end.
// The axis begins at zero, so that lengths compare. It is an error when there is nothing to draw, when a series
// has not one value a label, or a value is NaN or infinite.
func Bars(axes Axes, labels []string, series ...Series) ([]byte, error) {
	series, levels := split(series)
	if len(labels) == 0 || len(series) == 0 {
		return nil, fmt.Errorf("plots: bars: %w", ErrEmpty)
	}
	if axes.LogX || axes.LogY {
		return nil, errors.New("plots: bars: a logarithmic axis has no zero for bars to start from")
	}
	p, colors := newPlot(axes), colorsOf(series)
	p.Add(grid())
	p.Y.Min = 0
	width := (vg.Points(310) - 0.7*roomFor(levels)) / vg.Length(len(labels)*len(series))
	for i, s := range series {
		if err := addBars(p, s, len(labels), width, width*(vg.Length(i)-vg.Length(len(series)-1)/2), colors[i]); err != nil {
			return nil, fmt.Errorf("plots: bars: series %q %w", s.Name, err)
		}
	}
	for _, s := range levels {
		if len(s.Y) == 0 {
			return nil, fmt.Errorf("plots: bars: series %q: %w", s.Name, ErrEmpty)
		}
		p.Add(level{s.Name, s.Y[0]})
		p.Y.Max = max(p.Y.Max, s.Y[0])
	}
	p.NominalX(labels...)
	turnLong(p, labels)
	p.X.Min, p.X.Max = -0.5, float64(len(labels))-0.5
	return encode(figureWidth, figureHeight, func(canvas draw.Canvas) {
		canvas = headed(canvas, axes, 12)
		if len(series) > 1 {
			canvas = legend(canvas, series, colors)
		}
		p.Draw(draw.Crop(canvas, 0, -roomFor(levels), 0, 0))
	})
}

// split parts what is drawn as bars from what they are compared with.
func split(series []Series) (bars, levels []Series) {
	for _, s := range series {
		if s.Reference {
			levels = append(levels, s)
		} else {
			bars = append(bars, s)
		}
	}
	return bars, levels
}

// A level is a dashed line across the figure, with its name.
type level struct {
	name string
	y    float64
}

// Plot draws it.
func (l level) Plot(canvas draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&canvas)
	at := y(l.y)
	canvas.StrokeLine2(draw.LineStyle{Color: faint, Width: vg.Points(0.9), Dashes: dashes}, canvas.Min.X, at, canvas.Max.X, at)
	style := textStyle(sans(10), faint)
	style.YAlign = text.YCenter
	canvas.FillText(style, vg.Point{X: canvas.Max.X + nameGap, Y: at}, l.name)
}

// roomFor is what the names of levels need at the right.
func roomFor(levels []Series) (width vg.Length) {
	for _, s := range levels {
		width = max(width, textStyle(sans(10), faint).Width(s.Name)+nameGap)
	}
	return width
}

func addBars(p *plot.Plot, s Series, labels int, width, offset vg.Length, c color.Color) error {
	if len(s.Y) != labels {
		return fmt.Errorf("has %d values for %d labels", len(s.Y), labels)
	}
	if s.Spread != nil && len(s.Spread) != len(s.Y) {
		return fmt.Errorf("has %d spreads, %d values", len(s.Spread), len(s.Y))
	}
	bars, err := plotter.NewBarChart(plotter.Values(s.Y), width)
	if err != nil {
		return err
	}
	bars.Color, bars.LineStyle.Width, bars.Offset = c, 0, offset
	p.Add(bars)
	if s.Spread == nil {
		return nil
	}
	points := make(plotter.XYs, len(s.Y))
	for i, y := range s.Y {
		points[i].X, points[i].Y = float64(i), y
	}
	return addErrorBars(p, points, s.Spread, offset, ink)
}

// legend names the series in one line, and returns the room below it.
func legend(canvas draw.Canvas, series []Series, colors []color.RGBA) draw.Canvas {
	style := textStyle(sans(10), ink)
	style.YAlign = text.YTop
	at := vg.Point{X: canvas.Min.X, Y: canvas.Max.Y}
	const side = 8
	for i, s := range series {
		low := vg.Point{X: at.X, Y: at.Y - side - 2}
		canvas.FillPolygon(colors[i], []vg.Point{low, {X: low.X + side, Y: low.Y}, {X: low.X + side, Y: low.Y + side}, {X: low.X, Y: low.Y + side}})
		canvas.FillText(style, vg.Point{X: at.X + side + 4, Y: at.Y}, s.Name)
		at.X += side + 18 + style.Width(s.Name)
	}
	return draw.Crop(canvas, 0, 0, 0, -18)
}

// turnLong turns the labels of an axis on their side where they would run into each other.
func turnLong(p *plot.Plot, labels []string) {
	const room = 400 * vg.Length(1)
	longest := vg.Length(0)
	for _, label := range labels {
		longest = max(longest, p.X.Tick.Label.Width(label))
	}
	if longest*vg.Length(len(labels)) > room {
		p.X.Tick.Label.Rotation = math.Pi / 6
		p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = text.XRight, text.YCenter
	}
}
