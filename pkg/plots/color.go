// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"

	"github.com/skipnets/skipnets/pkg/nets"
)

// others are for series that belong to no family, in turn.
var others = []color.RGBA{
	{0x33, 0x33, 0x99, 0xff}, {0xe6, 0x9f, 0x00, 0xff}, {0x99, 0x33, 0x66, 0xff}, {0x33, 0x99, 0x99, 0xff},
}

// Color returns the colour of the first network family whose name occurs in the given name ("residual-56",
// "compact-dense", "Highway, gate bias −1"), and whether there is one.
func Color(name string) (color.Color, bool) {
	lower := strings.ToLower(name)
	for _, family := range nets.Families {
		if strings.Contains(lower, family.Name) && family.Color.A > 0 {
			return family.Color, true
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
