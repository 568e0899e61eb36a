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

// Where names say how deep networks are, the deepest has the family's colour, in whatever order they come. Dashed lines and those to
// compare with take no shade from them.
func TestDeeperIsDarker(t *testing.T) {
	plain, residual := familyColor(t, "plain"), familyColor(t, "residual")
	for _, test := range []struct {
		series []Series
		dark   int // which one has the family's own colour
		light  int
	}{
		{[]Series{{Name: "plain-56"}, {Name: "plain-20"}, {Name: "plain-8"}}, 0, 2},
		{[]Series{{Name: "half-plain-8"}, {Name: "half-plain-56-b3"}, {Name: "half-plain-20"}}, 1, 0},
		{[]Series{{Name: "plain-20, new"}, {Name: "plain-20, trained"}}, 1, 0},
		{[]Series{{Name: "plain"}, {Name: "plain-8"}}, 1, 0},
	} {
		shades := colorsOf(test.series)
		if shades[test.dark] != plain || luminance(shades[test.light]) < luminance(plain)+0.3 {
			t.Errorf("%v have the colours %v", test.series, shades)
		}
	}
	shades := colorsOf([]Series{{Name: "residual, else", Dashed: true}, {Name: "residual"}, {Name: "residual", Reference: true}, {Name: "guessing", Reference: true}})
	if shades[0] != residual || shades[1] != residual || shades[2] != residual || shades[3] != color.RGBAModel.Convert(faint) {
		t.Errorf("dashed, main, its reference and guessing have the colours %v", shades)
	}
}

// A line that only compares another one with itself has its colour and no name of its own.
func TestReferenceOfItsOwn(t *testing.T) {
	width := func(series ...Series) int {
		figure, err := Curves(Axes{}, series...)
		line, _ := box(decode(t, figure, err), only(familyColor(t, "dense")))
		return line.Dx()
	}
	lone := Series{Name: "dense", Y: []float64{1, 2}}
	intact := Series{Name: "dense", Y: []float64{3, 3}, Reference: true}
	if with, without := width(lone, intact), width(lone); with != without {
		t.Errorf("with a reference the green line is %d pixels wide, without %d", with, without)
	}
	intact.Name = "intact, with all its blocks"
	if named := width(lone, intact); named >= width(lone) {
		t.Errorf("a reference with a name of its own leaves the line %d pixels", named)
	}
}

// A dashed line covers less than a solid one, and shows its spread at its points alone.
func TestDashed(t *testing.T) {
	ink := func(dashed bool) (line, band int) {
		figure, err := Curves(Axes{}, Series{Name: "dense", Y: []float64{1, 2}, Spread: []float64{0.2, 0.2}, Dashed: dashed})
		counts := colors(decode(t, figure, err))
		c := familyColor(t, "dense")
		return counts[c], counts[blend(c, 0xff, 0.75)]
	}
	solid, band := ink(false)
	dashed, none := ink(true)
	if dashed > solid*4/5 || dashed < solid/3 || none > 100 || band < 10000 {
		t.Errorf("solid: %d pixels and a band of %d; dashed: %d and %d", solid, band, dashed, none)
	}
}

// The name of a logarithmic axis takes no room from the curves, however long it is.
func TestLongNameOfLogAxis(t *testing.T) {
	width := func(name string) int {
		figure, err := Curves(Axes{X: name, LogX: true}, Series{Name: "dense", X: []float64{0.05, 5000}, Y: []float64{1, 2}})
		line, _ := box(decode(t, figure, err), only(familyColor(t, "dense")))
		return line.Dx()
	}
	if short, long := width("minutes"), width(strings.Repeat("minutes of training ", 4)); long != short {
		t.Errorf("with a long name the line is %d pixels wide, with a short one %d", long, short)
	}
}

