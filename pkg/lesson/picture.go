// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"fmt"
	"strings"

	"github.com/skipnets/skipnets/pkg/nets"
	"github.com/skipnets/skipnets/pkg/plots"
)

// Picture draws a block of the family, such as "residual", or three layers of the "dense" one, and returns the PNG. The way
// on which the input passes unchanged is in the family's colour.
func Picture(family string) ([]byte, error) {
	var drawn []string
	for _, f := range nets.Families {
		if len(f.Sketch.Boxes) == 0 {
			continue
		}
		if drawn = append(drawn, f.Name); f.Name != family {
			continue
		}
		var boxes []plots.Box
		for _, b := range f.Sketch.Boxes {
			boxes = append(boxes, plots.Box(b))
		}
		var arrows []plots.Arrow
		for _, a := range f.Sketch.Arrows {
			arrows = append(arrows, plots.Arrow(a))
		}
		figure, err := plots.Diagram(boxes, arrows, f.Color)
		if err != nil {
			return nil, fmt.Errorf("lesson: %w", err)
		}
		return figure, nil
	}
	return nil, fmt.Errorf("lesson: no picture of %q: there are %s", family, strings.Join(drawn, ", "))
}
