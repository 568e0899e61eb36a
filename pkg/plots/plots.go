// SPDX-License-Identifier: Apache-2.0

// Package plots draws the course's figures: curves, bars, heat maps, grids of images and diagrams of blocks. Every figure is
// a PNG, since a PNG shows everywhere a notebook is read: in JupyterLab without a network, on a code-hosting site, in an
// exported page. Diagrams come as SVG too, for pages.
//
// One style holds for all of them. A figure has four times the pixels that it is read at, and its text can be read at half its
// size. Lines carry their names at their ends. A network family has one colour everywhere (see [Color]); several
// lines of one family are shades of it, the last one the darkest, so that figures can be read in grey as well.
//
// The functions take plain numbers and return the PNG's bytes; in a GoNB notebook [Show] displays them, and [Live]
// refreshes one image in place while a network trains.
package plots

import (
	"errors"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	stdfont "golang.org/x/image/font"
)

// dpi makes a figure of the usual width 1920 pixels wide: two for each pixel of a common screen.
const dpi = 288

// The usual size of a figure, and what is left free around it.
const (
	figureWidth  = 480 * vg.Length(1)
	figureHeight = 270 * vg.Length(1)
	margin       = 8 * vg.Length(1)
)

// ErrEmpty is returned (wrapped) when there is nothing to draw.
var ErrEmpty = errors.New("nothing to draw")

// Axes names a figure and its axes.
type Axes struct {
	Title, X, Y string
	LogX, LogY  bool // logarithmic scale; every value on that axis must then be positive
}

var (
	ink       = color.Gray{0x26} // of text
	faint     = color.Gray{0x60} // of axes, and of what is said beside
	lightGrey = color.Gray{0xdd}
)

// sans is the font of all text in figures.
func sans(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

func bold(size vg.Length) font.Font {
	f := sans(size)
	f.Weight = stdfont.WeightBold
	return f
}

// textStyle is text in a colour, to the right of and above its place unless the alignment says otherwise.
func textStyle(f font.Font, c color.Color) text.Style {
	return text.Style{Color: c, Font: f, Handler: plot.DefaultTextHandler, XAlign: text.XLeft, YAlign: text.YBottom}
}

func centred(f font.Font, c color.Color) text.Style {
	style := textStyle(f, c)
	style.XAlign, style.YAlign = text.XCenter, text.YCenter
	return style
}

// newPlot returns an empty plot with the name of the horizontal axis and the course's look. Title and vertical axis are
// named above it, by headed.
func newPlot(axes Axes) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	p.X.Label.Text = axes.X
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Padding = vg.Points(3)
		axis.Label.TextStyle.Font, axis.Tick.Label.Font = sans(10), sans(10)
		axis.Label.TextStyle.Color, axis.Tick.Label.Color = ink, ink
		axis.LineStyle.Color, axis.Tick.LineStyle.Color = faint, faint
		axis.Tick.Length = vg.Points(4)
		axis.Tick.Marker = plot.TickerFunc(linearTicks)
	}
	p.Y.LineStyle.Width, p.Y.Tick.LineStyle.Width, p.Y.Tick.Length = 0, 0, 0 // the grid's lines do
	if axes.LogX {
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.TickerFunc(logTicks)
	}
	if axes.LogY {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.TickerFunc(logTicks)
	}
	return p
}

// headed writes the title and below it the name of the vertical axis at the top left, and returns the room below them.
func headed(canvas draw.Canvas, axes Axes, size vg.Length) draw.Canvas {
	for _, line := range []struct {
		text  string
		style text.Style
	}{{axes.Title, textStyle(bold(size), ink)}, {axes.Y, textStyle(sans(10), faint)}} {
		if line.text == "" {
			continue
		}
		line.style.YAlign = text.YTop
		canvas.FillText(line.style, vg.Point{X: canvas.Min.X, Y: canvas.Max.Y}, line.text)
		canvas = draw.Crop(canvas, 0, 0, 0, -line.style.Height(line.text)-3)
	}
	return draw.Crop(canvas, 0, 0, 0, -3)
}

// encode draws a figure of the given size on a white canvas and returns it as PNG.
func encode(width, height vg.Length, drawOn func(draw.Canvas)) ([]byte, error) {
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	drawOn(draw.Crop(draw.New(canvas), margin, -margin, margin, -margin))
	return encodePNG(canvas.Image())
}

// grid returns light horizontal lines behind the data.
func grid() *lines { return &lines{color: lightGrey} }