// Bars are compared with a dashed line, even one that is higher than all of them.
func TestBarsWithLevel(t *testing.T) {
	axes, labels, bars := Axes{Title: "Loss"}, []string{"a", "b"}, Series{Name: "dense", Y: []float64{1, 2}}
	height := func(series ...Series) int {
		figure, err := Bars(axes, labels, series...)
		all, _ := box(decode(t, figure, err), only(familyColor(t, "dense")))
		return all.Dy()
	}
	alone := height(bars)
	if low := height(bars, Series{Name: "intact", Y: []float64{0.5}, Reference: true}); low < alone-2 {
		t.Errorf("with a low level the bars are %d pixels high, without %d", low, alone)
	}
	if high := height(bars, Series{Name: "guessing", Y: []float64{4}, Reference: true}); high > alone*6/10 {
		t.Errorf("below a level twice as high the bars are %d pixels high, without it %d", high, alone)
	}
	if _, err := Bars(axes, labels, Series{Name: "guessing", Y: []float64{4}, Reference: true}); err == nil {
		t.Error("no error for a level without bars")
	}
	if _, err := Bars(axes, labels, bars, Series{Name: "guessing", Reference: true}); err == nil || !strings.Contains(err.Error(), "guessing") {
		t.Errorf("a level of no value: %v", err)
	}
}

// Rows stand in order, each image right of its row's name and below its column's caption.
func TestRows(t *testing.T) {
	plain := func(c color.RGBA) image.Image {
		img := image.NewRGBA(image.Rect(0, 0, 2, 2))
		for p := range 4 {
			img.SetRGBA(p%2, p/2, c)
		}
		return img
	}
	red, grey := color.RGBA{255, 0, 0, 255}, color.RGBA{200, 200, 200, 255}
	figure, err := Rows([]string{"cat", "dog"}, Row{"new", []image.Image{plain(grey), plain(grey)}}, Row{"trained", []image.Image{plain(grey), plain(red)}})
	img := decode(t, figure, err)
	at, _ := box(img, only(red))
	if want := image.Rect(rowName+thumbnail+gap, img.Bounds().Dy()-thumbnail-gap, img.Bounds().Dx()-gap, img.Bounds().Dy()-gap); at != want {
		t.Errorf("the red image is at %v, want %v", at, want)
	}
	if _, dark := box(part(img, image.Rect(0, at.Min.Y, rowName, at.Max.Y)), func(c color.RGBA) bool { return c.R < 0x40 }); dark < 100 {
		t.Errorf("%d dark pixels left of the row", dark)
	}
	for want, test := range map[string]func() ([]byte, error){
		"nothing":                  func() ([]byte, error) { return Rows([]string{"cat"}) },
		`"new" has 0 images for 1`: func() ([]byte, error) { return Rows([]string{"cat"}, Row{Name: "new"}) },
		`"new", image 0: nothing`:  func() ([]byte, error) { return Rows([]string{"cat"}, Row{"new", []image.Image{nil}}) },
	} {
		if _, err := test(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
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

// Where lines leave no room beside a line's end, its name is further away, and covers none of them.
func TestBestPlaceInACrowd(t *testing.T) {
	area := vg.Rectangle{Max: vg.Point{X: 100, Y: 200}}
	end := vg.Point{X: 10, Y: 50}
	var crowd [][]vg.Point
	for y := vg.Length(25); y < 75; y += 2 {
		crowd = append(crowd, []vg.Point{{X: 0, Y: y}, {X: 100, Y: y}})
	}
	place := best(end, 40, 10, area, crowd, nil)
	if place.Min.X < 0 || place.Min.Y < 71 && place.Max.Y > 25 || place.Min.Y < 0 || place.Max.Y > end.Y+70 {
		t.Errorf("the name is at %v", place)
	}
	above := vg.Rectangle{Min: vg.Point{X: 0, Y: 80}, Max: vg.Point{X: 100, Y: 90}} // the name of another line
	if place := best(end, 40, 10, area, crowd, []vg.Rectangle{above}); place.Max.Y > 25 {
		t.Errorf("with another name above, the line to the name at %v crosses it", place)
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
