// SPDX-License-Identifier: Apache-2.0

//go:build !js

package predict

import (
	"image"

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
	return plots.Beside(picture, bars)
}
