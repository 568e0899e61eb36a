// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A Box is one step in a [Diagram]. X counts columns to the right, Y rows upwards. One without a text is a joint: a point of a path at
// which another begins or ends. A text of one letter, such as +, stands in a circle.
type Box struct {
	Text string
	X, Y float64
}

// An Arrow leads from one box to another, both counted from 0, in a straight line where they share a row or a column. Else it is a
// smooth curve: out of a joint it rises first, into a circle it falls last. One with the Identity is thick and in colour, since the
// input passes it unchanged. The label stands over its middle, or at the right of it where it is not level.
type Arrow struct {
	From, To int
	Label    string
	Identity bool
}

// Sizes in a diagram.
const (
	columnWidth = 50 * vg.Length(1)
	rowHeight   = 44 * vg.Length(1)
	boxHeight   = 24 * vg.Length(1)
	circle      = 9 * vg.Length(1) // the radius
	headLength  = 6 * vg.Length(1)
	thick       = 3 * vg.Length(1)
	letters     = 9 * vg.Length(1) // in boxes; those of labels are a point smaller
)

// Diagram draws boxes and the arrows between them, the identity's in the given colour, and returns the PNG. It is an error
// when there is no box, or when an arrow leads to a box that does not exist.
func Diagram(boxes []Box, arrows []Arrow, identity color.Color) ([]byte, error) {
	d, err := newDiagram(boxes, arrows, identity, letters)
	if err != nil {
		return nil, err
	}
	size := d.size()
	return encode(size.X+2*margin, size.Y+2*margin, d.draw)
}

// DiagramSVG is [Diagram] as SVG, for pages.
func DiagramSVG(boxes []Box, arrows []Arrow, identity color.Color) ([]byte, error) {
	d, err := newDiagram(boxes, arrows, identity, letters)
	if err != nil {
		return nil, err
	}
	size := d.size()
	canvas := vgsvg.New(size.X+2*margin, size.Y+2*margin)
	d.draw(draw.Crop(draw.New(canvas), margin, -margin, margin, -margin))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("plots: diagram: %w", err)
	}
	return fitted(out.Bytes())
}

type diagram struct {
	boxes     []Box
	arrows    []Arrow
	identity  color.Color
	letters   vg.Length
	low, high vg.Point // the corners of what is drawn, from the box at 0, 0
}

func newDiagram(boxes []Box, arrows []Arrow, identity color.Color, letters vg.Length) (*diagram, error) {
	if len(boxes) == 0 {
		return nil, fmt.Errorf("plots: diagram: %w", ErrEmpty)
	}
	for i, a := range arrows {
		if min(a.From, a.To) < 0 || max(a.From, a.To) >= len(boxes) {
			return nil, fmt.Errorf("plots: diagram: arrow %d leads from box %d to %d, there are %d", i, a.From, a.To, len(boxes))
		}
	}
	d := &diagram{boxes: boxes, arrows: arrows, identity: identity, letters: letters}
	for i, b := range boxes {
		middle, half := vg.Point{X: columnWidth * vg.Length(b.X), Y: rowHeight * vg.Length(b.Y)}, d.halfSize(b)
		half.Y = max(half.Y, 12) // room for labels at a joint
		low, high := middle.Sub(half), middle.Add(half)
		if i == 0 {
			d.low, d.high = low, high
		}
		d.low = vg.Point{X: min(d.low.X, low.X), Y: min(d.low.Y, low.Y)}
		d.high = vg.Point{X: max(d.high.X, high.X), Y: max(d.high.Y, high.Y)}
	}
	return d, nil
}

// at is the middle of a box in a figure whose lower left corner is given.
func (d *diagram) at(b Box, corner vg.Point) vg.Point {
	return vg.Point{X: corner.X - d.low.X + columnWidth*vg.Length(b.X), Y: corner.Y - d.low.Y + rowHeight*vg.Length(b.Y)}
}

func (d *diagram) size() vg.Point { return d.high.Sub(d.low) }

// halfSize is how far a box reaches from its middle.
func (d *diagram) halfSize(b Box) vg.Point {
	switch {
	case b.Text == "":
		return vg.Point{}
	case isCircle(b):
		return vg.Point{X: circle, Y: circle}
	}
	return vg.Point{X: textStyle(sans(d.letters), ink).Width(b.Text)/2 + 5, Y: boxHeight / 2}
}

func isCircle(b Box) bool { return b.Text == "+" || b.Text == "×" }

func (d *diagram) draw(canvas draw.Canvas) {
	for _, thickOnes := range []bool{true, false} { // the identity lies behind
		for _, a := range d.arrows {
			if a.Identity == thickOnes {
				d.drawArrow(canvas, a)
			}
		}
	}
	for i, b := range d.boxes {
		switch {
		case b.Text != "":
			d.drawBox(canvas, d.at(b, canvas.Min), b)
		case d.crossing(i):
			drawDot(canvas, d.at(b, canvas.Min), d.color(d.identityAt(i)))
		}
	}
}

func (d *diagram) color(identity bool) color.Color {
	if identity {
		return d.identity
	}
	return faint
}

// crossing tells whether three arrows or more meet at a joint.
func (d *diagram) crossing(i int) bool {
	n := 0
	for _, a := range d.arrows {
		if a.From == i || a.To == i {
			n++
		}
	}
	return n > 2
}

func (d *diagram) identityAt(i int) bool {
	for _, a := range d.arrows {
		if a.Identity && (a.From == i || a.To == i) {
			return true
		}
	}
	return false
}

// A curve is a path from start to end, with the points towards which it leaves and from which it arrives.
type curve struct{ start, leaving, arriving, end vg.Point }

