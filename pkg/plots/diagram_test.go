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
