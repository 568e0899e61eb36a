// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// What stands at an axis has a true minus sign and equally many decimals.
func TestTicksAreAlike(t *testing.T) {
	for _, limits := range [][2]float64{{-1, 1}, {-0.02, 0.31}, {0.3, 1.45}, {-400, 90000}, {1e-7, 1e-6}} {
		var decimals []int
		for _, tick := range linearTicks(limits[0], limits[1]) {
			if strings.ContainsAny(tick.Label, "-e") {
				t.Errorf("from %g to %g: %q", limits[0], limits[1], tick.Label)
			}
			_, fraction, _ := strings.Cut(tick.Label, ".")
			decimals = append(decimals, len(fraction))
		}
		if len(decimals) < 3 || slices.Min(decimals) != slices.Max(decimals) {
			t.Errorf("from %g to %g the labels have %v decimals", limits[0], limits[1], decimals)
		}
	}
}

func TestLogTicks(t *testing.T) {
	for _, test := range []struct {
		lo, hi float64
		want   string
	}{
		{0.01, 1000, "0.01 0.1 1 10 100 1000"},
		{0.2, 10, "0.2 0.5 1 2 5 10"},
		{1e-6, 1, "0.000001 0.00001 0.0001 0.001 0.01 0.1 1"},
	} {
		var labels []string
		for _, tick := range logTicks(test.lo, test.hi) {
			if !tick.IsMinor() {
				labels = append(labels, tick.Label)
			}
		}
		if got := strings.Join(labels, " "); got != test.want {
			t.Errorf("from %g to %g: %s, want %s", test.lo, test.hi, got, test.want)
		}
	}
}

// Names that would lie over each other move apart, no further than needed, and stay in order and within the figure.
func TestSpreadOut(t *testing.T) {
	for _, test := range []struct{ heights, want []vg.Length }{
		{[]vg.Length{20, 60}, []vg.Length{20, 60}},
		{[]vg.Length{50, 50}, []vg.Length{45, 55}},
		{[]vg.Length{0, 0, 0}, []vg.Length{5, 15, 25}},
		{[]vg.Length{99, 100}, []vg.Length{85, 95}},
	} {
		got := spreadOut(test.heights, []vg.Length{10, 10, 10}[:len(test.heights)], 0, 100)
		for i := range got {
			if got[i] < test.want[i]-0.5 || got[i] > test.want[i]+0.5 {
				t.Errorf("%v moves to %v, want %v", test.heights, got, test.want)
				break
			}
		}
	}
}

// Several lines of one family are shades of its colour, and the last one has the colour itself.
func TestShades(t *testing.T) {
	shades := colorsOf([]Series{{Name: "plain-8"}, {Name: "dense"}, {Name: "plain-20"}, {Name: "plain-56"}})
	if shades[3] != familyColor(t, "plain") || shades[1] != familyColor(t, "dense") {
		t.Errorf("the last plain network has %v, the only dense one %v", shades[3], shades[1])
	}
	if a, b, c := luminance(shades[0]), luminance(shades[2]), luminance(shades[3]); a < b+0.1 || b < c+0.1 {
		t.Errorf("luminances %.2f %.2f %.2f do not fall clearly", a, b, c)
	}
}

// The two signs can be told apart by their brightness alone, and zero is white.
func TestSigned(t *testing.T) {
	img := Signed([][]float64{{-2, 0, 2}, {-1, 1, 5}}, 2)
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(img.At(x, y)).(color.RGBA) }
	if at(0, 0) != negative || at(2, 0) != positive || at(1, 0) != (color.RGBA{255, 255, 255, 255}) || at(2, 1) != positive {
		t.Errorf("−2 is %v, 0 %v, 2 %v, 5 %v", at(0, 0), at(1, 0), at(2, 0), at(2, 1))
	}
	if less, more := luminance(negative), luminance(positive); more-less < 0.3 {
		t.Errorf("in grey the signs are %.2f and %.2f", less, more)
	}
	if at(0, 1) == at(0, 0) || at(0, 1) == at(1, 0) {
		t.Errorf("half of the way is %v", at(0, 1))
	}
}

