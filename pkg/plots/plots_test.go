// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// decode checks that the figure is a PNG with ink on it, and keeps it in $PLOTS_DIR, where set, to look at.
func decode(t *testing.T, figure []byte, err error) image.Image {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(figure))
	if err != nil {
		t.Fatal(err)
	}
	if len(colors(img)) < 3 {
		t.Fatalf("the figure is empty: colours %v", colors(img))
	}
	if dir := os.Getenv("PLOTS_DIR"); dir != "" {
		name := strings.ReplaceAll(t.Name(), "/", "_") + ".png"
		if err := os.WriteFile(filepath.Join(dir, name), figure, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return img
}

// colors counts the pixels of each colour.
func colors(img image.Image) map[color.RGBA]int {
	counts := map[color.RGBA]int{}
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			counts[color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)]++
		}
	}
	return counts
}

func familyColor(t *testing.T, name string) color.RGBA {
	t.Helper()
	c, found := Color(name)
	if !found {
		t.Fatalf("no colour for %q", name)
	}
	return color.RGBAModel.Convert(c).(color.RGBA)
}

func TestCurvesUseTheFamilyColours(t *testing.T) {
	var series []Series
	for i, name := range []string{"plain-8", "plain-56", "residual-8", "residual-56", "Highway", "compact-dense", "constant"} {
		s := Series{Name: name}
		for layer := range 20 {
			s.Y = append(s.Y, math.Exp(float64(layer)*0.05*float64(i)))
		}
		series = append(series, s)
	}
	for _, axes := range []Axes{
		{Title: "Linear", X: "convolution", Y: "gradient norm"},
		{Title: "Logarithmic", X: "convolution", Y: "gradient norm", LogY: true},
		{Title: "Both", X: "convolution", Y: "gradient norm", LogX: true, LogY: true},
	} {
		t.Run(axes.Title, func(t *testing.T) {
			figure, err := Curves(axes, series...)
			counts := colors(decode(t, figure, err))
			for _, name := range []string{"plain", "residual", "highway", "dense"} {
				if counts[familyColor(t, name)] < 100 {
					t.Errorf("%s: %d pixels of its colour", name, counts[familyColor(t, name)])
				}
			}
		})
	}
}

// A spread adds a band of a light shade around the line, and leaves the line as it is.
func TestBand(t *testing.T) {
	flat := Series{Name: "dense", Y: []float64{1, 1.5, 1}}
	pixels := func() (line, band int) {
		figure, err := Curves(Axes{Title: "Band"}, flat)
		counts := colors(decode(t, figure, err))
		c := familyColor(t, "dense")
		return counts[c], counts[blend(c, 0xff, 0.75)]
	}
	without, none := pixels()
	flat.Spread = []float64{0.1, 0.2, 0.3}
	with, band := pixels()
	if none > 50 || band < 10000 || with < without/2 {
		t.Errorf("without a spread %d pixels of the line and %d of the band, with one %d and %d", without, none, with, band)
	}
}

func TestLogAxisOfOneValue(t *testing.T) {
	for _, value := range []float64{1, 0.3, 2000} {
		figure, err := Curves(Axes{LogY: true}, Series{Name: "plain", Y: []float64{value, value}})
		decode(t, figure, err)
	}
}

