// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Drawing is what [Diagram] draws, in small.
type Drawing struct {
	Boxes  []Box
	Arrows []Arrow
}

// What stands at the right of an illustrated figure.
const (
	legendWidth = 200 * vg.Length(1)
	legendScale = 0.62
	legendName  = 14 * vg.Length(1) // the height of a line's name
	legendText  = 13 * vg.Length(1) // of the letters in a diagram, before it is made small
)

// Illustrated is [Curves] with a small diagram below the name of each line, drawn in the line's colour. A line whose drawing is empty has
// its name alone. It is an error when there is not one drawing for each series, or when Curves or Diagram could not draw one.
func Illustrated(axes Axes, drawings []Drawing, series ...Series) ([]byte, error) {
	if len(drawings) != len(series) {
		return nil, fmt.Errorf("plots: illustrated: %d drawings for %d series", len(drawings), len(series))
	}
	c, err := newChart(axes, series)
	if err != nil {
		return nil, fmt.Errorf("plots: illustrated: %w", err)
	}
	diagrams := make([]*diagram, len(drawings))
	for i, d := range drawings {
		if len(d.Boxes) == 0 {
			continue
		}
		if diagrams[i], err = newDiagram(d.Boxes, d.Arrows, c.colors[i], legendText); err != nil {
			return nil, err
		}
	}
	return encode(figureWidth+60, 360, func(canvas draw.Canvas) {
		canvas = headed(canvas, axes, 14)
		left := draw.Crop(canvas, 0, -legendWidth, 0, 0)
		data := c.drawPlot(left)
		x, y := c.plot.Transforms(&data)
		var ends []vg.Point
		for _, points := range c.points {
			last := points[len(points)-1]
			ends = append(ends, vg.Point{X: x(last.X), Y: y(last.Y)})
		}
		c.illustrate(canvas, left.Max.X, ends, diagrams)
	})
}

// illustrate writes names and diagrams to the right of a place, each as near to the height of its line's end as there is room.
func (c *chart) illustrate(canvas draw.Canvas, from vg.Length, ends []vg.Point, diagrams []*diagram) {
	order := make([]int, len(ends)) // from below
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		if ends[i].Y < ends[j].Y {
			return -1
		}
		return 1
	})
	var middles, sizes []vg.Length
	for _, i := range order {
		size := legendName
		if diagrams[i] != nil {
			size += legendScale*diagrams[i].size().Y + 4
		}
		middles, sizes = append(middles, ends[i].Y), append(sizes, size)
	}
	middles = spreadOut(middles, sizes, canvas.Min.Y, canvas.Max.Y+legendName)
	for k, i := range order {
		name := c.nameStyle(i)
		name.Font = sans(9)
		if diagrams[i] != nil {
			name.Font = bold(10)
		}
		at := vg.Point{X: from + 34, Y: middles[k] + sizes[k]/2 - legendName/2}
		line := draw.LineStyle{Color: blend(c.colors[i], 0xff, 0.3), Width: vg.Points(0.7)}
		if c.series[i].Dashed {
			line.Dashes = dashes
		}
		canvas.StrokeLine2(line, ends[i].X+4, ends[i].Y, at.X-4, at.Y)
		canvas.FillText(name, at, c.series[i].Name)
		if d := diagrams[i]; d != nil {
			canvas.Push()
			canvas.Translate(vg.Point{X: at.X, Y: middles[k] - sizes[k]/2})
			canvas.Scale(legendScale, legendScale)
			d.draw(draw.Canvas{Canvas: canvas.Canvas, Rectangle: vg.Rectangle{Max: d.size()}})
			canvas.Pop()
		}
	}
}
