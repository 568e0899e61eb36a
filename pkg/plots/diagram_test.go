// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"bytes"
	"errors"
	"image/color"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"github.com/skipnets/skipnets/pkg/nets"
)

func TestDiagram(t *testing.T) {
	blue := familyColor(t, "residual")
	boxes := []Box{{"x", 0, 0}, {"conv 3×3", 1, 1}, {"+", 2, 0}}
	branch := []Arrow{{From: 0, To: 1}, {From: 1, To: 2}}
	figure, err := Diagram(boxes, branch, blue)
	without := colors(decode(t, figure, err))[blue]
	figure, err = Diagram(boxes, append(branch, Arrow{From: 0, To: 2, Identity: true}), blue)
	if with := colors(decode(t, figure, err))[blue]; without != 0 || with < 1000 {
		t.Errorf("without an identity %d pixels of its colour, with one %d", without, with)
	}
}

// A diagram fills its figure: the margins around it are equal, in whatever order the boxes come.
func TestDiagramMargins(t *testing.T) {
	for _, boxes := range [][]Box{{{"x", 0, 0}, {"y", 3, 1}}, {{"y", 3, 1}, {"x", 0, 0}}} {
		figure, err := Diagram(boxes, []Arrow{{From: 0, To: 1}}, ink)
		img := decode(t, figure, err)
		drawn, _ := box(img, func(c color.RGBA) bool { return c.R < 0xf0 })
		bounds := img.Bounds()
		left, right, top, bottom := drawn.Min.X, bounds.Max.X-drawn.Max.X, drawn.Min.Y, bounds.Max.Y-drawn.Max.Y
		if max(left, right, top, bottom)-min(left, right, top, bottom) > 3 {
			t.Errorf("margins of %d, %d, %d and %d pixels", left, right, top, bottom)
		}
	}
}

func TestDiagramErrors(t *testing.T) {
	for name, diagram := range map[string]func([]Box, []Arrow) ([]byte, error){
		"PNG": func(b []Box, a []Arrow) ([]byte, error) { return Diagram(b, a, ink) },
		"SVG": func(b []Box, a []Arrow) ([]byte, error) { return DiagramSVG(b, a, ink) },
	} {
		if _, err := diagram(nil, nil); !errors.Is(err, ErrEmpty) {
			t.Errorf("%s of no boxes: %v", name, err)
		}
		for _, arrow := range []Arrow{{From: 0, To: 1}, {From: -1, To: 0}} {
			if _, err := diagram([]Box{{"x", 0, 0}}, []Arrow{arrow}); err == nil || !strings.Contains(err.Error(), "there are 1") {
				t.Errorf("%s, %+v: %v", name, arrow, err)
			}
		}
	}
}

func TestDiagramSVG(t *testing.T) {
	figure, err := DiagramSVG([]Box{{"conv 3×3", 0, 0}, {"+", 2, 0}}, []Arrow{{From: 0, To: 1, Label: "h×w×c"}}, ink)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"<svg", `textLength="36.8"`, ">conv 3×3</text>", ">h×w×c</text>", "Liberation Sans,Arial"} {
		if !bytes.Contains(figure, []byte(part)) {
			t.Errorf("the SVG lacks %q:\n%s", part, figure)
		}
	}
}

// No arrow of a course's diagram crosses a box, and the identity runs straight: it is level from one joint to the next.
func TestSketchesAreClear(t *testing.T) {
	for _, family := range nets.Families {
		var boxes []Box
		var arrows []Arrow
		for _, b := range family.Sketch.Boxes {
			boxes = append(boxes, Box(b))
		}
		for _, a := range family.Sketch.Arrows {
			arrows = append(arrows, Arrow(a))
		}
		if len(boxes) == 0 {
			continue
		}
		for _, fault := range faults(t, boxes, arrows) {
			t.Errorf("%s: %s", family.Name, fault)
		}
	}
}

// faults lists the arrows that cross a box, and identities that are not level.
func faults(t *testing.T, boxes []Box, arrows []Arrow) (found []string) {
	t.Helper()
	d, err := newDiagram(boxes, arrows, ink, letters)
	if err != nil {
		t.Fatal(err)
	}
	name := func(a Arrow) string { return boxes[a.From].Text + " → " + boxes[a.To].Text }
	for _, a := range arrows {
		if a.Identity && boxes[a.From].Y != boxes[a.To].Y {
			found = append(found, name(a)+" is not level")
		}
		way := d.route(a, vg.Point{})
		for i, b := range boxes {
			middle, half := d.at(b, vg.Point{}), d.halfSize(b)
			for step := 0; step <= 100 && i != a.From && i != a.To && b.Text != ""; step++ {
				p := way.point(float64(step) / 100).Sub(middle)
				if p.X > -half.X && p.X < half.X && p.Y > -half.Y && p.Y < half.Y && !endsIn(boxes[a.To], b) {
					found = append(found, name(a)+" crosses "+b.Text)
					break
				}
			}
		}
	}
	return found
}

// endsIn tells whether a path that ends at a joint leads into a box there.
func endsIn(joint, box Box) bool { return joint.Text == "" && box.Text[0] == '[' }

// What faults finds, it finds: an arrow over a box, and a slanting identity.
func TestFaults(t *testing.T) {
	boxes := []Box{{"x", 0, 0}, {"conv 3×3", 2, 0}, {"y", 4, 0}, {"z", 4, 1}}
	got := faults(t, boxes, []Arrow{{From: 0, To: 2}, {From: 1, To: 2}, {From: 0, To: 3, Identity: true}})
	if want := "x → y crosses conv 3×3, x → z is not level, x → z crosses conv 3×3"; strings.Join(got, ", ") != want {
		t.Errorf("faults %q, want %q", got, want)
	}
}
