// SPDX-License-Identifier: Apache-2.0

//go:build !js

package predict

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"

	scale "golang.org/x/image/draw"

	"github.com/skipnets/skipnets/pkg/plots"
)

// A page draws its own figures: package plots would add ten megabytes to a program in a browser.

// Figure shows the picture at the network's resolution beside the bars of the five likeliest classes, as PNG.
func Figure(picture image.Image, classes []string, probabilities []float64) ([]byte, error) {
	var names []string
	var percent []float64
	for _, c := range Top(probabilities, 5) {
		names = append(names, classes[c])
		percent = append(percent, 100*probabilities[c])
	}
	bars, err := plots.Bars(plots.Axes{Title: "What the network sees, and what it takes it for", Y: "probability, %"}, names, plots.Series{Y: percent})
	if err != nil {
		return nil, err
	}
	right, err := png.Decode(bytes.NewReader(bars))
	if err != nil {
		return nil, err
	}
	height := right.Bounds().Dy()
	margin := height / 8
	side := height - 2*margin
	figure := image.NewRGBA(image.Rect(0, 0, side+margin+right.Bounds().Dx(), height))
	draw.Draw(figure, figure.Bounds(), image.White, image.Point{}, draw.Src)
	scale.NearestNeighbor.Scale(figure, image.Rect(margin, margin, margin+side, margin+side), picture, picture.Bounds(), draw.Src, nil)
	draw.Draw(figure, image.Rect(margin+side, 0, figure.Bounds().Dx(), height), right, right.Bounds().Min, draw.Src)
	var out bytes.Buffer
	err = png.Encode(&out, figure)
	return out.Bytes(), err
}
