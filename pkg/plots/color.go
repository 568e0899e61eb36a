// SPDX-License-Identifier: Apache-2.0

package plots

import (
	"image/color"
	"regexp"
	"slices"
	"strconv"
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

// colorsOf gives each series its colour. Several series of one family are shades of its colour: the deeper the network, the darker, where
// their names say how deep they are; else the first one is the lightest. A dashed line differs enough to keep the colour itself, and one
// to compare with is grey unless another series has its name.
func colorsOf(series []Series) []color.RGBA {
	shades, families := make([]color.RGBA, len(series)), map[color.RGBA][]int{}
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
		shades[i] = color.RGBAModel.Convert(c).(color.RGBA)
		if !s.Reference && !s.Dashed {
			families[shades[i]] = append(families[shades[i]], i)
		}
	}
	for c, members := range families {
		sortByDepth(series, members)
		for rank, i := range members {
			shades[i] = blend(c, 0xff, 0.6*float64(len(members)-1-rank)/float64(max(1, len(members)-1)))
		}
	}
	for i, s := range series {
		if other := mainLine(series, s.Name); s.Reference && other >= 0 {
			shades[i] = shades[other]
		}
	}
	return shades
}

// mainLine is the place of the line with that name which is not merely to compare with, or −1.
func mainLine(series []Series, name string) int {
	return slices.IndexFunc(series, func(s Series) bool { return s.Name == name && !s.Reference })
}

// depthIn finds the depth in a network's name, such as 56 in "half-highway-56-b3".
var depthIn = regexp.MustCompile(`[a-z]-(\d+)\b`)

// sortByDepth sorts some of the series from the shallowest network to the deepest. Unless every name has a depth, and each another one,
// they stay as they are.
func sortByDepth(series []Series, members []int) {
	depth, seen := map[int]int{}, map[int]bool{}
	for _, i := range members {
		found := depthIn.FindStringSubmatch(strings.ToLower(series[i].Name))
		if found == nil {
			return
		}
		depth[i], _ = strconv.Atoi(found[1]) // digits, by the expression
		seen[depth[i]] = true
	}
	if len(seen) == len(members) {
		slices.SortFunc(members, func(i, j int) int { return depth[i] - depth[j] })
	}
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
