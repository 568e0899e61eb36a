// SPDX-License-Identifier: Apache-2.0

package nets

// A Sketch is how a block is drawn: boxes and the arrows between them.
type Sketch struct {
	Boxes  []Box
	Arrows []Arrow
}

// A Box is one step of a block. X counts boxes to the right, Y rows upwards.
type Box struct {
	Text string
	X, Y float64
}

// An Arrow leads from one box to another, both counted from 0. Bend lifts it over what lies between, by so many rows. One that
// goes Down first leaves its box up or down and then turns to the other; one that goes Across first leaves it to the side. The input
// passes a Short one unchanged.
type Arrow struct {
	From, To     int
	Bend         float64
	Short        bool
	Down, Across bool
}

var (
	plainSketch    = chain("x", "conv 3×3", "BN", "ReLU", "conv 3×3", "BN", "ReLU", "y")
	residualSketch = chain("x", "conv 3×3", "BN", "ReLU", "conv 3×3", "BN", "+", "ReLU", "y").and(nil,
		Arrow{From: 0, To: 6, Bend: 1.2, Short: true})
	highwaySketch = chain("x", "conv 3×3", "BN", "ReLU", "conv 3×3", "BN", "ReLU", "× T", "+", "y").and(
		[]Box{{"conv 3×3 + b", 2, -1}, {"T = σ", 7, -1}, {"× (1 − T)", 7, -2}},
		Arrow{From: 0, To: 10, Down: true}, Arrow{From: 10, To: 11}, Arrow{From: 11, To: 7}, Arrow{From: 11, To: 12},
		Arrow{From: 0, To: 12, Short: true, Down: true}, Arrow{From: 12, To: 8, Short: true, Across: true})
	denseSketch = concatenated("x", "layer 1", "layer 2", "layer 3", "[ , ]")
)

// chain is boxes in a row, each leading to the next.
func chain(texts ...string) (s Sketch) {
	for i, text := range texts {
		s.Boxes = append(s.Boxes, Box{Text: text, X: float64(i)})
		if i > 0 {
			s.Arrows = append(s.Arrows, Arrow{From: i - 1, To: i})
		}
	}
	return s
}

// and is the sketch with more in it.
func (s Sketch) and(boxes []Box, arrows ...Arrow) Sketch {
	return Sketch{append(s.Boxes, boxes...), append(s.Arrows, arrows...)}
}

// concatenated is boxes in a row, each leading to all after it.
func concatenated(texts ...string) Sketch {
	s := chain(texts...)
	for i := range s.Boxes {
		s.Boxes[i].X *= 2
	}
	for i := range s.Arrows {
		s.Arrows[i].Short = true
	}
	for from := range s.Boxes {
		for to := from + 2; to < len(s.Boxes); to++ {
			s.Arrows = append(s.Arrows, Arrow{From: from, To: to, Bend: 0.7 * float64(to-from), Short: true})
		}
	}
	return s
}
