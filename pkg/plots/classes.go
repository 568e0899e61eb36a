// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A region is an ellipse on the map of functions, and the place of its number, in points around the middle of its half of the figure.
type region struct{ x, y, width, height, numberX, numberY float64 }

// Where the best function is, in the same way.
const bestX, bestY = 52, 36

// FunctionClasses draws why larger networks should contain smaller ones, and returns the PNG: at the left the regions of the functions
// that four networks can compute, which grow and wander, at the right regions that contain each other. A star is the best function. The
// idea of the drawing is that of Zhang et al., Dive into Deep Learning, Section 8.6.
func FunctionClasses() ([]byte, error) {
	wandering := []region{{16, 44, 50, 36, 26, 49}, {-8, 22, 84, 60, -22, 34}, {-12, -20, 118, 80, 38, -28}, {-40, 2, 146, 116, -98, 2}}
	nested := []region{{-44, -20, 44, 32, -44, -28}, {-36, -16, 86, 62, -36, -39}, {-26, -10, 132, 96, -26, -50}, {-4, -2, 206, 146, -4, -67}}
	return encode(figureWidth, 192, func(canvas draw.Canvas) {
		left, right := halves(canvas)
		drawRegions(headed(left, Axes{Title: "What could happen"}, 11), wandering, color.RGBA{0x66, 0x66, 0x66, 0xff})
		drawRegions(headed(right, Axes{Title: "With copies within reach"}, 11), nested, color.RGBA{0x00, 0x72, 0xb2, 0xff})
	})
}

func halves(canvas draw.Canvas) (left, right draw.Canvas) {
	left, right = canvas, canvas
	left.Max.X = canvas.Center().X - 4
	right.Min.X = canvas.Center().X + 4
	return left, right
}

func drawRegions(canvas draw.Canvas, regions []region, c color.RGBA) {
	middle := canvas.Center()
	best := middle.Add(vg.Point{X: bestX, Y: bestY})
	for i := len(regions) - 1; i >= 0; i-- { // the largest first, the others over it
		r := regions[i]
		at := middle.Add(vg.Point{X: vg.Length(r.x), Y: vg.Length(r.y)})
		outline := make([]vg.Point, 100)
		for k := range outline {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(len(outline)))
			outline[k] = at.Add(vg.Point{X: vg.Length(cos * r.width / 2), Y: vg.Length(sin * r.height / 2)})
		}
		canvas.FillPolygon(color.NRGBA{c.R, c.G, c.B, 0x1c}, outline)
		canvas.StrokeLines(draw.LineStyle{Color: c, Width: vg.Points(1.2)}, append(outline, outline[0]))
	}
	for i, r := range regions {
		canvas.FillText(centred(sans(9), written(c)), middle.Add(vg.Point{X: vg.Length(r.numberX), Y: vg.Length(r.numberY)}), fmt.Sprintf("%d", i+1))
	}
	canvas.FillPolygon(color.RGBA{0xd5, 0x5e, 0x00, 0xff}, star(best, 6))
	canvas.FillText(centred(sans(9), ink), best.Add(vg.Point{Y: -13}), "best")
}

// star is the outline of one with five points.
func star(at vg.Point, radius float64) (outline []vg.Point) {
	for k := range 10 {
		r := radius * []float64{1, 0.42}[k%2]
		sin, cos := math.Sincos(math.Pi/2 + math.Pi*float64(k)/5)
		outline = append(outline, at.Add(vg.Point{X: vg.Length(r * cos), Y: vg.Length(r * sin)}))
	}
	return outline
}
