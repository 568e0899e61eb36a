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

// Panels puts figures side by side in rows of the given number of columns, at their own size, and returns the PNG. A cell is as
// large as the largest figure. It is an error when there is no figure, one is no PNG, or columns < 1.
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
	return encodePNG(sheet)
}
