// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/plots"
)

// Show displays a figure in a notebook. It takes what a function of package plots returns, and panics with the error if it could
// not draw: show(plots.Curves(axes, series...)).
func Show(figure []byte, err error) {
	if err == nil {
		err = plots.Show(figure)
	}
	if err != nil {
		panic(err)
	}
}

// Picture draws a block of the family, such as "residual", or three layers of the "dense" one, and returns the PNG. The way
// on which the input passes unchanged is thick and in the family's colour.
func Picture(family string) ([]byte, error) { return drawn(family, plots.Diagram) }

// PictureSVG is [Picture] as SVG, for pages.
func PictureSVG(family string) ([]byte, error) { return drawn(family, plots.DiagramSVG) }

func drawn(family string, diagram func([]plots.Box, []plots.Arrow, color.Color) ([]byte, error)) ([]byte, error) {
	f, err := sketched(family)
	if err != nil {
		return nil, err
	}
	var boxes []plots.Box
	for _, b := range f.Sketch.Boxes {
		boxes = append(boxes, plots.Box(b))
	}
	var arrows []plots.Arrow
	for _, a := range f.Sketch.Arrows {
		arrows = append(arrows, plots.Arrow(a))
	}
	figure, err := diagram(boxes, arrows, f.Color)
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	return figure, nil
}

// sketched is the family, which must have a sketch.
func sketched(family string) (nets.Family, error) {
	var names []string
	for _, f := range nets.Families {
		if len(f.Sketch.Boxes) == 0 {
			continue
		}
		if f.Name == family {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return nets.Family{}, fmt.Errorf("lesson: no picture of %q: there are %s", family, strings.Join(names, ", "))
}
