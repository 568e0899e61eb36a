// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Panel is one of the small figures in [Multiples].
type Panel struct {
	Title  string
	Series []Series
}

// Multiples draws several small figures with the same axes, side by side in rows of the given number of columns, so that they
// compare, and returns the PNG. The axes' names hold for all. It is an error when there is no panel, columns < 1, or one panel could
// not be drawn by [Curves].
func Multiples(axes Axes, columns int, panels ...Panel) ([]byte, error) {
	if len(panels) == 0 {
		return nil, fmt.Errorf("plots: multiples: %w", ErrEmpty)
	}
	if columns < 1 {
		return nil, fmt.Errorf("plots: multiples: %d columns", columns)
	}
	columns = min(columns, len(panels))
	rows := (len(panels) + columns - 1) / columns
	var charts []*chart
	for _, panel := range panels {
		c, err := newChart(axes, panel.Series)
		if err != nil {
			return nil, fmt.Errorf("plots: multiples: panel %q: %w", panel.Title, err)
		}
		c.shrink(columns)
		charts = append(charts, c)
	}
	share(charts)
	height := map[int]vg.Length{1: 250, 2: 190}[columns]
	if height == 0 {
		height = 150
	}
	return encode(figureWidth, 40+height*vg.Length(rows), func(canvas draw.Canvas) {
		canvas = headed(canvas, axes, 12)
		size := vg.Point{X: (canvas.Max.X - canvas.Min.X) / vg.Length(columns), Y: (canvas.Max.Y - canvas.Min.Y) / vg.Length(rows)}
		const gap = 8
		for i, c := range charts {
			place := canvas
			place.Min.X += size.X * vg.Length(i%columns)
			place.Max.Y -= size.Y * vg.Length(i/columns)
			place.Max.X, place.Min.Y = place.Min.X+size.X-gap, place.Max.Y-size.Y+gap
			c.draw(headed(place, Axes{Title: panels[i].Title}, 10))
		}
	})
}

// shrink makes a chart fit to stand beside others: smaller letters, and in narrow ones fewer labels.
func (c *chart) shrink(columns int) {
	c.size = 9
	size := 9 * vg.Length(1)
	if columns > 2 {
		c.size, size = 8, 8
		if _, few := c.plot.X.Tick.Marker.(plot.ConstantTicks); !few && !c.axes.LogX {
			c.plot.X.Tick.Marker = plot.TickerFunc(func(lo, hi float64) []plot.Tick { return multiples(lo, hi, coarser(roundStep(lo, hi))) })
		}
	}
	c.plot.X.Tick.Label.Font, c.plot.Y.Tick.Label.Font, c.plot.X.Label.TextStyle.Font = sans(size), sans(size), sans(size)
}

// coarser is the next larger round step: 5 for 2, 10 for 5, 2 for 1.
func coarser(step float64) float64 {
	if digit := step / math.Pow10(int(math.Floor(math.Log10(step)+1e-9))); digit > 1.5 && digit < 3 {
		return 2.5 * step
	}
	return 2 * step
}

// share gives charts the same ranges.
func share(charts []*chart) {
	low, high := vector{math.Inf(1), math.Inf(1)}, vector{math.Inf(-1), math.Inf(-1)}
	for _, c := range charts {
		p := c.plot
		low = vector{math.Min(low.x, p.X.Min), math.Min(low.y, p.Y.Min)}
		high = vector{math.Max(high.x, p.X.Max), math.Max(high.y, p.Y.Max)}
	}
	for _, c := range charts {
		p := c.plot
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low.x, high.x, low.y, high.y
	}
}

type vector struct{ x, y float64 }
