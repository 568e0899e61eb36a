// SPDX-License-Identifier: Apache-2.0

package photo

import (
	"image"
	"image/draw"

	scale "golang.org/x/image/draw"
)

// Shrink brings the middle square of a picture to size×size pixels. White shows through where it is transparent.
func Shrink(picture image.Image, size int) *image.RGBA {
	b := picture.Bounds()
	side := min(b.Dx(), b.Dy())
	corner := b.Min.Add(image.Pt((b.Dx()-side)/2, (b.Dy()-side)/2))
	square := image.Rectangle{corner, corner.Add(image.Pt(side, side))}
	if factor := side / fewPixels; factor > 1 {
		picture = average(picture, square, factor)
		square = picture.Bounds()
	}
	small := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	scale.CatmullRom.Scale(small, small.Bounds(), picture, square, draw.Over, nil)
	return small
}

// fewPixels is the side from which on a picture is averaged before it is scaled: the scaler asks most kinds of pictures
// for one pixel at a time, which takes seconds for millions.
const fewPixels = 1024

// average is the square on white with each factor×factor pixels averaged into one; what is left over at two sides, less
// than a thousandth, is cut off.
func average(picture image.Image, square image.Rectangle, factor int) *image.RGBA {
	side := square.Dx() / factor
	averaged := image.NewRGBA(image.Rect(0, 0, side, side))
	band := image.NewRGBA(image.Rect(0, 0, side*factor, factor)) // of rows that become one
	for y := range side {
		draw.Draw(band, band.Bounds(), image.White, image.Point{}, draw.Src)
		draw.Draw(band, band.Bounds(), picture, square.Min.Add(image.Pt(0, y*factor)), draw.Over)
		for x := range side {
			copy(averaged.Pix[y*averaged.Stride+4*x:], mean(band, x*factor, factor))
		}
	}
	return averaged
}

// mean is the mean colour of factor×factor pixels of a band that is as high.
func mean(band *image.RGBA, x, factor int) []uint8 {
	var red, green, blue int
	for y := range factor {
		row := band.Pix[y*band.Stride+4*x:][:4*factor]
		for i := 0; i < len(row); i += 4 {
			red, green, blue = red+int(row[i]), green+int(row[i+1]), blue+int(row[i+2])
		}
	}
	n := factor * factor
	return []uint8{uint8((red + n/2) / n), uint8((green + n/2) / n), uint8((blue + n/2) / n), 255}
}
