// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// annotatedCells is the widest heat map whose cells carry their value as text.
const annotatedCells = 12

// Heatmap draws a matrix, first row at the top, dark where the value is high, and returns the PNG. Rows and columns
// name its sides; a nil list means 1, 2, 3, …. NaN marks a cell that has no value: it stays grey. Up to 12 columns
// the values are written into the cells. It is an error when the matrix is empty, ragged, without any number, holds
// an infinity, or when the names do not fit it.
func Heatmap(axes Axes, values [][]float64, rows, columns []string) ([]byte, error) {
	labels, decimals := make([][]string, len(values)), decimalsOf(values)
	for i, row := range values {
		for _, v := range row {
			labels[i] = append(labels[i], Number(v, decimals))
		}
	}
	return drawMatrix(axes, values, labels, rows, columns)
}

// decimalsOf is how many decimals all values are written with: none for whole numbers, else so many that the largest has three digits.
func decimalsOf(values [][]float64) int {
	largest, whole := 0.0, true
	for _, row := range values {
		for _, v := range row {
			if !math.IsNaN(v) {
				largest, whole = math.Max(largest, math.Abs(v)), whole && v == math.Trunc(v)
			}
		}
	}
	if whole {
		return 0
	}
	return min(max(2-int(math.Floor(math.Log10(largest))), 0), 4)
}

// Confusion draws a confusion matrix: counts[i][j] images of class i were taken for class j. Each row is shaded
// by its share, so that classes of different size compare, and up to 12 classes every cell carries its count.
// It is an error when the counts are not a square matrix with one row a class, or one is negative.
func Confusion(classes []string, counts [][]int) ([]byte, error) {
	if len(classes) == 0 {
		return nil, fmt.Errorf("plots: confusion: %w", ErrEmpty)
	}
	if len(counts) != len(classes) {
		return nil, fmt.Errorf("plots: confusion: %d rows for %d classes", len(counts), len(classes))
	}
	shares := make([][]float64, len(counts))
	labels := make([][]string, len(counts))
	for i, row := range counts {
		total := 0
		for j, count := range row {
			if count < 0 {
				return nil, fmt.Errorf("plots: confusion: count %d at row %d, column %d", count, i, j)
			}
			total += count
			labels[i] = append(labels[i], fmt.Sprint(count))
		}
		for _, count := range row {
			shares[i] = append(shares[i], float64(count)/math.Max(1, float64(total)))
		}
	}
	axes := Axes{Title: "Which class was taken for which", X: "predicted class", Y: "true class"}
	return drawMatrix(axes, shares, labels, classes, classes)
}

// matrix is gonum's view of the values: its row 0 is at the bottom, ours at the top.
type matrix [][]float64

func (m matrix) Dims() (columns, rows int) { return len(m[0]), len(m) }
func (m matrix) Z(column, row int) float64 { return m[len(m)-1-row][column] }
func (m matrix) X(column int) float64      { return float64(column) }
func (m matrix) Y(row int) float64         { return float64(row) }

func drawMatrix(axes Axes, values matrix, labels [][]string, rows, columns []string) ([]byte, error) {
	if err := checkMatrix(values, rows, columns); err != nil {
		return nil, fmt.Errorf("plots: heatmap %q: %w", axes.Title, err)
	}
	colors, err := blues()
	if err != nil {
		return nil, err
	}
	heat := plotter.NewHeatMap(values, colors.Palette(256))
	heat.NaN = lightGrey
	if heat.Min == heat.Max {
		heat.Max = heat.Min + 1 // a constant matrix is all light, not all "no value"
	}
	colors.SetMin(heat.Min)
	colors.SetMax(heat.Max)

	p := newPlot(axes)
	p.Add(heat)
	nameSides(p, values, rows, columns)
	if len(values[0]) > annotatedCells {
		return encode(figureWidth, vg.Points(400), func(canvas draw.Canvas) { drawWithBar(headed(canvas, axes, 12), p, colors) })
	}
	if err := annotate(p, heat, values, labels); err != nil {
		return nil, fmt.Errorf("plots: heatmap %q: %w", axes.Title, err)
	}
	return encode(figureWidth, vg.Points(390), func(canvas draw.Canvas) { p.Draw(headed(canvas, axes, 12)) })
}