func TestLinearTicks(t *testing.T) {
	for _, test := range []struct {
		lo, hi float64
		want   string
	}{
		{0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{0, 300, "0 50 100 150 200 250 300"},
		{-0.3, 0.45, "−0.3 −0.2 −0.1 0.0 0.1 0.2 0.3 0.4"},
		{0, 40000, "0 10,000 20,000 30,000 40,000"},
		{1, 20, "2 4 6 8 10 12 14 16 18 20"},
	} {
		var labels []string
		for _, tick := range linearTicks(test.lo, test.hi) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != test.want {
			t.Errorf("from %g to %g: %s, want %s", test.lo, test.hi, got, test.want)
		}
	}
}

// Values that differ in their last bit only, as sums that should be equal do.
func TestTicksOfNearlyEqualValues(t *testing.T) {
	a, b := 0.1, 0.2
	figure, err := Curves(Axes{}, Series{Y: []float64{0.3, a + b}})
	decode(t, figure, err)
	if ticks := linearTicks(0.3, a+b); len(ticks) != 1 || ticks[0].Label != "0.3" {
		t.Errorf("ticks %v", ticks)
	}
}

func TestWholeTicks(t *testing.T) {
	for _, hi := range []float64{1, 4, 56} {
		for _, tick := range wholeTicks(1, hi) {
			if tick.Value != math.Trunc(tick.Value) {
				t.Errorf("up to %g: %s", hi, tick.Label)
			}
		}
	}
}

func TestBars(t *testing.T) {
	figure, err := Bars(Axes{Title: "Parameters", Y: "millions"}, []string{"20", "56"},
		Series{Name: "plain", Y: []float64{0.27, 0.85}}, Series{Name: "dense", Y: []float64{0.2, 1}})
	counts := colors(decode(t, figure, err))
	if plain, dense := counts[familyColor(t, "plain")], counts[familyColor(t, "dense")]; plain < 1000 || dense < 1000 {
		t.Errorf("bars have %d and %d pixels", plain, dense)
	}
}

func TestGrid(t *testing.T) {
	var images []image.Image
	var captions []string
	for i := range 7 {
		img := image.NewRGBA(image.Rect(0, 0, 32, 32))
		for p := range img.Pix {
			img.Pix[p] = 255
		}
		for p := 0; p < len(img.Pix); p += 4 {
			img.Pix[p] = uint8(i * 40)
		}
		images, captions = append(images, img), append(captions, fmt.Sprintf("automobile: truck? %d", i))
	}
	figure, err := Grid(4, images, captions)
	img := decode(t, figure, err)
	if want := image.Rect(0, 0, 16+4*208, 16+2*254); img.Bounds() != want {
		t.Errorf("size %v, want %v", img.Bounds(), want)
	}
	if got := color.RGBAModel.Convert(img.At(16+208+100, 100)); got != (color.RGBA{40, 255, 255, 255}) {
		t.Errorf("second image has colour %v", got)
	}
}

func TestConfusion(t *testing.T) {
	figure, err := Confusion([]string{"cat", "dog", "automobile"}, [][]int{{50, 30, 2}, {20, 61, 1}, {0, 0, 0}})
	decode(t, figure, err)
}

func TestHeatmap(t *testing.T) {
	nan := math.NaN()
	t.Run("annotated", func(t *testing.T) {
		figure, err := Heatmap(Axes{Title: "Weights", X: "reads", Y: "layer"}, [][]float64{{1, nan}, {0.25, 0.5}}, nil, nil)
		decode(t, figure, err)
	})
	t.Run("constant", func(t *testing.T) {
		figure, err := Heatmap(Axes{}, [][]float64{{2, 2}}, nil, nil)
		decode(t, figure, err)
	})
	t.Run("large", func(t *testing.T) {
		values := make([][]float64, 24)
		for i := range values {
			for j := range 30 {
				values[i] = append(values[i], float64(i*j))
			}
		}
		figure, err := Heatmap(Axes{Title: "Gates", X: "channel", Y: "block"}, values, nil, nil)
		decode(t, figure, err)
	})
}

func TestNothingToDraw(t *testing.T) {
	nan := math.NaN()
	for name, draw := range map[string]func() ([]byte, error){
		"no curve":        func() ([]byte, error) { return Curves(Axes{}) },
		"empty curve":     func() ([]byte, error) { return Curves(Axes{}, Series{Name: "plain"}) },
		"no bars":         func() ([]byte, error) { return Bars(Axes{}, nil) },
		"no image":        func() ([]byte, error) { return Grid(3, nil, nil) },
		"nil image":       func() ([]byte, error) { return Grid(3, []image.Image{nil}, nil) },
		"image of size 0": func() ([]byte, error) { return Grid(3, []image.Image{image.NewGray(image.Rectangle{})}, nil) },
		"no classes":      func() ([]byte, error) { return Confusion(nil, nil) },
		"empty matrix":    func() ([]byte, error) { return Heatmap(Axes{}, nil, nil, nil) },
		"empty rows":      func() ([]byte, error) { return Heatmap(Axes{}, [][]float64{{}}, nil, nil) },
		"only NaN":        func() ([]byte, error) { return Heatmap(Axes{}, [][]float64{{nan}}, nil, nil) },
	} {
		if figure, err := draw(); !errors.Is(err, ErrEmpty) || figure != nil {
			t.Errorf("%s: error %v, %d bytes", name, err, len(figure))
		}
	}
}

func TestBadInput(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 2, 2))
	for want, draw := range map[string]func() ([]byte, error){
		"1 values of x, 2 of y":     func() ([]byte, error) { return Curves(Axes{}, Series{X: []float64{1}, Y: []float64{1, 2}}) },
		"1 spreads, 2 values":       func() ([]byte, error) { return Curves(Axes{}, Series{Y: []float64{1, 2}, Spread: []float64{1}}) },
		"point 0 (1, 1) cannot be":  func() ([]byte, error) { return Curves(Axes{LogY: true}, Series{Y: []float64{1}, Spread: []float64{2}}) },
		"logarithmic axis":          func() ([]byte, error) { return Curves(Axes{LogY: true}, Series{Y: []float64{1, 0}}) },
		"NaN":                       func() ([]byte, error) { return Curves(Axes{}, Series{Y: []float64{math.NaN()}}) },
		"infinite data point":       func() ([]byte, error) { return Curves(Axes{}, Series{Y: []float64{math.Inf(1)}}) },
		"has 1 values for 2 labels": func() ([]byte, error) { return Bars(Axes{}, []string{"a", "b"}, Series{Y: []float64{1}}) },
		"zero for bars":             func() ([]byte, error) { return Bars(Axes{LogY: true}, []string{"a"}, Series{Y: []float64{1}}) },
		"0 columns":                 func() ([]byte, error) { return Grid(0, []image.Image{img}, nil) },
		"1 captions for 2 images":   func() ([]byte, error) { return Grid(2, []image.Image{img, img}, []string{"a"}) },
		"1 rows for 2 classes":      func() ([]byte, error) { return Confusion([]string{"a", "b"}, [][]int{{1, 2}}) },
		"count -1":                  func() ([]byte, error) { return Confusion([]string{"a"}, [][]int{{-1}}) },
		"2 names for 1 columns":     func() ([]byte, error) { return Confusion([]string{"a", "b"}, [][]int{{1}, {2}}) },
		"row 1 has 2 values":        func() ([]byte, error) { return Heatmap(Axes{}, [][]float64{{1}, {1, 2}}, nil, nil) },
		"infinite":                  func() ([]byte, error) { return Heatmap(Axes{}, [][]float64{{math.Inf(1)}}, nil, nil) },
		"3 names for 1 rows":        func() ([]byte, error) { return Heatmap(Axes{}, [][]float64{{1}}, []string{"a", "b", "c"}, nil) },
	} {
		if figure, err := draw(); err == nil || !strings.Contains(err.Error(), want) || figure != nil {
			t.Errorf("want an error with %q, got %v and %d bytes", want, err, len(figure))
		}
	}
}