// Panels that belong together have the same axes: the same value is equally high in both.
func TestMultiples(t *testing.T) {
	figure, err := Multiples(Axes{Title: "Two", Y: "loss"}, 2,
		Panel{"left", []Series{{Name: "dense", Y: []float64{1, 1}}}},
		Panel{"right", []Series{{Name: "residual", Y: []float64{1, 1}}, {Name: "highway", Y: []float64{5, 9}}}})
	img := decode(t, figure, err)
	left, _ := box(img, only(familyColor(t, "dense")))
	right, _ := box(img, only(familyColor(t, "residual")))
	if left.Min.Y != right.Min.Y || left.Max.X > img.Bounds().Dx()/2 || right.Min.X < img.Bounds().Dx()/2 {
		t.Errorf("the line of the left panel is at %v, that of the right one at %v", left, right)
	}
	for want, panels := range map[string][]Panel{"nothing": nil, `panel "empty"`: {{Title: "empty"}}} {
		if _, err := Multiples(Axes{}, 2, panels...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := Multiples(Axes{}, 0, Panel{"", []Series{{Y: []float64{1}}}}); err == nil {
		t.Error("no error for 0 columns")
	}
}

func TestCells(t *testing.T) {
	img := Cells([][]float64{{-1, 0, 1}, {-1, 0, 1}, {-1, 0, 0.5}})
	counts := colors(img)
	if 5*counts[negative] < 6*counts[positive] || counts[positive] < 3000 || img.Bounds().Dx() < thumbnail {
		t.Errorf("%v with %d pixels of the negative colour and %d of the positive one", img.Bounds(), counts[negative], counts[positive])
	}
}

func TestDifferences(t *testing.T) {
	names := []string{"cat", "dog"}
	figure, err := Differences(Axes{Title: "Less the mean", X: "predicted", Y: "true"}, 2, names, 1,
		Matrix{"plain", [][]float64{{0, -3}, {3, 0.2}}}, Matrix{"residual", [][]float64{{0, 1.5}, {0, 0}}})
	img := decode(t, figure, err)
	half := img.Bounds().Dx() / 2
	low, _ := box(img, only(negative))
	high, _ := box(img, only(positive))
	if low.Max.X > half || high.Max.X > half || low.Min.X <= high.Min.X || low.Min.Y >= high.Min.Y {
		t.Errorf("−3 of row 1, column 2 is at %v, 3 of row 2, column 1 at %v", low, high)
	}
	if _, err := Differences(Axes{}, 2, names, 1, Matrix{"odd", [][]float64{{1}}}); err == nil || !strings.Contains(err.Error(), `"odd"`) {
		t.Errorf("error %v", err)
	}
}

func TestBeside(t *testing.T) {
	figure, err := Bars(Axes{Y: "probability, %"}, []string{"cat", "dog"}, Series{Name: "dense", Y: []float64{10, 20}})
	if err != nil {
		t.Fatal(err)
	}
	picture := image.NewRGBA(image.Rect(0, 0, 2, 2))
	red := color.RGBA{255, 0, 0, 255}
	picture.SetRGBA(1, 0, red)
	both, err := Beside(picture, figure)
	img := decode(t, both, err)
	corner, _ := box(img, only(red))
	if corner.Min.X < 2*gap || corner.Dx() != img.Bounds().Dy()/4 {
		t.Errorf("the upper right pixel of the picture is at %v in %v", corner, img.Bounds())
	}
	if _, err := Beside(nil, figure); err == nil {
		t.Error("no error for no picture")
	}
}

// An illustrated line has its diagram at the right of the curves, in its colour.
func TestIllustrated(t *testing.T) {
	drawing := Drawing{[]Box{{"x", 0, 0}, {"y", 2, 0}}, []Arrow{{From: 0, To: 1, Identity: true}}}
	lines := []Series{{Name: "dense", Y: []float64{1, 2}}, {Name: "residual", Y: []float64{3, 4}}}
	figure, err := Illustrated(Axes{Title: "T"}, []Drawing{drawing, {}}, lines...)
	img := decode(t, figure, err)
	right := part(img, image.Rect(img.Bounds().Dx()-500, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	counts := colors(right)
	if green, blue := counts[familyColor(t, "dense")], counts[familyColor(t, "residual")]; green < 500 || blue > green/5 {
		t.Errorf("at the right are %d pixels of the line with a drawing, %d of the one without", green, blue)
	}
	if _, err := Illustrated(Axes{}, nil, lines...); err == nil {
		t.Error("no error for two lines and no drawing")
	}
}

// In the right half each region contains the one before; in the left half none does.
func TestFunctionClasses(t *testing.T) {
	figure, err := FunctionClasses()
	img := decode(t, figure, err)
	blue, _ := box(img, only(color.RGBA{0x00, 0x72, 0xb2, 0xff}))
	if blue.Min.X < img.Bounds().Dx()/2 || blue.Dx() < 700 {
		t.Errorf("the regions that contain each other are at %v of %v", blue, img.Bounds())
	}
}

// A name lies on no line's mark, even where a line is a single point.
func TestBestPlace(t *testing.T) {
	area := vg.Rectangle{Max: vg.Point{X: 100, Y: 100}}
	end := vg.Point{X: 50, Y: 50}
	right := best(end, 20, 10, area, nil, nil)
	if right.Min.X < end.X+3 {
		t.Errorf("with room all around the name is at %v", right)
	}
	middle := vg.Point{X: (right.Min.X + right.Max.X) / 2, Y: (right.Min.Y + right.Max.Y) / 2}
	if moved := best(end, 20, 10, area, [][]vg.Point{{middle}}, nil); moved == right {
		t.Errorf("the name covers the point at %v", middle)
	}
	if moved := best(end, 20, 10, area, nil, []vg.Rectangle{right}); moved == right {
		t.Error("the name covers another name")
	}
}

// The numbers in a heat map's cells have equally many decimals.
func TestDecimals(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   int
	}{{[]float64{1, 20, math.NaN()}, 0}, {[]float64{1, 0.942, 0.9}, 2}, {[]float64{12.5, -3}, 1}, {[]float64{0.012}, 4}, {[]float64{4000.5}, 0}} {
		if got := decimalsOf([][]float64{test.values}); got != test.want {
			t.Errorf("%v: %d decimals, want %d", test.values, got, test.want)
		}
	}
}

func TestCoarser(t *testing.T) {
	for step, want := range map[float64]float64{1: 2, 2: 5, 5: 10, 0.2: 0.5, 0.1: 0.2, 50: 100} {
		if got := coarser(step); math.Abs(got-want) > 1e-9 {
			t.Errorf("after %g comes %g, want %g", step, got, want)
		}
	}
}
