// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
)

// encodePNG writes an image that was drawn. It has few colours, apart from the shades at the edges of lines and letters.
func encodePNG(img image.Image) ([]byte, error) {
	return writePNG(fewColors(img))
}

// encodePhoto writes an image that holds photographs.
func encodePhoto(img image.Image) ([]byte, error) { return writePNG(img) }

func writePNG(img image.Image) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&buffer, img); err != nil {
		return nil, fmt.Errorf("plots: encoding the PNG: %w", err)
	}
	return buffer.Bytes(), nil
}

// fewColors keeps the image's 256 most frequent colours and gives each rare one the nearest of those, which makes the file a
// third as large.
func fewColors(img image.Image) *image.Paletted {
	bounds := img.Bounds()
	count := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(img.At(x, y)).(color.RGBA) }
	if rgba, ok := img.(*image.RGBA); ok {
		at = rgba.RGBAAt
	}
	runs(bounds, at, func(c color.RGBA, _, _, n int) { count[c] += n })
	var all []color.RGBA
	for c := range count {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b color.RGBA) int { // the same in every run, where two are equally frequent
		return cmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B), int(a.A)-int(b.A))
	})
	var palette color.Palette
	for _, c := range all[:min(256, len(all))] {
		palette = append(palette, c)
	}
	index := map[color.RGBA]uint8{}
	for i, c := range all {
		if i < len(palette) {
			index[c] = uint8(i)
		} else {
			index[c] = uint8(palette.Index(c))
		}
	}
	few := image.NewPaletted(bounds, palette)
	runs(bounds, at, func(c color.RGBA, x, y, n int) {
		i, start := index[c], few.PixOffset(x, y)
		for k := range n {
			few.Pix[start+k] = i
		}
	})
	return few
}

// runs calls f for each run of pixels of one colour, which begins at x, y and is n long.
func runs(bounds image.Rectangle, at func(x, y int) color.RGBA, f func(c color.RGBA, x, y, n int)) {
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; {
			c, start := at(x, y), x
			for x++; x < bounds.Max.X && at(x, y) == c; x++ { //nolint:revive // only counts
			}
			f(c, start, y, x-start)
		}
	}
}
