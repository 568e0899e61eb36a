// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"errors"
	"strings"
	"testing"
)

func TestDiagram(t *testing.T) {
	blue := familyColor(t, "residual")
	boxes := []Box{{"x", 0, 0}, {"conv 3×3", 1, 0}, {"+", 2, 0}}
	straight := []Arrow{{From: 0, To: 1}, {From: 1, To: 2}}
	figure, err := Diagram(boxes, straight, blue)
	without := decode(t, figure, err)
	figure, err = Diagram(boxes, append(straight, Arrow{From: 0, To: 2, Bend: 1, Short: true}), blue)
	with := decode(t, figure, err)
	if n := colors(without)[blue]; n != 0 {
		t.Errorf("%d pixels of the short path's colour, and there is no short path", n)
	}
	if n := colors(with)[blue]; n < 300 {
		t.Errorf("%d pixels of the short path's colour", n)
	}
	if with.Bounds().Dx() != without.Bounds().Dx() || with.Bounds().Dy() <= without.Bounds().Dy() {
		t.Errorf("a bent arrow makes the figure %v, without it is %v", with.Bounds(), without.Bounds())
	}
}

func TestDiagramErrors(t *testing.T) {
	if _, err := Diagram(nil, nil, nil); !errors.Is(err, ErrEmpty) {
		t.Errorf("no boxes: %v", err)
	}
	for _, arrow := range []Arrow{{From: 0, To: 1}, {From: -1, To: 0}} {
		if _, err := Diagram([]Box{{"x", 0, 0}}, []Arrow{arrow}, nil); err == nil || !strings.Contains(err.Error(), "there are 1") {
			t.Errorf("%+v: %v", arrow, err)
		}
	}
}

// An arrow with a corner leaves its box in one direction and arrives in the other, and touches no box on the straight way between.
func TestDiagramCorners(t *testing.T) {
	blue := familyColor(t, "residual")
	boxes := []Box{{"x", 0, 0}, {"between", 1, -1}, {"y", 2, -2}}
	ink := func(arrows ...Arrow) [2]int { // pixels in the lower left quarter, and in the upper right one
		figure, err := Diagram(boxes, arrows, blue)
		picture := decode(t, figure, err)
		bounds := picture.Bounds()
		var quarters [2]int
		for y := range bounds.Dy() {
			for x := range bounds.Dx() {
				left, low := x < bounds.Dx()/2, y > bounds.Dy()/2
				if left != low || picture.At(x, y) != blue {
					continue
				}
				if left {
					quarters[0]++
				} else {
					quarters[1]++
				}
			}
		}
		return quarters
	}
	if q := ink(Arrow{From: 0, To: 2, Short: true, Down: true}); q[0] < 100 || q[1] != 0 {
		t.Errorf("down first: %d pixels at the lower left, %d at the upper right", q[0], q[1])
	}
	if q := ink(Arrow{From: 0, To: 2, Short: true, Across: true}); q[0] != 0 || q[1] < 100 {
		t.Errorf("across first: %d pixels at the lower left, %d at the upper right", q[0], q[1])
	}
}
