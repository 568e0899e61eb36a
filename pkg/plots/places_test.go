// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image"
	"image/color"
	"testing"
)

// box is the smallest rectangle that holds all pixels of the wanted kind, and count is their number.
func box(img image.Image, wanted func(color.RGBA) bool) (box image.Rectangle, count int) {
	bounds := img.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if wanted(color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)) {
				box = box.Union(image.Rect(x, y, x+1, y+1))
				count++
			}
		}
	}
	return box, count
}

func part(img image.Image, of image.Rectangle) image.Image {
	return img.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(of)
}

func only(c color.RGBA) func(color.RGBA) bool {
	return func(other color.RGBA) bool { return other == c }
}

// shades are the colours of the lowest and the highest value of a heat map.
func shades(t *testing.T) (light, dark color.RGBA) {
	t.Helper()
	scale, err := blues()
	if err != nil {
		t.Fatal(err)
	}
	scale.SetMin(0)
	scale.SetMax(1)
	all := scale.Palette(256).Colors()
	return color.RGBAModel.Convert(all[0]).(color.RGBA), color.RGBAModel.Convert(all[255]).(color.RGBA)
}

// wantDark checks that one cell of a drawn matrix is dark and that its number is written in white, in that cell alone.
func wantDark(t *testing.T, img image.Image, rows, columns, row, column int) {
	t.Helper()
	light, dark := shades(t)
	all, _ := box(img, func(c color.RGBA) bool { return c == light || c == dark })
	cell, _ := box(img, only(dark))
	width, height := float64(all.Dx())/float64(columns), float64(all.Dy())/float64(rows)
	got := fmt.Sprintf("row %.0f, column %.0f", float64(cell.Min.Y-all.Min.Y)/height, float64(cell.Min.X-all.Min.X)/width)
	if want := fmt.Sprintf("row %d, column %d", row, column); got != want {
		t.Errorf("the high value is drawn at %s, want %s", got, want)
	}
	if part := fmt.Sprintf("%.1f %.1f", float64(cell.Dy())/height, float64(cell.Dx())/width); part != "1.0 1.0" {
		t.Errorf("the dark part is %s cells high and wide", part)
	}
	inside := part(img, cell)
	_, white := box(inside, func(c color.RGBA) bool { return min(c.R, c.G, c.B) > 0xd0 })
	_, black := box(inside, func(c color.RGBA) bool { return max(c.R, c.G, c.B) < 0x30 })
	if columns <= annotatedCells && (white == 0 || black > 0) {
		t.Errorf("in the dark cell are %d white and %d black pixels of text", white, black)
	}
}

// The value in row i and column j stands in row i from the top and column j from the left.
func TestHeatmapPlaces(t *testing.T) {
	for _, size := range []struct{ rows, columns int }{{2, 3}, {3, 2}, {4, 15}} {
		for _, at := range []struct{ row, column int }{{0, size.columns - 1}, {size.rows - 1, 0}, {0, 1}} {
			values := make([][]float64, size.rows)
			for i := range values {
				values[i] = make([]float64, size.columns)
			}
			values[at.row][at.column] = 8
			figure, err := Heatmap(Axes{}, values, nil, nil)
			img := decode(t, figure, err)
			if size.columns > annotatedCells { // without the scale of colours at its right
				img = part(img, image.Rect(0, 0, img.Bounds().Max.X-300, img.Bounds().Max.Y))
			}
			wantDark(t, img, size.rows, size.columns, at.row, at.column)
		}
	}
}

// What is of class i and was taken for class j stands in row i, which the figure calls true, and column j.
func TestConfusionPlaces(t *testing.T) {
	for _, at := range []struct{ row, column int }{{0, 1}, {1, 0}, {0, 2}, {2, 1}} {
		counts := [][]int{{0, 0, 0}, {0, 0, 0}, {0, 0, 0}}
		counts[at.row][at.column] = 7
		figure, err := Confusion([]string{"cat", "dog", "ship"}, counts)
		wantDark(t, decode(t, figure, err), 3, 3, at.row, at.column)
	}
}

// The names of rows run from the top, those of columns from the left.
func TestSideTicks(t *testing.T) {
	for _, test := range []struct {
		fromTop bool
		want    string
	}{{true, "a2 b1 c0 "}, {false, "a0 b1 c2 "}} {
		got := ""
		for _, tick := range sideTicks(3, []string{"a", "b", "c"}, test.fromTop) {
			got += fmt.Sprint(tick.Label, tick.Value, " ")
		}
		if got != test.want {
			t.Errorf("ticks %q, want %q", got, test.want)
		}
	}
}

// ends are the heights, in pixels from the bottom, of the leftmost and the rightmost tenth of a figure's only series, which has
// no name and thus no legend.
func ends(img image.Image) (left, right int) {
	ink := only(others[0])
	all, _ := box(img, ink)
	tenth := all.Dx() / 10
	height := func(x int) int {
		inside, _ := box(part(img, image.Rect(x, all.Min.Y, x+tenth, all.Max.Y)), ink)
		return all.Max.Y - inside.Min.Y
	}
	return height(all.Min.X), height(all.Max.X - tenth)
}

// A curve that rises in the data rises in the figure, on each kind of axis.
func TestCurvesRise(t *testing.T) {
	for _, axes := range []Axes{{}, {LogX: true}, {LogY: true}} {
		for _, y := range [][]float64{{1, 2, 3, 50}, {50, 3, 2, 1}} {
			figure, err := Curves(axes, Series{Y: y})
			left, right := ends(decode(t, figure, err))
			if (left < right) != (y[0] < y[3]) {
				t.Errorf("%+v of %v: %d pixels high at the left, %d at the right", axes, y, left, right)
			}
		}
	}
}

// The bars stand in the order of their labels, and their heights are as the values.
func TestBarsPlaces(t *testing.T) {
	for _, y := range [][]float64{{1, 4}, {4, 1}} {
		figure, err := Bars(Axes{}, []string{"20", "56"}, Series{Y: y})
		left, right := ends(decode(t, figure, err))
		if ratio := float64(left) / float64(right); ratio < 0.97*y[0]/y[1] || ratio > 1.03*y[0]/y[1] {
			t.Errorf("bars of %v are %d and %d pixels high", y, left, right)
		}
	}
}

// Images fill the grid row by row, and stand in it as they are: not turned, not mirrored.
func TestGridPlaces(t *testing.T) {
	corners := image.NewRGBA(image.Rect(0, 0, 2, 2))
	colors := []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 0, 255}} // by rows
	for i, c := range colors {
		corners.SetRGBA(i%2, i/2, c)
	}
	empty := image.NewGray(image.Rect(0, 0, 2, 2))
	figure, err := Grid(2, []image.Image{empty, empty, corners, empty}, nil)
	img := decode(t, figure, err)
	const second = gap + thumbnail + gap // where the second row begins
	for i, want := range colors {
		x, y := gap+20+i%2*(thumbnail-40), second+20+i/2*(thumbnail-40)
		got := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
		if got.R&0xf0 != want.R&0xf0 || got.G&0xf0 != want.G&0xf0 || got.B&0xf0 != want.B&0xf0 {
			t.Errorf("corner %d of the image in row 2, column 1 is %v, want about %v", i, got, want)
		}
	}
}
