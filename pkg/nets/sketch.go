// SPDX-License-Identifier: Apache-2.0

package nets

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Sketch is how a block is drawn: boxes and the arrows between them.
type Sketch struct {
	Boxes  []Box
	Arrows []Arrow
}

// A Box is one step of a block. X counts columns to the right, Y rows upwards. One without a text is a joint: a point of a path at which
// another begins or ends.
type Box struct {
	Text string
	X, Y float64
}

// An Arrow leads from one box to another, both counted from 0. The input passes one with the Identity unchanged. Its label is what
// flows in it.
type Arrow struct {
	From, To int
	Label    string
	Identity bool
}

const shape = "h×w×c" // of what a block reads and writes, within a stage

var (
	plainSketch    = sketchPlain(shape, twoLayers...)
	residualSketch = sketchResidual(shape, append(twoLayers[:5:5], "+", "ReLU")...)
	highwaySketch  = sketchHighway(shape, twoLayers...)
	denseSketch    = sketchDense(3, 16, 12)

	plainEmblem    = sketchPlain("", "F")
	residualEmblem = sketchResidual("", "F", "+")
	highwayEmblem  = sketchHighway("", "H")
	denseEmblem    = sketchDense(1, 0, 0)
)

// A sketcher adds boxes and arrows to a sketch.
type sketcher struct{ Sketch }

func (s *sketcher) box(text string, x, y float64) (index int) {
	s.Boxes = append(s.Boxes, Box{text, x, y})
	return len(s.Boxes) - 1
}

func (s *sketcher) arrow(from, to int, label string) {
	s.Arrows = append(s.Arrows, Arrow{From: from, To: to, Label: label})
}

func (s *sketcher) identity(from, to int, label string) {
	s.Arrows = append(s.Arrows, Arrow{From: from, To: to, Label: label, Identity: true})
}

// row adds boxes from a place to the right, each leading to the next, and returns the first and the last.
func (s *sketcher) row(x, y float64, texts ...string) (first, last int) {
	for i, text := range texts {
		x += halfWidth(text)
		box := s.box(text, x, y)
		x += halfWidth(text) + 0.28
		if i == 0 {
			first = box
		} else {
			s.arrow(last, box, "")
		}
		last = box
	}
	return first, last
}

// halfWidth is about half of what a text needs, in columns.
func halfWidth(text string) float64 { return 0.1 + 0.05*float64(utf8.RuneCountInString(text)) }

func (s *sketcher) end(box int) float64 { return s.Boxes[box].X + halfWidth(s.Boxes[box].Text) }

var twoLayers = []string{"conv 3×3", "BN", "ReLU", "conv 3×3", "BN", "ReLU"}

// sketchPlain has its layers in a row.
func sketchPlain(shape string, layers ...string) Sketch {
	var s sketcher
	x := s.box("x", 0, 0)
	first, last := s.row(1.15, 0, layers...)
	y := s.box("y", s.end(last)+1, 0)
	s.arrow(x, first, shape)
	s.arrow(last, y, shape)
	return s.Sketch
}

// sketchResidual has the layers before the sum above the shortcut, and those after it behind.
func sketchResidual(shape string, layers ...string) Sketch {
	var s sketcher
	sum := slices.Index(layers, "+")
	x, fork := s.box("x", 0, 0), s.box("", 1, 0)
	first, last := s.row(1.5, 1, layers[:sum]...)
	plus, after := s.row(s.end(last)+0.55, 0, layers[sum:]...)
	y := s.box("y", s.end(after)+1, 0)
	s.identity(x, fork, shape)
	s.arrow(fork, first, "")
	s.identity(fork, plus, unchanged(shape))
	s.arrow(last, plus, function("F(x)", shape))
	s.arrow(after, y, shape)
	return s.Sketch
}

