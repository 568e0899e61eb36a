// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image/color"
	"strings"

	"github.com/skipnets/skipnets/pkg/nets"
)

// others are for series that belong to no family, in turn.
var others = []color.RGBA{
	{0x33, 0x33, 0x99, 0xff}, {0xc5, 0x7b, 0x00, 0xff}, {0x99, 0x33, 0x66, 0xff}, {0x2b, 0x80, 0x80, 0xff},
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

// colorsOf gives each series its colour. Several series of one family are shades of its colour, the first one the lightest.
func colorsOf(series []Series) []color.RGBA {
	base, number := make([]color.RGBA, len(series)), map[color.RGBA]int{}
	strays := 0
	for i, s := range series {
		c, found := Color(s.Name)
		switch {
		case s.Reference:
			c = faint
		case !found:
			c = others[strays%len(others)]
			strays++
		}
		base[i] = color.RGBAModel.Convert(c).(color.RGBA)
		number[base[i]]++
	}
	shades, seen := make([]color.RGBA, len(series)), map[color.RGBA]int{}
	for i, c := range base {
		shades[i] = c
		if n := number[c]; n > 1 && !series[i].Reference {
			shades[i] = blend(c, 0xff, 0.6*float64(n-1-seen[c])/float64(n-1))
		}
		seen[c]++
	}
	return shades
}

// blend mixes a colour with a grey, from nothing of it at 0 to all at 1.
func blend(c color.RGBA, grey uint8, share float64) color.RGBA {
	mix := func(v uint8) uint8 { return uint8(float64(v)*(1-share) + float64(grey)*share + 0.5) }
	return color.RGBA{mix(c.R), mix(c.G), mix(c.B), 0xff}
}

// written is the colour for the name of a line: dark enough to be read.
func written(c color.RGBA) color.RGBA {
	for luminance(c) > 0.42 {
		c = blend(c, 0, 0.1)
	}
	return c
}

// luminance is how bright a colour is, from 0 to 1, without regard to the gamma of screens.
func luminance(c color.RGBA) float64 {
	return (0.299*float64(c.R) + 0.587*float64(c.G) + 0.114*float64(c.B)) / 255
}
