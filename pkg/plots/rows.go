// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"fmt"
	"image"
	"image/color"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// rowName is the room for the names of rows, in pixels.
const rowName = 260

// A Row is a row of images with its name.
type Row struct {
	Name   string
	Images []image.Image
}

// Rows draws images like [Grid], a row below the other, the name of each at its left and the captions above the columns, and returns the
// PNG. It is an error when there is no row or no caption, when a row has not one image a caption, or an image is nil or has no pixel.
func Rows(captions []string, rows ...Row) ([]byte, error) {
	if len(rows) == 0 || len(captions) == 0 {
		return nil, fmt.Errorf("plots: rows: %w", ErrEmpty)
	}
	const head, cell = gap/2 + captionRoom, thumbnail + gap
	width, height := rowName+len(captions)*cell, head+len(rows)*cell
	sheet := vgimg.NewWith(vgimg.UseWH(points(width), points(height)), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	canvas := draw.New(sheet)
	for j, caption := range captions {
		canvas.FillText(captionStyle(caption), vg.Point{X: points(rowName + j*cell + thumbnail/2), Y: points(height - gap/2)}, caption)
	}
	name := textStyle(sans(8), ink)
	name.YAlign = text.YCenter
	for i, row := range rows {
		if len(row.Images) != len(captions) {
			return nil, fmt.Errorf("plots: rows: %q has %d images for %d captions", row.Name, len(row.Images), len(captions))
		}
		top := head + i*cell
		canvas.FillText(name, vg.Point{X: points(gap), Y: points(height - top - thumbnail/2)}, row.Name)
		for j, img := range row.Images {
			if img == nil || img.Bounds().Empty() {
				return nil, fmt.Errorf("plots: rows: %q, image %d: %w", row.Name, j, ErrEmpty)
			}
			corner := image.Pt(rowName+j*cell, top)
			enlarge(sheet.Image(), image.Rectangle{Min: corner, Max: corner.Add(image.Pt(thumbnail, thumbnail))}, img)
		}
	}
	return encodePhoto(sheet.Image())
}
