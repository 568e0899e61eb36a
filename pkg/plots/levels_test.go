// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// drawLevels draws the lines of a map, and returns where their numbers stand and in which colour, and the lines with theirs.
func drawLevels(t *testing.T, xs, ys []float64, values [][]float64, levels []float64, size vg.Length) (numbers map[string]vg.Rectangle, lines [][]vg.Point, colors map[string]color.Color) {
	t.Helper()
	field := surface{xs: xs, ys: ys}
	for _, row := range values {
		var logs []float64
		for _, v := range row {
			logs = append(logs, math.Log10(v))
		}
		field.logs = append(field.logs, logs)
	}
	scale, err := blues()
	if err != nil {
		t.Fatal(err)
	}
	scale.SetMin(0)
	scale.SetMax(2)
	p := plot.New()
	p.Add(plotter.NewHeatMap(field, scale.Palette(16)))
	var canvas recorder.Canvas
	levelLines{field, levels, scale}.Plot(draw.Canvas{Canvas: &canvas, Rectangle: vg.Rectangle{Max: vg.Point{X: size, Y: size}}}, p)
	numbers, colors = map[string]vg.Rectangle{}, map[string]color.Color{}
	var now color.Color
	for _, action := range canvas.Actions {
		switch a := action.(type) {
		case *recorder.SetColor:
			now = a.Color
		case *recorder.FillString:
			style := textStyle(bold(9), ink)
			numbers[a.String] = vg.Rectangle{Min: a.Point, Max: a.Point.Add(vg.Point{X: style.Width(a.String), Y: style.Height(a.String)})}
			colors[a.String] = now
		case *recorder.Stroke:
			var line []vg.Point
			for _, step := range a.Path {
				line = append(line, step.Pos)
			}
			lines = append(lines, line)
		}
	}
	return numbers, lines, colors
}

// Every line has its number on it, and no number covers a line, another number or the edge of the map.
func TestNumbersOnLevels(t *testing.T) {
	xs, ys, values := bowl()
	const size = 180
	numbers, lines, colors := drawLevels(t, xs, ys, values, []float64{1.5, 2, 5, 10, 20, 50}, size)
	var boxes []vg.Rectangle
	for level, number := range numbers {
		at := middle(number)
		x, y := float64(at.X/size)*2-1, float64(at.Y/size)*2-1 // the cells at the edges reach half a cell further; near enough
		var want float64
		if _, err := fmt.Sscan(level, &want); err != nil {
			t.Fatal(err)
		}
		if got := math.Exp(1.1 * (x*x + 4*y*y)); got < want/2 || got > want*2 {
			t.Errorf("the number %s stands at %.2f, %.2f, where the value is about %.1f", level, x, y, got)
		}
		if beyond(number, vg.Rectangle{Max: vg.Point{X: size, Y: size}}) > 0 {
			t.Errorf("the number %s leaves the map: %v", level, number)
		}
		for _, other := range boxes {
			if overlap(number, other) {
				t.Errorf("the number %s covers another one", level)
			}
		}
		boxes = append(boxes, number)
	}
	if len(numbers) != 6 {
		t.Errorf("numbers %v, want one for each of six levels", numbers)
	}
	for level, number := range numbers {
		hidden := 0
		for _, line := range lines {
			for _, p := range line {
				if within(p.X, number.Min.X, number.Max.X) && within(p.Y, number.Min.Y+1, number.Max.Y-1) {
					hidden++
				}
			}
		}
		if hidden > 0 {
			t.Errorf("the number %s hides %d points of lines", level, hidden)
		}
	}
	if light, dark := luminance(color.RGBAModel.Convert(colors["50"]).(color.RGBA)), luminance(color.RGBAModel.Convert(colors["2"]).(color.RGBA)); light < 0.9 || dark > 0.3 {
		t.Errorf("brightness %.1f of the line on the dark ground, %.1f on the light one", light, dark)
	}
}

// A line shorter than its number has it above, and is not hidden by it.
func TestNumberOfAShortLine(t *testing.T) {
	xs, ys, values := bowl()
	numbers, lines, _ := drawLevels(t, xs, ys, values, []float64{1.05}, 60)
	top, whole := vg.Length(0), vg.Length(0)
	for _, line := range lines {
		whole += length(line)
		for _, p := range line {
			top = max(top, p.Y)
		}
	}
	if number := numbers["1.05"]; whole < 20 || number.Min.Y < top {
		t.Errorf("the number is at %v, the top of the line at %v, and %v of the line can be seen", number, top, whole)
	}
}

func TestOutside(t *testing.T) {
	line := []vg.Point{{X: 0}, {X: 100}}
	box := func(from, to vg.Length) vg.Rectangle {
		return vg.Rectangle{Min: vg.Point{X: from, Y: -1}, Max: vg.Point{X: to, Y: 1}}
	}
	for name, test := range map[string]struct {
		boxes []vg.Rectangle
		want  []vg.Length // where the pieces begin and end
	}{
		"nothing in the way":      {nil, []vg.Length{0, 100}},
		"in the middle":           {[]vg.Rectangle{box(39, 61)}, []vg.Length{0, 35, 65, 100}},
		"at the end":              {[]vg.Rectangle{box(81, 200)}, []vg.Length{0, 80}},
		"all of it":               {[]vg.Rectangle{box(-1, 101)}, nil},
		"a dot between two boxes": {[]vg.Rectangle{box(-1, 49), box(51, 101)}, nil},
	} {
		var got []vg.Length
		for _, piece := range outside(line, test.boxes) {
			got = append(got, piece[0].X, piece[len(piece)-1].X)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: pieces %v, want %v", name, got, test.want)
		}
	}
}
