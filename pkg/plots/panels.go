// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	xdraw "golang.org/x/image/draw"
)

// widestSheet is that of the usual figure, in pixels.
const widestSheet = 1920

// Panels puts figures side by side in rows of the given number of columns and returns the PNG. A cell is as
// large as the largest figure; a sheet wider than a figure is shrunk to its width. Figures that have axes in common are better
// drawn by [Multiples]. It is an error when there is no figure, one is no PNG, or columns < 1.
func Panels(columns int, figures ...[]byte) ([]byte, error) {
	if len(figures) == 0 {
		return nil, fmt.Errorf("plots: panels: %w", ErrEmpty)
	}
	if columns < 1 {
		return nil, fmt.Errorf("plots: panels: %d columns", columns)
	}
	var cell image.Point
	var images []image.Image
	for i, figure := range figures {
		img, err := png.Decode(bytes.NewReader(figure))
		if err != nil {
			return nil, fmt.Errorf("plots: panels: figure %d: %w", i, err)
		}
		images = append(images, img)
		cell.X, cell.Y = max(cell.X, img.Bounds().Dx()), max(cell.Y, img.Bounds().Dy())
	}
	columns = min(columns, len(images))
	rows := (len(images) + columns - 1) / columns
	sheet := image.NewRGBA(image.Rect(0, 0, columns*cell.X, rows*cell.Y))
	xdraw.Draw(sheet, sheet.Bounds(), image.NewUniform(color.White), image.Point{}, xdraw.Src)
	for i, img := range images {
		corner := image.Pt(i%columns*cell.X, i/columns*cell.Y)
		xdraw.Draw(sheet, image.Rectangle{Min: corner, Max: corner.Add(img.Bounds().Size())}, img, img.Bounds().Min, xdraw.Src)
	}
	return encodePNG(narrowed(sheet))
}

func narrowed(sheet *image.RGBA) image.Image {
	size := sheet.Bounds().Size()
	if size.X <= widestSheet {
		return sheet
	}
	small := image.NewRGBA(image.Rect(0, 0, widestSheet, size.Y*widestSheet/size.X))
	xdraw.ApproxBiLinear.Scale(small, small.Rect, sheet, sheet.Rect, xdraw.Src, nil)
	return small
}

// Beside puts a picture at the left of a figure, half as high as the figure, and returns the PNG. Its pixels can be seen. It is
// an error when there is no picture, or the figure is no PNG.
func Beside(picture image.Image, figure []byte) ([]byte, error) {
	if picture == nil || picture.Bounds().Empty() {
		return nil, fmt.Errorf("plots: beside: %w", ErrEmpty)
	}
	right, err := png.Decode(bytes.NewReader(figure))
	if err != nil {
		return nil, fmt.Errorf("plots: beside: %w", err)
	}
	height := right.Bounds().Dy()
	side, top := height/2, height/5
	sheet := image.NewRGBA(image.Rect(0, 0, side+2*gap+right.Bounds().Dx(), height))
	xdraw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, xdraw.Src)
	xdraw.NearestNeighbor.Scale(sheet, image.Rect(gap, top, gap+side, top+side), picture, picture.Bounds(), xdraw.Src, nil)
	xdraw.Draw(sheet, image.Rect(side+2*gap, 0, sheet.Bounds().Dx(), height), right, right.Bounds().Min, xdraw.Src)
	return encodePhoto(sheet)
}
