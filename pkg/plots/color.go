// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
)

// families gives each network family its colour, from the colour-blind safe palette of Okabe and Ito (2008).
// The first name found in a series' name decides.
var families = []struct {
	name  string
	color color.RGBA
}{
	{"plain", color.RGBA{0x66, 0x66, 0x66, 0xff}},
	{"residual", color.RGBA{0x00, 0x72, 0xb2, 0xff}},
	{"highway", color.RGBA{0xd5, 0x5e, 0x00, 0xff}},
	{"dense", color.RGBA{0x00, 0x9e, 0x73, 0xff}},
	{"preact", color.RGBA{0xcc, 0x79, 0xa7, 0xff}},
	{"bottleneck", color.RGBA{0x56, 0xb4, 0xe9, 0xff}},
}

// others are for series that belong to no family, in turn.
var others = []color.RGBA{
	{0x33, 0x33, 0x99, 0xff}, {0xe6, 0x9f, 0x00, 0xff}, {0x99, 0x33, 0x66, 0xff}, {0x33, 0x99, 0x99, 0xff},
}

// Color returns the colour of the network family whose name occurs in the given name ("residual-56",
// "compact-dense", "Highway, gate bias −1"), and whether there is one.
func Color(name string) (color.Color, bool) {
	lower := strings.ToLower(name)
	for _, family := range families {
		if strings.Contains(lower, family.name) {
			return family.color, true
		}
	}
	return nil, false
}

// dashes tell series of the same colour apart, in the order they come.
var dashes = [][]vg.Length{
	nil,
	{vg.Points(6), vg.Points(3)},
	{vg.Points(2), vg.Points(2)},
	{vg.Points(8), vg.Points(3), vg.Points(2), vg.Points(3)},
	{vg.Points(14), vg.Points(5)},
}

// styler hands out colours and, for the second and later series of one colour, dashes.
type styler struct {
	used   map[color.Color]int
	strays int
}

func (s *styler) next(name string) (color.Color, []vg.Length) {
	c, found := Color(name)
	if !found {
		c = others[s.strays%len(others)]
		s.strays++
	}
	if s.used == nil {
		s.used = map[color.Color]int{}
	}
	dash := dashes[s.used[c]%len(dashes)]
	s.used[c]++
	return c, dash
}
