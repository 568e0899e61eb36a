// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// levelLines are a map's lines of equal value. Each carries its number, for which it is interrupted.
type levelLines struct {
	field  surface // of logarithms
	levels []float64
	colors palette.ColorMap
}

// Plot draws them.
func (l levelLines) Plot(canvas draw.Canvas, p *plot.Plot) {
	lines, all := make([][][]vg.Point, len(l.levels)), [][]vg.Point{}
	for i, level := range l.levels {
		lines[i] = contourLines(l.field, math.Log10(level), canvas, p)
		all = append(all, lines[i]...)
	}
	var numbers []vg.Rectangle
	for i, level := range l.levels {
		c := l.color(level)
		style, number := centred(bold(9), c), fmt.Sprintf("%.3g", level)
		size := vg.Point{X: style.Width(number) + 4, Y: style.Height(number) + 2}
		for k, line := range lines[i] {
			if k == 0 || length(line) > 6*size.X { // a level's longest line, and others that have room for a number
				place := placeNumber(line, size, canvas.Rectangle, all, numbers)
				numbers = append(numbers, place)
				canvas.FillText(style, middle(place), number)
			}
		}
		for _, line := range lines[i] {
			for _, piece := range outside(line, numbers) {
				canvas.StrokeLines(draw.LineStyle{Color: c, Width: vg.Points(0.9)}, piece)
			}
		}
	}
}

// color can be seen on the map where the line runs.
func (l levelLines) color(level float64) color.Color {
	behind, err := l.colors.At(math.Log10(level))
	if err != nil {
		return ink
	}
	return readable(color.RGBAModel.Convert(behind).(color.RGBA))
}

// contourLines are the lines along which the field has a value, the longest first, as gonum draws them.
func contourLines(field surface, value float64, canvas draw.Canvas, p *plot.Plot) (lines [][]vg.Point) {
	var drawn recorder.Canvas
	plotter.NewContour(field, []float64{value}, nil).Plot(draw.Canvas{Canvas: &drawn, Rectangle: canvas.Rectangle}, p)
	for _, action := range drawn.Actions {
		stroke, ok := action.(*recorder.Stroke)
		if !ok {
			continue
		}
		var line []vg.Point
		for _, step := range stroke.Path {
			if step.Type != vg.CloseComp {
				line = append(line, step.Pos)
			}
		}
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b []vg.Point) int {
		return cmp.Or(cmp.Compare(length(b), length(a)), cmp.Compare(a[0].X, b[0].X), cmp.Compare(a[0].Y, b[0].Y)) // always the same order
	})
	return lines
}

// placeNumber is where the number of a line stands: on the line, as high as possible, inside the area, clear of all other lines and numbers.
// A line that the number would hide has it above.
func placeNumber(line []vg.Point, size vg.Point, area vg.Rectangle, all [][]vg.Point, taken []vg.Rectangle) (place vg.Rectangle) {
	short := length(line) < 4*size.X
	least := math.Inf(1)
	for _, at := range line {
		if short {
			at.Y += 0.6 * size.Y
		}
		box := vg.Rectangle{Min: at.Sub(size.Scale(0.5)), Max: at.Add(size.Scale(0.5))}
		cost := float64(area.Max.Y-at.Y) + 10*float64(beyond(box, area))
		for _, other := range all {
			if &other[0] != &line[0] {
				cost += 10 * float64(covered(other, box))
			}
		}
		for _, other := range taken {
			if overlap(box, other) {
				cost += 1000
			}
		}
		if cost < least {
			least, place = cost, box
		}
	}
	return place
}

// beyond is how far a box reaches out of an area.
func beyond(box, area vg.Rectangle) vg.Length {
	return max(0, area.Min.X-box.Min.X, box.Max.X-area.Max.X) + max(0, area.Min.Y-box.Min.Y, box.Max.Y-area.Max.Y)
}

func middle(r vg.Rectangle) vg.Point { return r.Min.Add(r.Max).Scale(0.5) }

func length(line []vg.Point) (sum vg.Length) {
	for i := 1; i < len(line); i++ {
		d := line[i].Sub(line[i-1])
		sum += vg.Length(math.Hypot(float64(d.X), float64(d.Y)))
	}
	return sum
}

// outside are the pieces of a line that lie in none of the boxes.
func outside(line []vg.Point, boxes []vg.Rectangle) (pieces [][]vg.Point) {
	const parts = 20
	var piece []vg.Point
	for i := 1; i < len(line); i++ {
		for k := range parts + 1 {
			p := line[i-1].Add(line[i].Sub(line[i-1]).Scale(vg.Length(k) / parts))
			hidden := slices.ContainsFunc(boxes, func(r vg.Rectangle) bool { return within(p.X, r.Min.X, r.Max.X) && within(p.Y, r.Min.Y, r.Max.Y) })
			if !hidden {
				piece = append(piece, p)
			} else {
				pieces, piece = append(pieces, piece), nil
			}
		}
	}
	return slices.DeleteFunc(append(pieces, piece), func(piece []vg.Point) bool { return length(piece) < 3 }) // which would be dots
}
