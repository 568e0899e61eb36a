// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image"
	"image/color"

	xdraw "golang.org/x/image/draw"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Sizes of an image grid, in pixels.
const (
	thumbnail   = 96 // a CIFAR image, 32 pixels wide, grows three times
	gap         = 8
	captionRoom = 24
)

// Grid draws the images as equal squares, enlarged smoothly (Catmull-Rom), in rows of the given number of columns,
// each with its caption below, and returns the PNG. A nil list of captions leaves them out.
// It is an error when there is no image, one is nil or has no pixel, columns < 1, or the captions' number is another.
func Grid(columns int, images []image.Image, captions []string) ([]byte, error) {
	if len(images) == 0 {
		return nil, fmt.Errorf("plots: grid: %w", ErrEmpty)
	}
	if columns < 1 {
		return nil, fmt.Errorf("plots: grid: %d columns", columns)
	}
	if captions != nil && len(captions) != len(images) {
		return nil, fmt.Errorf("plots: grid: %d captions for %d images", len(captions), len(images))
	}
	for i, img := range images {
		if img == nil || img.Bounds().Empty() {
			return nil, fmt.Errorf("plots: grid: image %d: %w", i, ErrEmpty)
		}
	}
	cellHeight := thumbnail + gap
	if captions != nil {
		cellHeight += captionRoom
	}
	columns = min(columns, len(images))
	rows := (len(images) + columns - 1) / columns
	width, height := gap+columns*(thumbnail+gap), gap+rows*cellHeight
	sheet := vgimg.NewWith(vgimg.UseWH(points(width), points(height)), vgimg.UseDPI(dpi))
	canvas := draw.New(sheet)
	for i, img := range images {
		corner := image.Pt(gap+i%columns*(thumbnail+gap), gap+i/columns*cellHeight)
		place := image.Rectangle{Min: corner, Max: corner.Add(image.Pt(thumbnail, thumbnail))}
		xdraw.CatmullRom.Scale(sheet.Image(), place, img, img.Bounds(), xdraw.Src, nil)
		if captions != nil {
			middle := vg.Point{X: points(corner.X + thumbnail/2), Y: points(height - place.Max.Y - 3)} // y counts from the bottom
			canvas.FillText(captionStyle(captions[i]), middle, captions[i])
		}
	}
	return encodePNG(sheet.Image())
}

// points converts pixels into gonum's unit of length.
func points(pixels int) vg.Length { return vg.Length(pixels) * vg.Inch / dpi }

// captionStyle is smaller for a caption that would reach into its neighbours.
func captionStyle(caption string) text.Style {
	style := text.Style{
		Color: color.Black, Font: sans(8), Handler: plot.DefaultTextHandler, XAlign: text.XCenter, YAlign: text.YTop,
	}
	if width := style.Width(caption); width > points(thumbnail) {
		style.Font.Size *= points(thumbnail) / width
	}
	return style
}
