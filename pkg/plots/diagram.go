// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Box is one step in a [Diagram]. X counts boxes to the right, Y rows upwards.
type Box struct {
	Text string
	X, Y float64
}

// An Arrow leads from one box to another, both counted from 0. Bend lifts it over what lies between, by so many rows.
// Short draws it in colour: the short path. Two kinds of arrow have a corner: one that goes Down first leaves its box up or
// down and arrives from the side, one that goes Across first leaves it to the side and arrives from above or below.
type Arrow struct {
	From, To     int
	Bend         float64
	Short        bool
	Down, Across bool
}

// Sizes in a diagram.
const (
	columnWidth = 60 * vg.Length(1)
	rowHeight   = 46 * vg.Length(1)
	boxWidth    = 50 * vg.Length(1)
	boxHeight   = 24 * vg.Length(1)
	headLength  = 6 * vg.Length(1)
)

// Diagram draws boxes and the arrows between them, short paths in the given colour, and returns the PNG. It is an error
// when there is no box, or when an arrow leads to a box that does not exist.
func Diagram(boxes []Box, arrows []Arrow, short color.Color) ([]byte, error) {
	if len(boxes) == 0 {
		return nil, fmt.Errorf("plots: diagram: %w", ErrEmpty)
	}
	low, high := boxes[0], boxes[0] // the corners of what is drawn
	for _, b := range boxes {
		low.X, low.Y = math.Min(low.X, b.X), math.Min(low.Y, b.Y)
		high.X, high.Y = math.Max(high.X, b.X), math.Max(high.Y, b.Y)
	}
	for i, a := range arrows {
		if min(a.From, a.To) < 0 || max(a.From, a.To) >= len(boxes) {
			return nil, fmt.Errorf("plots: diagram: arrow %d leads from box %d to %d, there are %d", i, a.From, a.To, len(boxes))
		}
		high.Y = math.Max(high.Y, math.Max(boxes[a.From].Y, boxes[a.To].Y)+0.75*a.Bend) // the top of a cubic curve
	}
	size := vg.Point{X: columnWidth * vg.Length(high.X-low.X+1), Y: rowHeight * vg.Length(high.Y-low.Y+1)}
	const margin = 16 // what encode takes off
	return encode(size.X+margin, size.Y+margin, func(canvas draw.Canvas) {
		at := func(b Box) vg.Point {
			return canvas.Min.Add(vg.Point{X: columnWidth * vg.Length(b.X-low.X+0.5), Y: rowHeight * vg.Length(b.Y-low.Y+0.5)})
		}
		for _, a := range arrows {
			from, to, style := at(boxes[a.From]), at(boxes[a.To]), arrowStyle(a.Short, short)
			if a.Down || a.Across {
				drawCorner(canvas, from, to, a.Down, style)
				continue
			}
			drawArrow(canvas, from, to, rowHeight*vg.Length(a.Bend), style)
		}
		for _, b := range boxes {
			drawBox(canvas, at(b), b.Text)
		}
	})
}

func arrowStyle(isShort bool, short color.Color) draw.LineStyle {
	if isShort {
		return draw.LineStyle{Color: short, Width: vg.Points(2.5)}
	}
	return draw.LineStyle{Color: color.Gray{0x60}, Width: vg.Points(1.2)}
}

func drawBox(canvas draw.Canvas, middle vg.Point, label string) {
	corner := vg.Point{X: boxWidth / 2, Y: boxHeight / 2}
	low, high := middle.Sub(corner), middle.Add(corner)
	outline := []vg.Point{low, {X: high.X, Y: low.Y}, high, {X: low.X, Y: high.Y}}
	canvas.FillPolygon(color.Gray{0xf4}, outline)
	canvas.StrokeLines(draw.LineStyle{Color: color.Gray{0x60}, Width: vg.Points(1)}, append(outline, low, outline[1]))
	style := text.Style{Color: color.Black, Font: sans(9), Handler: plot.DefaultTextHandler, XAlign: text.XCenter, YAlign: text.YCenter}
	if width := style.Width(label); width > boxWidth-6 {
		style.Font.Size *= (boxWidth - 6) / width
	}
	canvas.FillText(style, middle, label)
}

// drawArrow draws from box to box: a straight line between their borders, or a curve from top to top.
func drawArrow(canvas draw.Canvas, from, to vg.Point, bend vg.Length, style draw.LineStyle) {
	var path vg.Path
	direction := vg.Point{Y: -1} // in which a curve ends
	if bend != 0 {
		from.Y, to.Y = from.Y+boxHeight/2, to.Y+boxHeight/2
		path.Move(from)
		path.CubeTo(vg.Point{X: from.X, Y: from.Y + bend}, vg.Point{X: to.X, Y: to.Y + bend}, vg.Point{X: to.X, Y: to.Y + headLength})
	} else {
		direction = unit(to.Sub(from))
		reach := border(direction)
		from, to = from.Add(direction.Scale(reach)), to.Sub(direction.Scale(reach))
		path.Move(from)
		path.Line(to.Sub(direction.Scale(headLength)))
	}
	canvas.SetLineStyle(style)
	canvas.Stroke(path)
	drawHead(canvas, to, direction, style)
}

// drawCorner draws from box to box in two straight pieces, the first one up or down, or to the side.
func drawCorner(canvas draw.Canvas, from, to vg.Point, downFirst bool, style draw.LineStyle) {
	corner := vg.Point{X: to.X, Y: from.Y}
	if downFirst {
		corner = vg.Point{X: from.X, Y: to.Y}
	}
	leaving, arriving := unit(corner.Sub(from)), unit(to.Sub(corner))
	end := to.Sub(arriving.Scale(border(arriving)))
	var path vg.Path
	path.Move(from.Add(leaving.Scale(border(leaving))))
	path.Line(corner)
	path.Line(end.Sub(arriving.Scale(headLength)))
	canvas.SetLineStyle(style)
	canvas.Stroke(path)
	drawHead(canvas, end, arriving, style)
}

// drawHead draws an arrow's head, whose tip is at a point.
func drawHead(canvas draw.Canvas, to, direction vg.Point, style draw.LineStyle) {
	side := vg.Point{X: -direction.Y, Y: direction.X}.Scale(headLength / 2)
	back := to.Sub(direction.Scale(headLength))
	canvas.FillPolygon(style.Color, []vg.Point{to, back.Add(side), back.Sub(side)})
}

func unit(p vg.Point) vg.Point {
	return p.Scale(1 / vg.Length(math.Hypot(float64(p.X), float64(p.Y))))
}

// border is the distance from a box's middle to its border in a direction.
func border(direction vg.Point) vg.Length {
	across, along := math.Inf(1), math.Inf(1)
	if direction.X != 0 {
		across = float64(boxWidth) / 2 / math.Abs(float64(direction.X))
	}
	if direction.Y != 0 {
		along = float64(boxHeight) / 2 / math.Abs(float64(direction.Y))
	}
	return vg.Length(math.Min(across, along))
}
