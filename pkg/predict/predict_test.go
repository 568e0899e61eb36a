// SPDX-License-Identifier: Apache-2.0

package predict

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/skipnets/skipnets/pkg/accel"
	"github.com/skipnets/skipnets/pkg/cifar"
)

// flag is a picture with a red, a transparent and a blue third, side by side.
func flag(width, height int) image.Image {
	img := image.NewNRGBA(image.Rect(5, 7, 5+width, 7+height)) // a corner that is not the origin
	for y := range height {
		for x := range width {
			c := []color.NRGBA{{R: 255, A: 255}, {}, {B: 255, A: 255}}[3*x/width]
			img.SetNRGBA(5+x, 7+y, c)
		}
	}
	return img
}

func TestShrink(t *testing.T) {
	white, red, blue := color.RGBA{255, 255, 255, 255}, color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}
	for _, test := range []struct {
		width, height       int
		left, middle, right color.RGBA
	}{
		{96, 96, red, white, blue},
		{9, 9, red, white, blue},       // enlarged
		{300, 50, white, white, white}, // only the middle third is in the square
		{96, 1000, red, white, blue},   // the middle of the height
		{cifar.Size, 32, red, white, blue},
	} {
		small := Shrink(flag(test.width, test.height), cifar.Size)
		if size := small.Bounds(); size != image.Rect(0, 0, cifar.Size, cifar.Size) {
			t.Fatalf("%d×%d: %v", test.width, test.height, size)
		}
		for x, want := range map[int]color.RGBA{0: test.left, 16: test.middle, 31: test.right} {
			if got := small.RGBAAt(x, 16); got != want {
				t.Errorf("%d×%d: pixel %d is %v, want %v", test.width, test.height, x, got, want)
			}
		}
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	var asPNG, asJPEG bytes.Buffer
	if err := png.Encode(&asPNG, flag(64, 64)); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&asJPEG, flag(64, 64), nil); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"a.png": asPNG.Bytes(), "a.jpg": asJPEG.Bytes(), "a.gif": []byte("GIF89a"), "cut.png": asPNG.Bytes()[:60]} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Read(file, 32)
		good := strings.HasPrefix(name, "a.") && name != "a.gif"
		if good != (err == nil) || (err != nil && !strings.Contains(err.Error(), file)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(filepath.Join(dir, "none.png"), 32); err == nil {
		t.Error("no error for a file that is not there")
	}
}

// meanColor is a network that takes the brightest of the three colours for the class.
func meanColor(_ *model.Scope, images *Node) *Node {
	return ReduceMean(ConvertDType(images, dtypes.Float32), 1, 2) // [batch, 3]
}

func TestProbabilities(t *testing.T) {
	backend, err := accel.New("go")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	red := Shrink(&image.RGBA{Pix: bytes.Repeat([]byte{255, 0, 0, 255}, 4), Stride: 8, Rect: image.Rect(0, 0, 2, 2)}, cifar.Size)
	p, err := Probabilities(backend, meanColor, model.NewStore(), red, cifar.CIFAR10.Format)
	if err != nil || len(p) != 3 || p[0] < 0.999 {
		t.Errorf("%v, %v: want class 0 of a red picture", p, err)
	}
	large := image.NewRGBA(image.Rect(0, 0, 3*cifar.Size, 2*cifar.Size))
	place := image.Rect(cifar.Size, cifar.Size, 2*cifar.Size, 2*cifar.Size)
	draw.Draw(large, place, red, image.Point{}, draw.Src)
	if part, err := Probabilities(backend, meanColor, model.NewStore(), large.SubImage(place).(*image.RGBA), cifar.CIFAR10.Format); err != nil || !slices.Equal(part, p) {
		t.Errorf("%v, %v: want %v, as of the same pixels in a picture of their own", part, err, p)
	}
	if _, err := Probabilities(backend, meanColor, model.NewStore(), image.NewRGBA(image.Rect(0, 0, 8, 9)), cifar.CIFAR10.Format); err == nil || !strings.Contains(err.Error(), "8×9") {
		t.Errorf("error %v for a picture of 8×9 pixels", err)
	}
}

