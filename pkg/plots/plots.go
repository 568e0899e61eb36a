// SPDX-License-Identifier: Apache-2.0

// Package plots draws the course's figures: learning curves, bars, heat maps, confusion matrices and grids of
// images. Every figure is a PNG, since a PNG shows everywhere a notebook is read: in JupyterLab without a network,
// on a code-hosting site, in an exported page.
//
// A network family has one colour in all figures (see [Color]), whatever else is in the figure.
// The functions take plain numbers and return the PNG's bytes; in a GoNB notebook [Show] displays them, and [Live]
// refreshes one image in place while a network trains.
package plots

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// dpi makes a figure 6.5 inches wide about 940 pixels: readable on a projector, small in a file.
const dpi = 144

// ErrEmpty is returned (wrapped) when there is nothing to draw.
var ErrEmpty = errors.New("nothing to draw")

// Axes names a figure and its axes.
type Axes struct {
	Title, X, Y string
	LogX, LogY  bool // logarithmic scale; every value on that axis must then be positive
}

// sans is the font of all text in figures.
func sans(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

// newPlot returns an empty plot with the axes' names and the course's look.
func newPlot(axes Axes) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = color.White
	p.Title.Text = axes.Title
	p.Title.Padding = vg.Points(8)
	p.X.Label.Text, p.Y.Label.Text = axes.X, axes.Y
	p.Title.TextStyle.Font = sans(12)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Padding = vg.Points(4)
		axis.Label.TextStyle.Font, axis.Tick.Label.Font = sans(11), sans(10)
		axis.Tick.Marker = plot.TickerFunc(linearTicks)
	}
	if axes.LogX {
		logAxis(&p.X)
	}
	if axes.LogY {
		logAxis(&p.Y)
	}
	return p
}

// linearTicks labels about four to ten round values: multiples of 1, 2 or 5 times a power of ten.
func linearTicks(lo, hi float64) []plot.Tick { return multiples(lo, hi, roundStep(lo, hi)) }

// wholeTicks is linearTicks without fractions.
func wholeTicks(lo, hi float64) []plot.Tick { return multiples(lo, hi, max(1, roundStep(lo, hi))) }

func roundStep(lo, hi float64) float64 {
	step := math.Pow10(int(math.Floor(math.Log10((hi - lo) / 4))))
	for _, factor := range []float64{5, 2} {
		if (hi-lo)/(factor*step) >= 4 {
			return step * factor
		}
	}
	return step
}

func multiples(lo, hi, step float64) []plot.Tick {
	if hi-lo <= 1e-12*math.Max(math.Abs(lo), math.Abs(hi)) { // too near to tell multiples of the step apart
		return []plot.Tick{{Value: lo, Label: strconv.FormatFloat(lo, 'g', 4, 64)}}
	}
	var ticks []plot.Tick
	first := math.Ceil(lo/step-1e-9) + 0 // -0 + 0 is 0
	for i := first; i*step <= hi+1e-9*step; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: strconv.FormatFloat(i*step, 'g', 4, 64)})
	}
	return ticks
}

// logAxis makes the axis logarithmic and lets it reach from one labelled power of ten to another: an axis
// that covers less than a decade would have no label at all.
func logAxis(axis *plot.Axis) {
	axis.Scale = plot.LogScale{}
	axis.Tick.Marker = plot.TickerFunc(func(lo, hi float64) []plot.Tick {
		var ticks []plot.Tick
		first, last := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
		for exponent := first; exponent <= last; exponent++ {
			decade := math.Pow10(exponent)
			ticks = append(ticks, plot.Tick{Value: decade, Label: fmt.Sprintf("%g", decade)})
			for digit := 2.0; digit < 10 && exponent < last; digit++ {
				ticks = append(ticks, plot.Tick{Value: digit * decade})
			}
		}
		return ticks
	})
}

// widenLog extends a logarithmic axis to whole powers of ten.
func widenLog(axis *plot.Axis) {
	lo, hi := math.Floor(math.Log10(axis.Min)), math.Ceil(math.Log10(axis.Max))
	if lo == hi {
		hi++
	}
	axis.Min, axis.Max = math.Pow(10, lo), math.Pow(10, hi)
}

// encode draws a figure of the given size on a white canvas and returns it as PNG.
func encode(width, height vg.Length, drawOn func(draw.Canvas)) ([]byte, error) {
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	margin := vg.Points(8)
	drawOn(draw.Crop(draw.New(canvas), margin, -margin, margin, -margin))
	return encodePNG(canvas.Image())
}

func encodePNG(img image.Image) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&buffer, img); err != nil {
		return nil, fmt.Errorf("plots: encoding the PNG: %w", err)
	}
	return buffer.Bytes(), nil
}

// drawBeside draws the plot with its legend at the right of it, where it hides no data.
func drawBeside(canvas draw.Canvas, p *plot.Plot, legend plot.Legend) {
	legend.Top, legend.Left = true, true
	legend.TextStyle.Font = sans(10)
	legend.Padding = vg.Points(4)
	width := legend.Rectangle(canvas).Size().X + vg.Points(12)
	p.Draw(draw.Crop(canvas, 0, -width, 0, 0))
	legend.Draw(draw.Crop(canvas, canvas.Size().X-width+vg.Points(8), 0, 0, -vg.Points(26)))
}