func checkMatrix(values matrix, rows, columns []string) error {
	if len(values) == 0 || len(values[0]) == 0 {
		return ErrEmpty
	}
	if rows != nil && len(rows) != len(values) {
		return fmt.Errorf("%d names for %d rows", len(rows), len(values))
	}
	if columns != nil && len(columns) != len(values[0]) {
		return fmt.Errorf("%d names for %d columns", len(columns), len(values[0]))
	}
	numbers := 0
	for i, row := range values {
		if len(row) != len(values[0]) {
			return fmt.Errorf("row %d has %d values, the first %d", i, len(row), len(values[0]))
		}
		for _, v := range row {
			if math.IsInf(v, 0) {
				return fmt.Errorf("row %d holds an infinite value", i)
			}
			if !math.IsNaN(v) {
				numbers++
			}
		}
	}
	if numbers == 0 {
		return ErrEmpty
	}
	return nil
}

// blues runs from almost white to dark blue with falling luminance.
func blues() (palette.ColorMap, error) {
	colors, err := moreland.NewLuminance([]color.Color{
		color.RGBA{0x08, 0x30, 0x6b, 0xff}, color.RGBA{0x42, 0x92, 0xc6, 0xff}, color.RGBA{0xf7, 0xfb, 0xff, 0xff},
	})
	if err != nil {
		return nil, fmt.Errorf("plots: colour map: %w", err)
	}
	return palette.Reverse(colors), nil
}

// annotate writes each cell's value into it, light on dark and dark on light.
func annotate(p *plot.Plot, heat *plotter.HeatMap, values matrix, texts [][]string) error {
	var cells plotter.XYLabels
	var styles []text.Style
	for i, row := range values {
		for j, v := range row {
			if math.IsNaN(v) {
				continue
			}
			style := centred(sans(9), ink)
			if v > (heat.Min+heat.Max)/2 {
				style.Color = color.White
			}
			cells.XYs = append(cells.XYs, plotter.XY{X: float64(j), Y: float64(len(values) - 1 - i)})
			cells.Labels = append(cells.Labels, texts[i][j])
			styles = append(styles, style)
		}
	}
	labels, err := plotter.NewLabels(cells)
	if err != nil {
		return err
	}
	labels.TextStyle = styles
	p.Add(labels)
	return nil
}

// nameSides labels rows and columns: with their names, or with their numbers where there is none.
func nameSides(p *plot.Plot, values matrix, rows, columns []string) {
	p.X.Tick.Length, p.Y.Tick.Length = 0, 0
	p.X.LineStyle.Width, p.Y.LineStyle.Width = 0, 0
	p.X.Tick.Marker = sideTicks(len(values[0]), columns, false)
	p.Y.Tick.Marker = sideTicks(len(values), rows, true)
	if columns != nil {
		p.X.Tick.Label.Rotation = math.Pi / 4
		p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = text.XRight, text.YTop
	}
}

func sideTicks(n int, names []string, fromTop bool) plot.ConstantTicks {
	step := 1
	if names == nil {
		step = 1 + (n-1)/12 // numbers need not stand at every row
	}
	var ticks plot.ConstantTicks
	for i := 0; i < n; i += step {
		tick := plot.Tick{Value: float64(i), Label: fmt.Sprint(i + 1)}
		if names != nil {
			tick.Label = names[i]
		}
		if fromTop {
			tick.Value = float64(n - 1 - i)
		}
		ticks = append(ticks, tick)
	}
	return ticks
}

// drawWithBar draws the plot and, at the right of it, the scale of its colours.
func drawWithBar(canvas draw.Canvas, p *plot.Plot, colors palette.ColorMap) {
	width := vg.Points(70)
	p.Draw(draw.Crop(canvas, 0, -width, 0, 0))
	scale := plot.New()
	scale.HideX()
	scale.Y.Tick.Label.Font, scale.Y.Tick.Marker = sans(10), plot.TickerFunc(linearTicks)
	scale.Add(&plotter.ColorBar{ColorMap: colors, Vertical: true, Colors: 128})
	scale.Draw(draw.Crop(canvas, canvas.Max.X-canvas.Min.X-width+vg.Points(10), 0, vg.Points(40), 0))
}