// onePixel is a network that takes the colours of the pixel in row 3 and column 20 for its logits.
func onePixel(_ *model.Scope, images *Node) *Node {
	pixel := Slice(images, AxisRange(), AxisElem(3), AxisElem(20)) // [batch, 1, 1, 3]
	return Reshape(MulScalar(ConvertDType(pixel, dtypes.Float32), 0.01), -1, 3)
}

// The network gets the picture as it is, not turned and not mirrored.
func TestProbabilitiesPlaces(t *testing.T) {
	backend, err := accel.New("go")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	picture := image.NewRGBA(image.Rect(0, 0, cifar.Size, cifar.Size))
	draw.Draw(picture, picture.Bounds(), image.White, image.Point{}, draw.Src)
	picture.SetRGBA(20, 3, color.RGBA{B: 255, A: 255}) // x, y
	p, err := Probabilities(backend, onePixel, model.NewStore(), picture, cifar.CIFAR10.Format)
	if want := OfLogits([]float32{0, 0, 2.55}); err != nil || math.Abs(p[2]-want[2]) > 1e-6 {
		t.Errorf("%v, %v: want %v, of the only blue pixel", p, err, want)
	}
}

func TestSoftmaxAndTop(t *testing.T) {
	p := OfLogits([]float32{1000, 1001, 999})
	if p[1] < 0.66 || p[1] > 0.67 {
		t.Errorf("softmax %v", p)
	}
	for n, want := range map[int][]int{1: {1}, 2: {1, 0}, 9: {1, 0, 2}} {
		if top := Top(p, n); !slices.Equal(top, want) {
			t.Errorf("the likeliest %d: %v, want %v", n, top, want)
		}
	}
	if top := Top([]float64{0.5, 0.5}, 2); top[0] != 0 {
		t.Errorf("of equals %v, want the earliest first", top)
	}
}

// TestFigure finds the picture in the figure, upright, and beside it a bar for each of the five likeliest classes, the highest first.
func TestFigure(t *testing.T) {
	corners := image.NewRGBA(image.Rect(0, 0, cifar.Size, cifar.Size))
	for i := range cifar.Size * cifar.Size {
		x, y := i%cifar.Size, i/cifar.Size
		corners.SetRGBA(x, y, color.RGBA{R: uint8(x / 16 * 255), G: uint8(y / 16 * 255), B: 17, A: 255})
	}
	content, err := Figure(corners, cifar.Classes10, []float64{0, 0.1, 0.4, 0, 0, 0.3, 0.05, 0.15, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	figure, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	height := figure.Bounds().Dy()
	side, left, top := height/2, 16, height/5
	for _, at := range []image.Point{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		place := image.Pt(left+10, top+10).Add(at.Mul(side - 20))
		want := color.RGBA{R: uint8(at.X * 255), G: uint8(at.Y * 255), B: 17, A: 255}
		if got := color.RGBAModel.Convert(figure.At(place.X, place.Y)); got != want {
			t.Errorf("the picture's corner %v is %v, want %v", at, got, want)
		}
	}
	// The bars' heights, where their number changes from one column of pixels to the next.
	var bars []float64
	last := 0
	for x := side + 2*left; x < figure.Bounds().Dx(); x++ {
		high := 0
		for y := range height {
			if c := color.RGBAModel.Convert(figure.At(x, y)).(color.RGBA); c == (color.RGBA{0x33, 0x33, 0x99, 0xff}) {
				high++
			}
		}
		if high > 10 && last <= 10 {
			bars = append(bars, 0)
		}
		if high > 10 {
			bars[len(bars)-1] = max(bars[len(bars)-1], float64(high))
		}
		last = high
	}
	want := []float64{0.4, 0.3, 0.15, 0.1, 0.05}
	if len(bars) != len(want) {
		t.Fatalf("%d bars: %v", len(bars), bars)
	}
	for i := range want {
		if share := bars[i] / bars[0] * want[0]; math.Abs(share-want[i]) > 0.01 {
			t.Errorf("bar %d stands for %.3f, want %g", i+1, share, want[i])
		}
	}
}
