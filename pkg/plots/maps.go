// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Map is one matrix of a sheet of them. Its first row is drawn at the top.
type Map struct {
	Title  string
	Rows   []string // names, one for each row
	Values [][]float64
}

// The size of a map on its sheet, and the room for the scale at its right.
const (
	mapWidth   = 275 * vg.Length(1)
	mapHeight  = 150 * vg.Length(1)
	scaleWidth = 64 * vg.Length(1)
)

// Maps draws matrices side by side, in rows of so many columns, with one logarithmic scale for all of them at the right, and returns the
// PNG: dark is high. What lies beyond low or high, such as 0, has the colour of the end; NaN stays grey. x and y name the axes of
// all maps. It is an error when there is no map, low and high are no range above 0, a matrix is ragged or holds a negative value, or
// names do not fit.
func Maps(columns int, x, y string, low, high float64, maps ...Map) ([]byte, error) {
	if len(maps) == 0 || columns < 1 || low <= 0 || high <= low {
		return nil, fmt.Errorf("plots: maps: %d of them in %d columns, from %g to %g: want some, in columns, and a range above 0", len(maps), columns, low, high)
	}
	colors, err := blues()
	if err != nil {
		return nil, err
	}
	colors.SetMin(math.Log10(low))
	colors.SetMax(math.Log10(high))
	var figures []*plot.Plot
	for i, m := range maps {
		below := ""
		if i+columns >= len(maps) { // the lowest of its column
			below = x
		}
		p, err := m.plot(below, colors)
		if err != nil {
			return nil, fmt.Errorf("plots: maps: %q: %w", m.Title, err)
		}
		figures = append(figures, p)
	}
	columns = min(columns, len(maps))
	rows := (len(maps) + columns - 1) / columns
	width := mapWidth*vg.Length(columns) + scaleWidth
	return encode(width, mapHeight*vg.Length(rows), func(canvas draw.Canvas) {
		tiles := draw.Tiles{Cols: columns, Rows: rows, PadX: vg.Points(10), PadY: vg.Points(6)}
		sheet := draw.Crop(canvas, 0, -scaleWidth, 0, 0)
		for i, p := range figures {
			tile := headed(tiles.At(sheet, i%columns, i/columns), Axes{Title: maps[i].Title, Y: y}, 11)
			p.Draw(tile)
		}
		drawScale(canvas, colors)
	})
}

func (m Map) plot(below string, colors palette.ColorMap) (*plot.Plot, error) {
	if err := checkMatrix(m.Values, m.Rows, nil); err != nil && (!errors.Is(err, ErrEmpty) || len(m.Values) == 0) { // all grey is a map, too
		return nil, err
	}
	logs := make(matrix, len(m.Values))
	for i, row := range m.Values {
		for _, v := range row {
			if v < 0 {
				return nil, fmt.Errorf("%g has no logarithm", v)
			}
			logs[i] = append(logs[i], math.Max(colors.Min(), math.Min(colors.Max(), math.Log10(v)))) // NaN stays NaN
		}
	}
	heat := plotter.NewHeatMap(logs, colors.Palette(256))
	heat.Min, heat.Max, heat.NaN = colors.Min(), colors.Max(), lightGrey
	p := newPlot(Axes{X: below})
	p.Add(heat)
	nameSides(p, logs, m.Rows, nil)
	p.Y.Tick.Label.Font, p.X.Tick.Label.Font = sans(8), sans(8)
	return p, nil
}

// drawScale draws the scale of the colours at the right of the canvas, with a tick at each power of ten.
func drawScale(canvas draw.Canvas, colors palette.ColorMap) {
	var ticks plot.ConstantTicks
	for exponent := math.Ceil(colors.Min()); exponent <= colors.Max(); exponent++ {
		ticks = append(ticks, plot.Tick{Value: exponent, Label: fmt.Sprintf("%g", math.Pow(10, exponent))})
	}
	scale := plot.New()
	scale.HideX()
	scale.Y.Tick.Label.Font, scale.Y.Tick.Marker = sans(9), ticks
	scale.Add(&plotter.ColorBar{ColorMap: colors, Vertical: true, Colors: 128})
	scale.Draw(draw.Crop(canvas, canvas.Size().X-scaleWidth+vg.Points(12), 0, vg.Points(20), -vg.Points(20)))
}
