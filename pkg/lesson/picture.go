// SPDX-License-Identifier: Apache-2.0

package lesson

import (
	"fmt"

	"github.com/skipnets/skipnets/pkg/plots"
)

// Picture draws the block "plain", "residual" or "highway" of package blocks, or three layers of a "dense" block, and
// returns the PNG. The way on which the input passes unchanged is in colour.
func Picture(block string) ([]byte, error) {
	var boxes []plots.Box
	var arrows []plots.Arrow
	chain := func(texts ...string) { // boxes in a row, each leading to the next
		for i, text := range texts {
			boxes = append(boxes, plots.Box{Text: text, X: float64(i)})
			if i > 0 {
				arrows = append(arrows, plots.Arrow{From: i - 1, To: i})
			}
		}
	}
	switch block {
	case "plain":
		chain("x", "conv 3×3", "BN", "ReLU", "conv 3×3", "BN", "ReLU", "y")
	case "residual":
		chain("x", "conv 3×3", "BN", "ReLU", "conv 3×3", "BN", "+", "ReLU", "y")
		arrows = append(arrows, plots.Arrow{From: 0, To: 6, Bend: 1.2, Short: true})
	case "highway":
		chain("x", "conv 3×3", "BN", "ReLU", "conv 3×3", "BN", "ReLU", "× T", "+", "y")
		boxes = append(boxes, plots.Box{Text: "conv 3×3 + b", X: 2, Y: 1.4}, plots.Box{Text: "T = σ", X: 7, Y: 1.4}, plots.Box{Text: "× (1 − T)", X: 4, Y: -1.4})
		arrows = append(arrows, plots.Arrow{From: 0, To: 10}, plots.Arrow{From: 10, To: 11}, plots.Arrow{From: 11, To: 7},
			plots.Arrow{From: 0, To: 12, Short: true}, plots.Arrow{From: 12, To: 8, Short: true})
	case "dense":
		chain("x", "layer 1", "layer 2", "layer 3", "[ , ]")
		for i := range boxes {
			boxes[i].X *= 2
		}
		for i := range arrows {
			arrows[i].Short = true
		}
		for from := range boxes {
			for to := from + 2; to < len(boxes); to++ {
				arrows = append(arrows, plots.Arrow{From: from, To: to, Bend: 0.7 * float64(to-from), Short: true})
			}
		}
	default:
		return nil, fmt.Errorf("lesson: no picture of %q: there are plain, residual, highway and dense", block)
	}
	short, _ := plots.Color(block)
	figure, err := plots.Diagram(boxes, arrows, short)
	if err != nil {
		return nil, fmt.Errorf("lesson: %w", err)
	}
	return figure, nil
}
