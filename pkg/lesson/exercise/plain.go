// SPDX-License-Identifier: Apache-2.0

package exercise

import "math"

// Gain checks f, which gives the length of a gradient that had length 1 at the top, after depth layers that each change it
// by the factor s.
func Gain(f func(s float64, depth int) float64) string {
	for _, c := range []struct {
		s     float64
		depth int
	}{{1, 20}, {0.9, 8}, {1.1, 56}, {0.5, 0}} {
		got, want := f(c.s, c.depth), math.Pow(c.s, float64(c.depth))
		switch {
		case near(got, want):
		case near(got, c.s*float64(c.depth)):
			return wrong("for s = %g and depth %d you give %.4g: factors of a chain multiply, they do not add up", c.s, c.depth, got)
		default:
			return wrong("for s = %g and depth %d you give %.4g, but %.4g arrives", c.s, c.depth, got, want)
		}
	}
	return right("that is what arrives at the bottom")
}
