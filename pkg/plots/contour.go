// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Contour draws positive values over a plane, such as a loss, as a map: values[j][i] is that at xs[i], ys[j]. The colour is the value's
// logarithm, from light at the lowest of the levels to dark at the highest; what lies beyond the levels has the colour of the end. A line
// with its number follows each level between the ends. Two maps, side by side, are as wide as one other figure; with the same levels
// they have one scale and compare. NaN and infinity count as beyond the highest. It is an error when there are fewer than two levels,
// xs or ys, when one of them does not rise, or the sizes differ.
func Contour(axes Axes, xs, ys []float64, values [][]float64, levels []float64) ([]byte, error) {
	if err := checkContour(xs, ys, values, levels); err != nil {
		return nil, fmt.Errorf("plots: contour %q: %w", axes.Title, err)
	}
	low, high := math.Log10(levels[0]), math.Log10(levels[len(levels)-1])
	field := surface{xs: xs, ys: ys}
	for _, row := range values {
		logs := make([]float64, len(row))
		for i, v := range row {
			if logs[i] = math.Log10(v); math.IsNaN(logs[i]) || logs[i] > high {
				logs[i] = high
			}
			logs[i] = math.Max(low, logs[i])
		}
		field.logs = append(field.logs, logs)
	}
	colors, err := blues()
	if err != nil {
		return nil, err
	}
	colors.SetMin(low)
	colors.SetMax(high)
	heat := plotter.NewHeatMap(field, colors.Palette(256))
	heat.Min, heat.Max, heat.Rasterized = low, high, false

	p := newPlot(axes)
	p.Add(heat, levelLines{field, levels[1 : len(levels)-1], colors})
	p.Y.Label.Text, p.Y.Label.TextStyle.Font, p.Y.Label.TextStyle.Color = axes.Y, sans(10), ink
	return encode(figureWidth/2, vg.Points(240), func(canvas draw.Canvas) {
		p.Draw(headed(canvas, Axes{Title: axes.Title}, 11))
	})
}

func checkContour(xs, ys []float64, values [][]float64, levels []float64) error {
	for name, list := range map[string][]float64{"xs": xs, "ys": ys, "levels": levels} {
		if len(list) < 2 || !slices.IsSorted(list) || list[0] == list[len(list)-1] {
			return fmt.Errorf("%s %v: want at least two rising numbers", name, list)
		}
	}
	if levels[0] <= 0 {
		return fmt.Errorf("level %g has no logarithm", levels[0])
	}
	if len(values) != len(ys) {
		return fmt.Errorf("%d rows for %d ys", len(values), len(ys))
	}
	for j, row := range values {
		if len(row) != len(xs) {
			return fmt.Errorf("row %d has %d values for %d xs", j, len(row), len(xs))
		}
		for i, v := range row {
			if v <= 0 {
				return fmt.Errorf("value %g at row %d, column %d has no logarithm", v, j, i)
			}
		}
	}
	return nil
}

// surface is gonum's view of logarithms over a plane.
type surface struct {
	xs, ys []float64
	logs   [][]float64
}

func (s surface) Dims() (columns, rows int) { return len(s.xs), len(s.ys) }
func (s surface) Z(column, row int) float64 { return s.logs[row][column] }
func (s surface) X(column int) float64      { return s.xs[column] }
func (s surface) Y(row int) float64         { return s.ys[row] }