func TestColor(t *testing.T) {
	if residual, again := familyColor(t, "residual-56"), familyColor(t, "Compact-RESIDUAL"); residual != again {
		t.Errorf("residual nets have two colours: %v and %v", residual, again)
	}
	if c, found := Color("ours"); found {
		t.Errorf("%v is the colour of no family", c)
	}
}

func TestShowOutsideANotebook(t *testing.T) {
	figure, err := Curves(Axes{}, Series{Y: []float64{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	live := NewLive()
	for name, got := range map[string]error{"Show": Show(figure), "Update": live.Update(figure)} {
		if !errors.Is(got, ErrNoNotebook) {
			t.Errorf("%s: %v", name, got)
		}
	}
	if err := NewLive().Clear(); err != nil {
		t.Errorf("Clear without an update: %v", err)
	}
	if err := Show([]byte("GIF89a")); err == nil || !strings.Contains(err.Error(), "not a PNG") {
		t.Errorf("Show of something else: %v", err)
	}
}

func ExampleCurves() {
	figure, err := Curves(Axes{Title: "Training", X: "epoch", Y: "loss"},
		Series{Name: "plain-56", Y: []float64{2.3, 2.2, 2.1}},
		Series{Name: "residual-56", Y: []float64{1.9, 1.5, 1.2}},
	)
	if err != nil {
		panic(err)
	}
	img, err := png.Decode(bytes.NewReader(figure))
	fmt.Println(img.Bounds().Size(), err)
	// Output: (1920,1080) <nil>
}