// sketchHighway has the layers on top, the gate below them, and what is carried at the bottom.
func sketchHighway(shape string, layers ...string) Sketch {
	var s sketcher
	x, up, middle := s.box("x", 0, 0), s.box("", 0.95, 0), s.box("", 1.2, 0)
	first, last := s.row(1.7, 2, layers...)
	gate, at := -1, max(s.end(last)+0.6, 2.2) // where the gate acts
	if shape != "" {
		gate = s.box("conv 3×3 + b", 2.3, 1)
	}
	t := s.box("σ", at, 1)
	if gate < 0 {
		s.Boxes[t].Text, gate = "T", t
	} else {
		s.arrow(gate, t, "")
	}
	carry, transform, sum := s.box("×", at, 0), s.box("×", at, 2), s.box("+", at+1, 0)
	y := s.box("y", at+2, 0)
	s.identity(x, up, shape)
	s.identity(up, middle, "")
	s.identity(middle, carry, unchanged(shape))
	s.identity(carry, sum, "")
	s.arrow(up, first, "")
	s.arrow(middle, gate, "")
	s.arrow(last, transform, function("H", shape))
	s.arrow(t, transform, function("T", shape))
	s.arrow(t, carry, "1 − T")
	s.arrow(transform, sum, "")
	s.arrow(sum, y, shape)
	return s.Sketch
}

// An emblem, which has no shapes, says less.
func unchanged(shape string) string { return function("x, unchanged", shape) }

func function(name, shape string) string {
	if shape == "" {
		return ""
	}
	return name
}

// sketchDense is layers that each read every lane below them and open a new one. Without channels it is an emblem.
func sketchDense(layers, channels, growth int) Sketch {
	var s sketcher
	const lane = 0.15
	step, name := 2.75, func(l int) string { return fmt.Sprintf("layer %d", l+1) }
	if channels == 0 {
		step, name = 2, func(int) string { return "F" }
	}
	end := 1.3 + step*float64(layers)
	last, heights := []int{s.box("x", 0, 0)}, []float64{0} // the end of each lane so far
	lanes := []string{"x"}
	for l := range layers {
		at := 1.15 + step*float64(l)
		joints := make([]int, len(last))
		s.bracket((s.Boxes[last[l]].X+at)/2, heights[l], depthOf(channels+l*growth))
		for i := range last {
			joints[i] = s.box("", at, heights[i])
			s.identity(last[i], joints[i], "")
			if i > 0 {
				s.arrow(joints[i-1], joints[i], "")
			}
		}
		layer := s.box(name(l), at+0.75, 1.3)
		s.arrow(joints[len(joints)-1], layer, "")
		begin := s.box("", at+1.55, lane*float64(l+1))
		s.arrow(layer, begin, strings.TrimSuffix(fmt.Sprintf("+%d", growth), "+0"))
		last, heights = append(joints, begin), append(heights, lane*float64(l+1))
		lanes = append(lanes, laneName(l, layers))
	}
	all := "[" + strings.Join(lanes, ", ") + "]"
	s.bracket((s.Boxes[last[layers]].X+end)/2, heights[layers], depthOf(channels+layers*growth))
	for i := range last {
		into := s.box("", end, heights[i])
		s.identity(last[i], into, "")
		s.identity(into, s.box("", end+halfWidth(all)/2, heights[i]), "") // on, into the box
	}
	s.box(all, end+halfWidth(all), lane*float64(layers)/2)
	return s.Sketch
}

// bracket embraces all lanes at a place, up to the highest, and says above what they hold together.
func (s *sketcher) bracket(x, highest float64, label string) {
	if label == "" {
		return
	}
	const beyond, tick = 0.11, 0.07
	low, high := s.box("", x, -beyond), s.box("", x, highest+beyond)
	s.arrow(low, high, "")
	s.arrow(s.box("", x-tick, -beyond), low, "")
	s.arrow(s.box("", x-tick, highest+beyond), high, label)
}

// depthOf is a shape with so many channels, of which an emblem has none.
func depthOf(channels int) string {
	if channels == 0 {
		return ""
	}
	return fmt.Sprintf("h×w×%d", channels)
}

func laneName(layer, layers int) string {
	if layers == 1 {
		return "F(x)"
	}
	return fmt.Sprintf("F%c", '₁'+rune(layer))
}
