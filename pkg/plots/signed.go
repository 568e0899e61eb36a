// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// The ends of the scale for numbers with a sign. Zero is white. The two differ in brightness, too, so that a grey print shows the sign.
var (
	negative = color.RGBA{0x12, 0x35, 0x8e, 0xff}
	positive = color.RGBA{0xf0, 0x86, 0x00, 0xff}
)

// signedColor is the colour of a number from −1 to 1; what lies beyond has the colour of the end.
func signedColor(v float64) color.RGBA {
	end := positive
	if v < 0 {
		end = negative
	}
	return blend(end, 0xff, 1-math.Min(1, math.Abs(v)))
}

// Signed is an image with one pixel a value: white for zero, orange for most and above, dark blue for −most and below.
func Signed(values [][]float64, most float64) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, len(values[0]), len(values)))
	for y, row := range values {
		for x, v := range row {
			img.SetRGBA(x, y, signedColor(v/most))
		}
	}
	return img
}

// Cells is an image of a small matrix, such as a kernel: a square for each number, with the number in it, in the colours of
// [Signed].
func Cells(values [][]float64) image.Image {
	most := 0.0
	for _, row := range values {
		for _, v := range row {
			most = math.Max(most, math.Abs(v))
		}
	}
	const side = 64 * vg.Length(1)
	sheet := vgimg.NewWith(vgimg.UseWH(side, side), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	canvas := draw.New(sheet)
	cell := vg.Point{X: side / vg.Length(len(values[0])), Y: side / vg.Length(len(values))}
	for i, row := range values {
		for j, v := range row {
			low := vg.Point{X: cell.X * vg.Length(j), Y: side - cell.Y*vg.Length(i+1)}
			fill := signedColor(v / math.Max(most, 1e-300))
			outline := []vg.Point{low, {X: low.X + cell.X, Y: low.Y}, low.Add(cell), {X: low.X, Y: low.Y + cell.Y}}
			canvas.FillPolygon(fill, outline)
			canvas.StrokeLines(draw.LineStyle{Color: faint, Width: vg.Points(0.8)}, append(outline, low))
			canvas.FillText(centred(sans(0.42*cell.Y), readable(fill)), low.Add(cell.Scale(0.5)), short(v))
		}
	}
	return sheet.Image()
}

// short writes a number with as few decimals as it has, two at most.
func short(v float64) string {
	for decimals := range 2 {
		if p := math.Pow10(decimals); math.Abs(v*p-math.Round(v*p)) < 1e-9 {
			return Number(v, decimals)
		}
	}
	return Number(v, 2)
}

// readable is white on a dark colour and almost black on a bright one.
func readable(on color.RGBA) color.Color {
	if luminance(on) < 0.5 {
		return color.White
	}
	return ink
}

// A Matrix is one of the panels of [Differences]: rows of numbers with a sign.
type Matrix struct {
	Title  string
	Values [][]float64
}

// Differences draws square matrices with a sign side by side, all in one scale of colours, and returns the PNG. Names stand
// at the rows and columns of all. A number is written into its cell when it is at least least in size; NaN marks a cell without a
// value. It is an error when there is no matrix, columns < 1, or when the names do not fit a matrix.
func Differences(axes Axes, columns int, names []string, least float64, panels ...Matrix) ([]byte, error) {
	if len(panels) == 0 {
		return nil, fmt.Errorf("plots: differences: %w", ErrEmpty)
	}
	if columns < 1 {
		return nil, fmt.Errorf("plots: differences: %d columns", columns)
	}
	most := 0.0
	for _, panel := range panels {
		if err := checkMatrix(panel.Values, names, names); err != nil {
			return nil, fmt.Errorf("plots: differences: %q: %w", panel.Title, err)
		}
		for _, row := range panel.Values {
			for _, v := range row {
				if !math.IsNaN(v) {
					most = math.Max(most, math.Abs(v))
				}
			}
		}
	}
	most = math.Max(most, 1e-300) // all zero: all white
	columns = min(columns, len(panels))
	rows := (len(panels) + columns - 1) / columns
	side := figureWidth / vg.Length(columns)
	return encode(figureWidth, 30+side*vg.Length(rows), func(canvas draw.Canvas) {
		canvas = headed(canvas, Axes{Title: axes.Title}, 12)
		size := vg.Point{X: (canvas.Max.X - canvas.Min.X) / vg.Length(columns), Y: (canvas.Max.Y - canvas.Min.Y) / vg.Length(rows)}
		for i, panel := range panels {
			place := canvas
			place.Min.X += size.X * vg.Length(i%columns)
			place.Max.Y -= size.Y * vg.Length(i/columns)
			place.Max.X, place.Min.Y = place.Min.X+size.X-6, place.Max.Y-size.Y+6
			drawSigned(headed(place, Axes{Title: panel.Title}, 10), axes, panel.Values, names, most, least)
		}
	})
}

func drawSigned(canvas draw.Canvas, axes Axes, values matrix, names []string, most, least float64) {
	heat := plotter.NewHeatMap(values, signedPalette{})
	heat.Min, heat.Max, heat.NaN = -most, most, lightGrey
	p := newPlot(Axes{X: axes.X})
	p.Y.Label.Text, p.Y.Label.TextStyle.Font = axes.Y, sans(9)
	p.Y.Label.TextStyle.Color = ink
	p.X.Label.TextStyle.Font, p.X.Tick.Label.Font, p.Y.Tick.Label.Font = sans(9), sans(7.5), sans(7.5)
	p.Add(heat)
	nameSides(p, values, names, names)
	p.Draw(canvas)
	data := p.DataCanvas(canvas)
	x, y := p.Transforms(&data)
	for i, row := range values {
		for j, v := range row {
			if math.IsNaN(v) || math.Abs(v) < least {
				continue
			}
			label := short(v)
			if v > 0 {
				label = "+" + label
			}
			data.FillText(centred(sans(6.5), readable(signedColor(v/most))), vg.Point{X: x(float64(j)), Y: y(float64(len(values) - 1 - i))}, label)
		}
	}
}

// signedPalette is the scale of [Signed] in gonum's form.
type signedPalette struct{}

var _ palette.Palette = signedPalette{}

// Colors lists them from −1 to 1.
func (signedPalette) Colors() (colors []color.Color) {
	for i := range 255 {
		colors = append(colors, signedColor(float64(i-127)/127))
	}
	return colors
}

var _ plot.Plotter = (*lines)(nil)
