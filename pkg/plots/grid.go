// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image"
	"image/color"

	xdraw "golang.org/x/image/draw"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Sizes of an image grid, in pixels.
const (
	smooth      = 96         // a CIFAR image, 32 pixels wide, grows three times, smoothly,
	thumbnail   = 2 * smooth // and twice more for screens with small pixels, which keeps the file small
	gap         = 16
	captionRoom = 46
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
	sheet := vgimg.NewWith(vgimg.UseWH(points(width), points(height)), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	canvas := draw.New(sheet)
	for i, img := range images {
		corner := image.Pt(gap+i%columns*(thumbnail+gap), gap+i/columns*cellHeight)
		place := image.Rectangle{Min: corner, Max: corner.Add(image.Pt(thumbnail, thumbnail))}
		enlarge(sheet.Image(), place, img)
		if captions != nil {
			middle := vg.Point{X: points(corner.X + thumbnail/2), Y: points(height - place.Max.Y - 6)} // y counts from the bottom
			canvas.FillText(captionStyle(captions[i]), middle, captions[i])
		}
	}
	return encodePhoto(sheet.Image())
}

// enlarge draws the image into a place. One that is larger than the place shrinks to it.
func enlarge(sheet xdraw.Image, place image.Rectangle, img image.Image) {
	if img.Bounds().Dx() >= place.Dx() {
		xdraw.CatmullRom.Scale(sheet, place, img, img.Bounds(), xdraw.Src, nil)
		return
	}
	half := image.NewRGBA(image.Rect(0, 0, place.Dx()/2, place.Dy()/2))
	xdraw.CatmullRom.Scale(half, half.Rect, img, img.Bounds(), xdraw.Src, nil)
	xdraw.NearestNeighbor.Scale(sheet, place, half, half.Rect, xdraw.Src, nil)
}

// points converts pixels into gonum's unit of length.
func points(pixels int) vg.Length { return vg.Length(pixels) * vg.Inch / dpi }

// captionStyle is smaller for a caption that would reach into its neighbours.
func captionStyle(caption string) text.Style {
	style := centred(sans(8), ink)
	style.YAlign = text.YTop
	if width := style.Width(caption); width > points(thumbnail+gap/4) {
		style.Font.Size *= points(thumbnail+gap/4) / width
	}
	return style
}