// route is the way of an arrow between the borders of its boxes.
func (d *diagram) route(a Arrow, corner vg.Point) curve {
	from, to := d.boxes[a.From], d.boxes[a.To]
	p, q := d.at(from, corner), d.at(to, corner)
	half, other := d.halfSize(from), d.halfSize(to)
	dx, dy := sign(q.X-p.X), sign(q.Y-p.Y)
	switch {
	case p.Y == q.Y || p.X == q.X:
		p, q = p.Add(vg.Point{X: dx * half.X, Y: dy * half.Y}), q.Sub(vg.Point{X: dx * other.X, Y: dy * other.Y})
		return curve{p, p.Add(q.Sub(p).Scale(1. / 3)), p.Add(q.Sub(p).Scale(2. / 3)), q}
	case from.Text == "": // rises or falls first
		q.X -= dx * other.X
		return curve{p, vg.Point{X: p.X, Y: p.Y + 0.7*(q.Y-p.Y)}, vg.Point{X: q.X - 0.7*(q.X-p.X), Y: q.Y}, q}
	case isCircle(to): // rises or falls last
		p.X += dx * half.X
		q.Y -= dy * other.Y
		return curve{p, vg.Point{X: p.X + 0.7*(q.X-p.X), Y: p.Y}, vg.Point{X: q.X, Y: q.Y - 0.7*(q.Y-p.Y)}, q}
	}
	p.X += dx * half.X
	q.X -= dx * other.X
	middle := (p.X + q.X) / 2
	return curve{p, vg.Point{X: middle, Y: p.Y}, vg.Point{X: middle, Y: q.Y}, q}
}

func sign(v vg.Length) vg.Length {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// point is the place at a share of the way.
func (c curve) point(t float64) vg.Point {
	s, u := vg.Length(t), vg.Length(1-t)
	return c.start.Scale(u * u * u).Add(c.leaving.Scale(3 * u * u * s)).Add(c.arriving.Scale(3 * u * s * s)).Add(c.end.Scale(s * s * s))
}

func (d *diagram) drawArrow(canvas draw.Canvas, a Arrow) {
	c := d.route(a, canvas.Min)
	style := draw.LineStyle{Color: d.color(a.Identity), Width: vg.Points(1.3)}
	if a.Identity {
		style.Width = thick
	}
	direction := unit(c.end.Sub(c.arriving))
	stop, arriving := c.end, c.arriving
	if hasHead := d.boxes[a.To].Text != ""; hasHead {
		back := direction.Scale(headLength + style.Width - 1)
		stop, arriving = c.end.Sub(back), c.arriving.Sub(back.Scale(0.5))
		drawHead(canvas, c.end, direction, style)
	}
	var path vg.Path
	path.Move(c.start)
	path.CubeTo(c.leaving, arriving, stop)
	canvas.SetLineStyle(style)
	canvas.Stroke(path)
	if a.Label != "" {
		drawLabel(canvas, curve{c.start, c.leaving, arriving, stop}, a.Label, d.letters-1) // clear of the head
	}
}

// drawLabel writes over the middle of a path, or at the right of one that is not level.
func drawLabel(canvas draw.Canvas, c curve, label string, size vg.Length) {
	style, at := centred(sans(size), faint), c.point(0.5)
	style.YAlign = text.YBottom
	at.Y += 3
	if c.start.Y != c.end.Y {
		style.XAlign, style.YAlign = text.XLeft, text.YCenter
		at = at.Add(vg.Point{X: 6})
	}
	canvas.FillText(style, at, label)
}

func (d *diagram) drawBox(canvas draw.Canvas, middle vg.Point, b Box) {
	half := d.halfSize(b)
	if isCircle(b) {
		drawDisk(canvas, middle, circle, color.White)
		canvas.SetLineStyle(draw.LineStyle{Color: faint, Width: vg.Points(1.2)})
		canvas.Stroke(disk(middle, circle))
	} else {
		low, high := middle.Sub(half), middle.Add(half)
		outline := []vg.Point{low, {X: high.X, Y: low.Y}, high, {X: low.X, Y: high.Y}}
		canvas.FillPolygon(color.Gray{0xf4}, outline)
		canvas.StrokeLines(draw.LineStyle{Color: faint, Width: vg.Points(1)}, append(outline, low, outline[1]))
	}
	size := d.letters
	if isCircle(b) {
		size = 13
	}
	canvas.FillText(centred(sans(size), ink), middle.Add(vg.Point{Y: 0.08 * size}), b.Text)
}

func disk(middle vg.Point, radius vg.Length) (path vg.Path) {
	path.Move(vg.Point{X: middle.X + radius, Y: middle.Y})
	path.Arc(middle, radius, 0, 2*math.Pi)
	path.Close()
	return path
}

func drawDisk(canvas draw.Canvas, middle vg.Point, radius vg.Length, c color.Color) {
	canvas.SetColor(c)
	canvas.Fill(disk(middle, radius))
}

func drawDot(canvas draw.Canvas, middle vg.Point, c color.Color) {
	drawDisk(canvas, middle, 0.9*thick, c)
}

// drawHead draws an arrow's head, whose tip is at a point.
func drawHead(canvas draw.Canvas, to, direction vg.Point, style draw.LineStyle) {
	length := headLength + style.Width
	side := vg.Point{X: -direction.Y, Y: direction.X}.Scale(length / 2)
	back := to.Sub(direction.Scale(length))
	canvas.FillPolygon(style.Color, []vg.Point{to, back.Add(side), back.Sub(side)})
}

func unit(p vg.Point) vg.Point {
	return p.Scale(1 / vg.Length(math.Hypot(float64(p.X), float64(p.Y))))
}
