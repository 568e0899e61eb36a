// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image"
	"image/color"
	"math"
	"strings"
	"testing"
)

// bowl is e^(x²+4y²) on a grid: narrow in y.
func bowl() (xs, ys []float64, values [][]float64) {
	for i := range 21 {
		xs = append(xs, float64(i-10)/10)
	}
	for j := range 11 {
		y := float64(j-5) / 5
		ys = append(ys, y)
		var row []float64
		for _, x := range xs {
			row = append(row, math.Exp(x*x+4*y*y))
		}
		values = append(values, row)
	}
	return xs, ys, values
}

func brightness(img image.Image, x, y int) int {
	return int(color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y)
}

func TestContour(t *testing.T) {
	xs, ys, values := bowl()
	values[0][0], values[0][1] = math.NaN(), math.Inf(1)
	levels := []float64{1, 2, 5, 10, 20, 50}
	figure, err := Contour(Axes{Title: "A bowl", X: "x", Y: "y"}, xs, ys, values, levels)
	img := decode(t, figure, err)
	// The middle is light; up and down it gets dark faster than to the sides; what is not finite is as dark as the highest level.
	width, height := img.Bounds().Dx(), img.Bounds().Dy()
	middleX, middleY := width*58/100, height*46/100
	middle, side, up := brightness(img, middleX, middleY), brightness(img, middleX+width/4, middleY), brightness(img, middleX, middleY-height/4)
	if middle < side+10 || side < up+10 {
		t.Errorf("brightness in the middle %d, at the side %d, above %d", middle, side, up)
	}
	// Another scale: the same values under higher levels are lighter.
	figure, err = Contour(Axes{}, xs, ys, values, []float64{1, 100, 10000})
	if again := brightness(decode(t, figure, err), middleX, middleY-height/4); again < up+10 {
		t.Errorf("above the middle: brightness %d on a wide scale, %d on a narrow one", again, up)
	}
}

func TestContourErrors(t *testing.T) {
	xs, ys, values := bowl()
	levels := []float64{1, 10}
	negative := append([][]float64{append([]float64{-1}, values[0][1:]...)}, values[1:]...)
	for name, test := range map[string]struct {
		xs, ys []float64
		values [][]float64
		levels []float64
		want   string
	}{
		"one level":     {xs, ys, values, levels[:1], "levels"},
		"falling":       {xs, ys, values, []float64{10, 1}, "levels"},
		"level of zero": {xs, ys, values, []float64{0, 1}, "no logarithm"},
		"one x":         {xs[:1], ys, values, levels, "xs"},
		"rows":          {xs, ys[:5], values, levels, "11 rows for 5 ys"},
		"columns":       {xs[:5], ys, values, levels, "for 5 xs"},
		"negative":      {xs, ys, negative, levels, "no logarithm"},
	} {
		if _, err := Contour(Axes{}, test.xs, test.ys, test.values, test.levels); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: want an error with %q, got %v", name, test.want, err)
		}
	}
}

func TestPanels(t *testing.T) {
	wide, err := Curves(Axes{Title: "Left"}, Series{Name: "plain", Y: []float64{1, 2}})
	left := decode(t, wide, err)
	bars, err := Bars(Axes{Title: "Right"}, []string{"a"}, Series{Name: "dense", Y: []float64{1}})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := Panels(2, wide, bars, wide)
	img := decode(t, sheet, err)
	if img.Bounds() != left.Bounds() {
		t.Errorf("the sheet is %v, a figure %v: two rows of two figures at half their size are as large as one", img.Bounds(), left.Bounds())
	}
	half := img.Bounds().Max.Div(2)
	if got := colors(part(img, image.Rect(half.X, 0, 2*half.X, half.Y)))[familyColor(t, "dense")]; got < 1000 {
		t.Errorf("the second cell has %d pixels of the bar", got)
	}
	if got := colors(part(img, image.Rect(0, half.Y, half.X, 2*half.Y)))[familyColor(t, "plain")]; got < 100 {
		t.Errorf("the third cell has %d pixels of the curve", got)
	}
	if _, err := Panels(1); err == nil {
		t.Error("no error for no figure")
	}
	if _, err := Panels(0, wide); err == nil {
		t.Error("no error for no column")
	}
	if _, err := Panels(1, []byte("no PNG")); err == nil {
		t.Error("no error for what is no PNG")
	}
}

func TestBarsWithErrorBars(t *testing.T) {
	dark := func(spread []float64) int {
		figure, err := Bars(Axes{Title: "Error bars"}, []string{"a", "b"}, Series{Name: "plain", Y: []float64{1, 2}},
			Series{Name: "residual", Y: []float64{2, 1}, Spread: spread})
		return colors(decode(t, figure, err))[color.RGBA{ink.Y, ink.Y, ink.Y, 255}]
	}
	if with, without := dark([]float64{0.5, 0.3}), dark(nil); with < without+50 {
		t.Errorf("%d black pixels with error bars, %d without", with, without)
	}
	if zero, without := dark([]float64{0, 0}), dark(nil); zero != without {
		t.Errorf("%d black pixels with error bars of no length, %d without", zero, without)
	}
	if one, both := dark([]float64{0.5, 0}), dark([]float64{0.5, 0.5}); one >= both {
		t.Errorf("%d black pixels with one error bar, %d with two", one, both)
	}
	if _, err := Bars(Axes{}, []string{"a", "b"}, Series{Y: []float64{1, 2}, Spread: []float64{1}}); err == nil {
		t.Error("no error for one error bar and two bars")
	}
}

// Long labels are turned, so that they do not run into each other, and the figure has as much room for the bars as they leave.
func TestBarsWithLongLabels(t *testing.T) {
	lowest := func(labels ...string) int { // of the bars' pixels
		figure, err := Bars(Axes{Title: "Labels"}, labels, Series{Name: "plain", Y: []float64{1, 2, 3, 2}})
		img, low := decode(t, figure, err), 0
		for y := range img.Bounds().Dy() {
			if color.RGBAModel.Convert(img.At(img.Bounds().Dx()/3, y)) == familyColor(t, "plain") || color.RGBAModel.Convert(img.At(img.Bounds().Dx()/4, y)) == familyColor(t, "plain") {
				low = y
			}
		}
		return low
	}
	short, long := lowest("a", "b", "c", "d"), lowest("steps of equal proportion", "without any norms at all", "identity in the kernels", "looks linear at the start")
	if long > short-20 {
		t.Errorf("the bars end at row %d with short labels and %d with long ones: these were not turned", short, long)
	}
}
